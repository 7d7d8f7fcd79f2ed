import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { DRAWING_CHARACTERS, DRAWING_SIDE, decodeDrawing, encodeDrawing } from '#experiments/drawing.ts';

const SIZE = DRAWING_SIDE ** 2;

it('gives back every drawing, in a text of fixed length', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: SIZE, maxLength: SIZE }), (pixels) => {
      const text = encodeDrawing(pixels);
      expect(text).toHaveLength(DRAWING_CHARACTERS);
      expect(decodeDrawing(text)).toEqual(pixels);
    }),
    { numRuns: 30 },
  );
});

const empty = encodeDrawing([]);
it.each([
  ['no text', ''],
  ['a character less', empty.slice(1)],
  ['a character more', `${empty}A`],
  ['padding', `${empty.slice(1)}=`],
  ['another alphabet', `+${empty.slice(1)}`],
  ['bits that no pixel has', `${empty.slice(1)}B`],
  ['a line break', `${empty.slice(1)}\n`],
])('refuses %s', (_, text) => {
  expect(decodeDrawing(text)).toBeUndefined();
});
