import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from './finding.ts';
import { checkI18n, requiredKeys } from './i18n.ts';
import { checkLabs } from './labs.ts';
import { LANGUAGE_FOLDERS, readLessons } from './lesson.ts';
import { checkFences, checkFrontmatter, checkHeadings } from './pages.ts';
import { checkParity } from './parity.ts';
import { checkWidgets } from './widgets.ts';
import { checkUiWords, checkWords, type WordFindings } from './words.ts';

/** A check's name -> what it found. */
export interface CourseReport {
  checks: Record<(typeof COURSE_CHECKS)[number], Finding[]>;
  /** words that a person must judge */
  warnings: Finding[];
}

/** Every check over the whole course below `root`. `metrics`: the names a run's summary may hold. */
export function checkCourse(root: string, metrics: readonly string[], today: string): CourseReport {
  const docs = join(root, 'content/docs');
  const english = readLessons(docs, 'en');
  const chinese = readLessons(docs, 'zh-TW');
  const pages = [...english, ...chinese];
  const strings = { en: readStrings(root, 'en'), zh: readStrings(root, 'zh-TW') };
  const words: WordFindings[] = [...chinese.map(checkWords), checkUiWords(strings.zh, 'content/i18n/zh-TW.json')];
  return {
    checks: {
      readable: pages.flatMap(({ findings }) => findings),
      parity: checkParity(english, chinese),
      headings: pages.flatMap(checkHeadings),
      frontmatter: pages.flatMap(checkFrontmatter),
      fences: pages.flatMap((lesson) => checkFences(lesson, root)),
      widgets: pages.flatMap((lesson) => checkWidgets(lesson, { root, today })),
      'zh-TW words': words.flatMap(({ errors }) => errors),
      'interface words': checkI18n(strings.en, strings.zh, requiredKeys(metrics)),
      labs: checkLabs(root),
    },
    warnings: words.flatMap(({ warnings }) => warnings),
  };
}

/** Names of the checks, so that each is a test of its own. */
export const COURSE_CHECKS = [
  'readable',
  'parity',
  'headings',
  'frontmatter',
  'fences',
  'widgets',
  'zh-TW words',
  'interface words',
  'labs',
] as const;

function readStrings(root: string, language: keyof typeof LANGUAGE_FOLDERS): Record<string, string> {
  const path = join(root, `content/i18n/${language}.json`);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>) : {};
}
