import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { requireEqual } from './require-equal.ts';
import { type TritonClient, tensor } from './triton-client.ts';

const SIDE = 64;
const BLOCKS = 8;
/** FP32 arithmetic in another order than scikit-learn's */
const TOLERANCE = 1e-5;

/** Written by digits/train.py: pictures of the test set, and scikit-learn's own answers to them. */
const Known = z.object({
  images: z.array(z.array(z.number())),
  labels: z.array(z.number()),
  probabilities: z.record(z.string(), z.array(z.array(z.number()))),
});

/** The classifier against scikit-learn, the preprocessing against geometry, and pipeline and router against these two. */
export function checkDigits(client: TritonClient) {
  const known = Known.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'digits/known.json'), 'utf8')));
  const classify = async (images: number[][], version: number) => {
    const inputs = [tensor('IMAGE', 'FP32', [images.length, BLOCKS ** 2], images.flat())];
    return numbers((await client.infer('digits', inputs, { version })).get('PROBABILITIES'));
  };
  const preprocess = async (drawing: number[]) =>
    numbers((await client.infer('digits-preprocess', [drawingTensor(drawing, [1])])).get('IMAGE'));

  return [
    {
      model: 'digits',
      run: async () => {
        for (const [version, expected] of Object.entries(known.probabilities))
          requireEqual(`version ${version}`, await classify(known.images, Number(version)), expected.flat(), TOLERANCE);
      },
    },
    {
      model: 'digits-preprocess',
      run: async () => {
        // A bar as high as half the paper and a quarter as wide is blown up to full height and half the width, in the middle.
        const bar = draw((row, column) => row >= 20 && row < 52 && column >= 3 && column < 19);
        const middle = Array.from({ length: BLOCKS ** 2 }, (_, block) =>
          block % BLOCKS >= 2 && block % BLOCKS < 6 ? 1 : 0,
        );
        requireEqual('IMAGE', await preprocess(bar), middle);
      },
    },
    {
      model: 'digits-pipeline',
      run: async () => {
        const drawing = drawImage(known.images[3]!);
        const answer = await client.infer('digits-pipeline', [drawingTensor(drawing, [1])]);
        const expected = await classify([await preprocess(drawing)], 2);
        requireEqual('PROBABILITIES', numbers(answer.get('PROBABILITIES')), expected, TOLERANCE);
      },
    },
    {
      model: 'digits-router',
      run: async () => {
        const drawing = drawImage(known.images[3]!);
        const image = await preprocess(drawing);
        for (const version of [1, 2]) {
          const inputs = [
            drawingTensor(drawing, []),
            tensor('KEY', 'BYTES', [1], ['learner']),
            tensor('SHARE_V2', 'FP32', [1], [version - 1]),
          ];
          const answer = await client.infer('digits-router', inputs);
          requireEqual('VERSION', numbers(answer.get('VERSION')), [version]);
          const expected = await classify([image], version);
          requireEqual('PROBABILITIES', numbers(answer.get('PROBABILITIES')), expected, TOLERANCE);
        }
      },
    },
  ];
}

const numbers = (output: { data: (number | string)[] } | undefined) => (output?.data ?? []).map(Number);

const drawingTensor = (drawing: number[], batch: number[]) =>
  tensor('DRAWING', 'UINT8', [...batch, SIDE, SIDE], drawing);

/** Whether a pixel is inked -> a drawing, 0 or 255 a pixel, row by row */
function draw(inked: (row: number, column: number) => boolean): number[] {
  return Array.from({ length: SIDE ** 2 }, (_, pixel) => (inked(Math.floor(pixel / SIDE), pixel % SIDE) ? 255 : 0));
}

/** A picture of the data set [64], 0 to 1 -> a drawing of it in which the blocks that are more than half ink are inked. */
function drawImage(image: readonly number[]): number[] {
  const blockOf = (pixel: number) => Math.floor((pixel * BLOCKS) / SIDE);
  return draw((row, column) => image[blockOf(row) * BLOCKS + blockOf(column)]! > 0.5);
}
