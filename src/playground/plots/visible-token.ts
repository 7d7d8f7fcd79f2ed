import type { RunEventOf } from '#contract/run-event.ts';

/** The text of an output token: what it printed, or else its name among the candidates, as the end token has: `<|end|>`. */
export function outputText({ text, alternatives }: RunEventOf<'token'>): string {
  const name = alternatives?.find((each) => each.chosen)?.text ?? '';
  // U+FFFD stands for part of a character: no name.
  return visibleToken(text || (name.includes('\uFFFD') ? '' : name));
}

/** A token as a reader can see it. Input -> output: `' the'` -> `'␣the'`, `'\n'` -> `'↵'`, `''` -> `'…'` (part of a character). */
export function visibleToken(text: string): string {
  if (text === '') return '…';
  return text.replaceAll('\n', '↵').replace(/^ +| +$/g, (spaces) => '␣'.repeat(spaces.length));
}
