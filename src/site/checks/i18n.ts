import { ProblemReason } from '#contract/problem.ts';
import { catalogue } from '#experiments/catalogue.ts';
import type { Finding } from './finding.ts';

type Strings = Record<string, string>;

/** The keys that code asks for by a computed name, so no compiler would miss them. */
export function requiredKeys(metrics: readonly string[]): string[] {
  const declared = catalogue.flatMap(({ parameters }) => parameters);
  return [
    ...ProblemReason.options.map((reason) => `problem.${reason}`),
    ...metrics.map((metric) => `metric.${metric}`),
    ...declared.map(({ name }) => `parameter.${name}`),
    ...declared.flatMap((parameter) =>
      parameter.kind === 'choice' ? parameter.values.map((value) => `choice.${parameter.name}.${value}`) : [],
    ),
  ].filter((key, index, all) => all.indexOf(key) === index);
}

/** The two files of interface words: same keys, same placeholders, nothing empty, every computed key there. */
export function checkI18n(english: Strings, chinese: Strings, required: readonly string[]): Finding[] {
  const files = [
    { place: 'content/i18n/en.json', strings: english, other: chinese },
    { place: 'content/i18n/zh-TW.json', strings: chinese, other: english },
  ];
  return files.flatMap(({ place, strings, other }) => [
    ...Object.keys(other)
      .filter((key) => !(key in strings) && !required.includes(key) && !ownWord(key))
      .map((key) => ({ place, error: `"${key}" is missing: add it, or take it out of the other language.` })),
    ...required
      .filter((key) => !(key in strings))
      .map((key) => ({ place, error: `"${key}" is missing, and code asks for it: add it.` })),
    ...Object.entries(strings)
      .filter(([, text]) => text.trim() === '')
      .map(([key]) => ({ place, error: `"${key}" is empty: write the words.` })),
    ...(strings === chinese
      ? Object.entries(strings)
          .filter(([key, text]) => key in english && placeholders(text) !== placeholders(english[key]!))
          .map(([key, text]) => ({
            place,
            error: `"${key}" has the placeholders ${placeholders(text) || 'none'}, en has ${placeholders(english[key]!) || 'none'}: use the same.`,
          }))
      : []),
  ]);
}

/** Starlight's own words are overridden only where its translation is missing or wrong, so they may be in one file alone. */
const ownWord = (key: string) =>
  /^(skipLink|menuButton|search|themeSelect|languageSelect|sidebarNav|tableOfContents|i18n|page|404|aside|fileTree|builtWithStarlight|heading|pagefind|expressiveCode)\./.test(
    key,
  );

/** Sorted, because languages order a sentence differently. `{name}`, `{{name}}` and Pagefind's `[NAME]`. */
function placeholders(text: string): string {
  return (text.match(/\{\{?\w+\}?\}|\[[A-Z_]+\]/g) ?? []).sort().join(' ');
}
