import type { Finding } from './finding.ts';
import type { Lesson, Node } from './lesson.ts';
import { lineOf } from './lesson.ts';
import { CODE, UNKNOWN, proseOf, withoutCode } from './prose.ts';
import { SIMPLIFIED_ONLY } from './simplified.ts';
import { ERRORS, LEGITIMATE, WARNINGS } from './zh-tw-words.ts';

export interface WordFindings {
  errors: Finding[];
  /** for a person to judge */
  warnings: Finding[];
}

/** The words of one zh-TW page against the style guide. */
export function checkWords(lesson: Lesson): WordFindings {
  const result: WordFindings = { errors: boldFindings(lesson), warnings: [] };
  for (const { line, text } of proseOf(lesson)) add(result, checkText(text, `${lesson.path}:${line}`));
  return result;
}

/** The zh-TW strings of the interface. Also: no exclamation mark in any of them. */
export function checkUiWords(strings: Record<string, string>, path: string): WordFindings {
  const result: WordFindings = { errors: [], warnings: [] };
  for (const [key, text] of Object.entries(strings)) {
    const place = `${path} "${key}"`;
    // A placeholder is filled with a number or a name: Latin to the spacing rules.
    add(result, checkText(withoutCode(text).replace(/\{\{?\w+\}?\}/g, CODE), place));
    if (text.includes('！')) result.errors.push({ place, error: 'take out ！; a button or a message never shouts.' });
  }
  return result;
}

function add(result: WordFindings, more: WordFindings): void {
  result.errors.push(...more.errors);
  result.warnings.push(...more.warnings);
}

/** One piece of zh-TW prose, code already replaced by `CODE`. */
export function checkText(text: string, place: string): WordFindings {
  const at = (error: string): Finding => ({ place, error });
  const blanked = LEGITIMATE.reduce((rest, word) => rest.replaceAll(word, ' '.repeat(word.length)), text);
  const listed = (words: readonly [string, string][]) =>
    words
      .filter(([word]) => blanked.includes(word))
      .map(([word, instead]) => at(`「${word}」 → 「${instead}」 in ${around(blanked, blanked.indexOf(word))}`));
  const simplified = [...new Set(text.match(/\p{Script=Han}/gu) ?? [])].filter(
    (character) => SIMPLIFIED_ONLY.has(character) && !ERRORS.some(([word]) => word === character),
  );
  return {
    errors: [
      ...listed(ERRORS),
      ...simplified.map((character) =>
        at(
          `「${character}」 is a simplified character: write the traditional one, in ${around(text, text.indexOf(character))}`,
        ),
      ),
      ...SPACING.flatMap(({ pattern, fix }) => {
        const found = pattern.exec(text);
        return found ? [at(`${fix}, in ${around(text, found.index)}`)] : [];
      }),
    ],
    warnings: listed(WARNINGS),
  };
}

const HAN = String.raw`\p{Script=Han}`;
const LATIN = `[A-Za-z0-9${CODE}]`;
const FULL = '[，。、；：？！「」『』（）《》…]';

const SPACING: { pattern: RegExp; fix: string }[] = [
  { pattern: new RegExp(`${HAN}${LATIN}`, 'u'), fix: 'put a space between Chinese and Latin, digits or code' },
  { pattern: new RegExp(`${LATIN}${HAN}`, 'u'), fix: 'put a space between Latin, digits or code and Chinese' },
  { pattern: new RegExp(`[ \\t]${FULL}|${FULL}[ \\t]`, 'u'), fix: 'no space beside full-width punctuation' },
  {
    pattern: new RegExp(`${HAN}[,;:!?.](?![A-Za-z0-9])`, 'u'),
    fix: 'full-width punctuation after Chinese: ，。；：！？',
  },
  { pattern: new RegExp(`[,;:!?] ?${HAN}`, 'u'), fix: 'full-width punctuation before Chinese: ，。；：！？' },
  { pattern: new RegExp(`${HAN} ?\\(|\\) ?${HAN}|\\(${HAN}`, 'u'), fix: 'full-width brackets beside Chinese: （）' },
  { pattern: /[“”‘’]/u, fix: 'no curly quotes: 「」, inside 『』' },
  { pattern: new RegExp(`${HAN}["']|["']${HAN}`, 'u'), fix: 'no straight quotes beside Chinese: 「」' },
  { pattern: /[Ａ-Ｚａ-ｚ０-９]/u, fix: 'no full-width letters or digits' },
  { pattern: /\d +%/u, fix: 'no space before %' },
  {
    pattern: new RegExp(
      `(${HAN}|${FULL})[ \\t]*\\n[ \\t]*[^\\s${UNKNOWN}]|[^\\s${UNKNOWN}][ \\t]*\\n[ \\t]*(${HAN}|${FULL})`,
      'u',
    ),
    fix: 'one line for the whole paragraph: a line break in Chinese shows as a space',
  },
];

function around(text: string, index: number): string {
  const start = Math.max(0, index - 8);
  return `「${text
    .slice(start, index + 14)
    .replaceAll(CODE, '`…`')
    .replaceAll('\n', '⏎')}」`;
}

/** `**重點：**內容` puts the mark inside the bold; the guide wants `**重點**：內容`. */
function boldFindings(lesson: Lesson): Finding[] {
  const findings: Finding[] = [];
  const walk = (node: Node): void => {
    if (node.type === 'strong') {
      const last = node.children.at(-1);
      if (last?.type === 'text' && /[，。、；：！？]$/u.test(last.value))
        findings.push({
          place: `${lesson.path}:${lineOf(node)}`,
          error: `move the punctuation out of the bold: **${last.value.slice(0, -1)}**${last.value.slice(-1)}`,
        });
    }
    if ('children' in node) for (const child of node.children) walk(child);
  };
  walk(lesson.tree);
  return findings;
}
