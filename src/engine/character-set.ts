/** Code points from `first` to `last`, both included. */
export interface CharacterRange {
  first: number;
  last: number;
}

export const LAST_CODE_POINT = 0x10ffff;

const range = (first: number, last = first): CharacterRange => ({ first, last });

/** \d, \w and \s as JavaScript reads them without the flags i and v. Source: https://tc39.es/ecma262/#sec-characterclassescape */
const CLASSES: Record<string, CharacterRange[]> = {
  d: [range(0x30, 0x39)],
  w: [range(0x30, 0x39), range(0x41, 0x5a), range(0x5f), range(0x61, 0x7a)],
  s: [
    range(0x09, 0x0d),
    range(0x20),
    range(0xa0),
    range(0x1680),
    range(0x2000, 0x200a),
    range(0x2028, 0x2029),
    range(0x202f),
    range(0x205f),
    range(0x3000),
    range(0xfeff),
  ],
};

/** What a dot stands for: any character that does not end a line. */
export const ANY_IN_LINE = invert([range(0x0a), range(0x0d), range(0x2028, 0x2029)]);

/** The set of `\d`, `\D`, `\w`, `\W`, `\s` or `\S`; undefined for another letter. */
export function namedSet(letter: string): CharacterRange[] | undefined {
  const set = CLASSES[letter.toLowerCase()];
  return set && letter !== letter.toLowerCase() ? invert(set) : set;
}

/** All code points that are in none of the ranges, which may be in any order and overlap. */
export function invert(ranges: readonly CharacterRange[]): CharacterRange[] {
  const inverted: CharacterRange[] = [];
  let next = 0;
  for (const { first, last } of ranges.toSorted((a, b) => a.first - b.first)) {
    if (first > next) inverted.push(range(next, first - 1));
    next = Math.max(next, last + 1);
  }
  if (next <= LAST_CODE_POINT) inverted.push(range(next, LAST_CODE_POINT));
  return inverted;
}
