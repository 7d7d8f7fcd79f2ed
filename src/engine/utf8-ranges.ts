import type { CharacterRange } from './character-set.ts';

/** Bytes from `first` to `last`, both included. */
export interface ByteRange {
  first: number;
  last: number;
}

/** Code points that UTF-8 writes with 1, 2, 3 and 4 bytes; the gap are the surrogates, which it does not write. */
const LENGTHS: readonly CharacterRange[] = [
  { first: 0, last: 0x7f },
  { first: 0x80, last: 0x7ff },
  { first: 0x800, last: 0xd7ff },
  { first: 0xe000, last: 0xffff },
  { first: 0x10000, last: 0x10ffff },
];

/**
 * A range of characters -> sequences of byte ranges that match exactly their UTF-8. A set of characters becomes an
 * automaton over bytes this way. U+0000 to U+07FF -> [00-7F] and [C2-DF][80-BF].
 * Source: the method of RE2 and of Rust's utf8-ranges, https://docs.rs/utf8-ranges
 */
export function toByteRanges(characters: CharacterRange): ByteRange[][] {
  return LENGTHS.flatMap((length) => {
    const first = Math.max(characters.first, length.first);
    const last = Math.min(characters.last, length.last);
    return first <= last ? split(first, last) : [];
  });
}

/** Cuts a range of equal length until every byte after the first that differs runs from 80 to BF. */
function split(first: number, last: number): ByteRange[][] {
  for (let bits = 6; bits <= 18 && first > 0x7f; bits += 6) {
    const low = (1 << bits) - 1;
    if ((first & ~low) === (last & ~low)) continue;
    if ((first & low) !== 0) return [...split(first, first | low), ...split((first | low) + 1, last)];
    if ((last & low) !== low) return [...split(first, (last & ~low) - 1), ...split(last & ~low, last)];
  }
  const utf8 = new TextEncoder();
  const end = utf8.encode(String.fromCodePoint(last));
  return [Array.from(utf8.encode(String.fromCodePoint(first)), (byte, index) => ({ first: byte, last: end[index]! }))];
}
