import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ProblemReason } from '#contract/problem.ts';

const PLACEHOLDERS = ['parameter', 'allowed', 'received', 'seconds'];
const read = (language: string) =>
  JSON.parse(readFileSync(`content/i18n/${language}.json`, 'utf8')) as Record<string, string>;
const placeholdersOf = (words: string) => [...words.matchAll(/\{\{(.*?)\}\}/g)].map((match) => match[1]!).sort();

describe('every reason of a Problem has words in both languages', () => {
  const en = read('en');
  const zh = read('zh-TW');

  it.each(ProblemReason.options)('%s', (reason) => {
    const [english, chinese] = [en[`problem.${reason}`], zh[`problem.${reason}`]];
    expect(english).toMatch(/\.$/);
    expect(chinese).toMatch(/\p{Script=Han}.*。$/u);
    expect(placeholdersOf(chinese!)).toEqual(placeholdersOf(english!));
    expect(PLACEHOLDERS).toEqual(expect.arrayContaining(placeholdersOf(english!)));
  });

  it('and there are no words for a reason that does not exist', () => {
    const reasons = Object.keys(en).filter((key) => key.startsWith('problem.'));
    expect(reasons.sort()).toEqual(ProblemReason.options.map((reason) => `problem.${reason}`).sort());
  });
});
