import { expect, it } from 'vitest';
import { classifyDigit } from '#experiments/classify-digit.ts';
import { blankPixels, drawDigit, inkLine } from '#experiments/digit-drawings.ts';
import { DRAWING_SIDE, decodeDrawing, encodeDrawing } from '#experiments/drawing.ts';
import { checkParameters } from '#experiments/experiment.ts';

it('sends one drawing twice, as JSON and as bytes', () => {
  const calls = classifyDigit.plan(checkParameters(classifyDigit, { drawing: drawDigit(7) }));
  expect(calls.map((call) => call.kind === 'infer' && [call.transport, call.input])).toEqual(
    ['http-json', 'http-binary'].map((transport) => [transport, { kind: 'drawing', drawing: drawDigit(7) }]),
  );
});

it.each([
  ['a number', 3, 'parameter_wrong_type'],
  ['a tensor', '[0, 255]', 'parameter_out_of_range'],
  ['a drawing that goes on', `${encodeDrawing([])}AAAA`, 'parameter_out_of_range'],
])('refuses %s as a drawing', (_, drawing, reason) => {
  expect(() => checkParameters(classifyDigit, { drawing })).toThrow(reason);
});

it('inks within the pen’s radius of a line and leaves out what lies beside the sheet', () => {
  const pixels = blankPixels();
  inkLine(pixels, [-10, 32], [200, 32]);
  const rows = Array.from(
    { length: DRAWING_SIDE },
    (_, row) => pixels.slice(row * DRAWING_SIDE, (row + 1) * DRAWING_SIDE).filter(Boolean).length,
  );
  expect(rows.flatMap((inked, row) => (inked > 0 ? [[row, inked]] : []))).toEqual(
    [29, 30, 31, 32, 33, 34, 35].map((row) => [row, DRAWING_SIDE]),
  );
});

it('draws ten different digits', () => {
  const drawings = Array.from({ length: 10 }, (_, digit) => drawDigit(digit));
  expect(new Set(drawings).size).toBe(10);
  for (const drawing of drawings) expect(decodeDrawing(drawing)?.filter(Boolean).length).toBeGreaterThan(100);
});
