import type { Int8Groups } from './int8-groups.ts';

/**
 * output[t, r] = sum over groups of scale[r, group] x (sum over k in the group of values[r, k] x input[t, k]).
 * Shapes: output [tokens, rows], input [tokens, columns], weights [rows, columns]. The scale is applied once a group:
 * that is how kernels do it too. Here it saves memory, not time; on a GPU, decoding waits for weights, so it saves both.
 * Every output is summed in ascending order, so it does not depend on what else is in the batch.
 */
export function multiplyInt8(
  output: Float32Array,
  input: Float32Array,
  weights: Int8Groups,
  tokens: number,
  rows: number,
  columns: number,
): void {
  const { groupSize, values, scales } = weights;
  for (let row = 0; row < rows; row++) {
    for (let token = 0; token < tokens; token++) {
      let sum = 0;
      for (let first = 0; first < columns; first += groupSize) {
        const w = row * columns + first;
        const x = token * columns + first;
        let groupSum = 0;
        for (let k = 0; k < groupSize; k++) groupSum += values[w + k]! * input[x + k]!;
        sum += groupSum * scales[w / groupSize]!;
      }
      output[token * rows + row] = sum;
    }
  }
}
