import type { KvCache } from './kv-cache.ts';
import type { ModelConfig } from './model-file.ts';

/**
 * Grouped-query attention of one token over its sequence's cached keys and values, itself included.
 * `query[start ...]` and `output[start ...]` are [heads, headSize]; `scores` is scratch of at least position + 1.
 * For each head: score = query . key / sqrt(headSize), softmax over positions 0 to `position`, mix of the values.
 * Positions are visited block by block through the block table and in ascending order.
 */
export function attend(
  output: Float32Array,
  query: Float32Array,
  start: number,
  cache: KvCache,
  layer: number,
  blocks: readonly number[],
  position: number,
  config: ModelConfig,
  scores: Float64Array,
): void {
  const { headSize, headCount } = config;
  const headsPerKvHead = headCount / config.kvHeadCount;
  const keys = cache.keys[layer]!;
  const values = cache.values[layer]!;
  const { blockSize, width } = cache;
  const scale = 1 / Math.sqrt(headSize);
  const length = position + 1;

  for (let head = 0; head < headCount; head++) {
    const vector = start + head * headSize;
    const kvOffset = Math.floor(head / headsPerKvHead) * headSize;

    let best = -Infinity;
    for (let first = 0; first < length; first += blockSize) {
      let row = blocks[first / blockSize]! * blockSize * width + kvOffset;
      const end = Math.min(first + blockSize, length);
      for (let p = first; p < end; p++, row += width) {
        const score = dot(query, vector, keys, row, headSize) * scale;
        scores[p] = score;
        if (score > best) best = score;
      }
    }

    // Softmax; the largest score is subtracted first so that no exponential overflows.
    let total = 0;
    for (let p = 0; p < length; p++) {
      const weight = Math.exp(scores[p]! - best);
      scores[p] = weight;
      total += weight;
    }

    // Four numbers of the head at a time, each a sum over all positions held in a register.
    for (let k = 0; k < headSize; k += 4) {
      let sum0 = 0;
      let sum1 = 0;
      let sum2 = 0;
      let sum3 = 0;
      for (let first = 0; first < length; first += blockSize) {
        let row = (blocks[first / blockSize]! * blockSize * width + kvOffset + k) | 0;
        const end = Math.min(first + blockSize, length);
        for (let p = first; p < end; p++) {
          const weight = scores[p]!;
          sum0 += weight * values[row]!;
          sum1 += weight * values[(row + 1) | 0]!;
          sum2 += weight * values[(row + 2) | 0]!;
          sum3 += weight * values[(row + 3) | 0]!;
          row = (row + width) | 0;
        }
      }
      output[vector + k] = sum0 / total;
      output[vector + k + 1] = sum1 / total;
      output[vector + k + 2] = sum2 / total;
      output[vector + k + 3] = sum3 / total;
    }
  }
}

/** a[aStart ...] . b[bStart ...] over `size` numbers, a multiple of four; four sums that do not wait for one another. */
function dot(a: Float32Array, aStart: number, b: Float32Array, bStart: number, size: number): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let k = 0; k < size; k += 4) {
    sum0 += a[(aStart + k) | 0]! * b[(bStart + k) | 0]!;
    sum1 += a[(aStart + k + 1) | 0]! * b[(bStart + k + 1) | 0]!;
    sum2 += a[(aStart + k + 2) | 0]! * b[(bStart + k + 2) | 0]!;
    sum3 += a[(aStart + k + 3) | 0]! * b[(bStart + k + 3) | 0]!;
  }
  return sum0 + sum1 + (sum2 + sum3);
}
