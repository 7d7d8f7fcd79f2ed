import { describe, expect, it } from 'vitest';
import { checkCourse, COURSE_CHECKS } from '../../src/site/checks/course.ts';
import { describeFindings } from '../../src/site/checks/finding.ts';
import { readLessons } from '../../src/site/checks/lesson.ts';
import { summariseRun } from '../../src/metrics/summarise-run.ts';
import type { RunEvent } from '../../src/contract/run-event.ts';

const root = process.cwd();

/** A run with two tokens has every metric: their names come from the code that computes them. */
const run: RunEvent[] = [
  { type: 'sent', atMs: 0, request: 0, upstream: 'embedded' },
  { type: 'token', atMs: 1, request: 0, text: 'a', tokenCount: 1 },
  { type: 'token', atMs: 2, request: 0, text: 'b', tokenCount: 1 },
  { type: 'ended', atMs: 3, request: 0, reason: 'stop' },
];

describe('the course', () => {
  const report = checkCourse(root, Object.keys(summariseRun(run)), new Date().toISOString().slice(0, 10));

  for (const check of COURSE_CHECKS)
    it(`passes the check of ${check}`, () => {
      expect(describeFindings(report.checks[check])).toBe('');
    });

  it('has pages in both languages, so that the checks check something', () => {
    expect(readLessons('content/docs', 'en').length).toBeGreaterThan(0);
    expect(readLessons('content/docs', 'zh-TW').length).toBeGreaterThan(0);
    if (report.warnings.length > 0) console.warn(`Words for a person to judge:\n${describeFindings(report.warnings)}`);
  });
});
