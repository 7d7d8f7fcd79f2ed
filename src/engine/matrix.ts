import type { Int8Groups } from './int8-groups.ts';
import { multiplyInt8 } from './int8-matmul.ts';
import { matmul } from './matmul.ts';

/** A weight matrix [rows, columns], in single precision or quantised. */
export type Matrix = Float32Array | Int8Groups;

/** output[t, r] = weights[r] . input[t]. Shapes: output [tokens, rows], input [tokens, columns], weights [rows, columns]. */
export function multiply(
  output: Float32Array,
  input: Float32Array,
  weights: Matrix,
  tokens: number,
  rows: number,
  columns: number,
): void {
  if (weights instanceof Float32Array) matmul(output, input, weights, tokens, rows, columns);
  else multiplyInt8(output, input, weights, tokens, rows, columns);
}

/** One row [columns], in single precision. */
export function readRow(weights: Matrix, row: number, columns: number): Float32Array {
  const start = row * columns;
  if (weights instanceof Float32Array) return weights.subarray(start, start + columns);
  const { values, scales, groupSize } = weights;
  return Float32Array.from(
    values.subarray(start, start + columns),
    (value, k) => value * scales[Math.floor((start + k) / groupSize)]!,
  );
}
