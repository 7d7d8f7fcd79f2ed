/** A token as a reader can see it. Input -> output: `' the'` -> `'␣the'`, `'\n'` -> `'↵'`, `''` -> `'…'` (part of a character). */
export function visibleToken(text: string): string {
  if (text === '') return '…';
  return text.replaceAll('\n', '↵').replace(/^ +| +$/g, (spaces) => '␣'.repeat(spaces.length));
}
