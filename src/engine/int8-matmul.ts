import type { Int8Groups } from './int8-groups.ts';
import { matmul } from './matmul.ts';

/** Rows that are restored at a time. */
const TILE_ROWS = 16;

/**
 * output[t, r] = sum over k of values[r, k] x scale[r, group of k] x input[t, k], to the last bit the product with
 * `dequantise(weights)`. Shapes: output [tokens, rows], input [tokens, columns], weights [rows, columns]; columns is even.
 * A few rows are restored to single precision, used for all tokens, and forgotten: so do GPU kernels that take int8 weights
 * and wider activations. There, decoding waits for weights, so a quarter of the bytes saves time too; here it saves memory only.
 */
export function multiplyInt8(
  output: Float32Array,
  input: Float32Array,
  weights: Int8Groups,
  tokens: number,
  rows: number,
  columns: number,
): void {
  const tile = new Float32Array(TILE_ROWS * columns);
  const part = new Float32Array(TILE_ROWS * tokens);
  for (let row = 0; row < rows; row += TILE_ROWS) {
    const count = Math.min(TILE_ROWS, rows - row);
    restore(tile, weights, row * columns, count * columns);
    matmul(part, input, tile, tokens, count, columns);
    for (let token = 0; token < tokens; token++)
      output.set(part.subarray(token * count, (token + 1) * count), token * rows + row);
  }
}

/** Restores `count` weights from the one at `start` on; both are multiples of the group's size. */
function restore(tile: Float32Array, { values, scales, groupSize }: Int8Groups, start: number, count: number): void {
  for (let first = 0; first < count; first += groupSize) {
    const scale = scales[(start + first) / groupSize]!;
    for (let k = first; k < first + groupSize; k++) tile[k] = values[start + k]! * scale;
  }
}
