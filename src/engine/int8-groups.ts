/**
 * A matrix in 8-bit whole numbers: each row is cut into groups of `groupSize`, and each group has one scale.
 * weight[r, k] is about values[r, k] x scales[r, floor(k / groupSize)], so a weight costs 8 + 32 / groupSize bits.
 */
export interface Int8Groups {
  groupSize: number;
  /** [rows, columns], -127 to 127 */
  values: Int8Array;
  /** [rows, columns / groupSize] */
  scales: Float32Array;
}

/** Symmetric: -128 is left out, so that a weight and its negative round alike. */
const LARGEST = 127;

/**
 * Rounds a matrix [rows, columns] to int8 by group: the scale is the group's largest magnitude / 127, zero stays zero.
 * No weight moves by more than half its group's scale. Throws when `columns` is not a multiple of `groupSize`.
 * Sources: absmax rounding, Dettmers et al. 2022, https://arxiv.org/abs/2208.07339, section 2.1; by group, Yao et al. 2022
 * (ZeroQuant), https://arxiv.org/abs/2206.01861.
 */
export function quantise(weights: Float32Array, columns: number, groupSize: number): Int8Groups {
  if (!Number.isInteger(groupSize) || groupSize < 1 || columns % groupSize !== 0)
    throw new Error(`Rows of ${columns} weights cannot be cut into groups of ${groupSize}.`);
  const values = new Int8Array(weights.length);
  const scales = new Float32Array(weights.length / groupSize);
  for (let group = 0; group < scales.length; group++) {
    const start = group * groupSize;
    const end = start + groupSize;
    let largest = 0;
    for (let index = start; index < end; index++) largest = Math.max(largest, Math.abs(weights[index]!));
    const scale = Math.fround(largest / LARGEST);
    scales[group] = scale;
    // A group of zeros has scale 0 and stays zero. Rounding of the scale may ask for 128 at the edge.
    if (scale > 0)
      for (let index = start; index < end; index++)
        values[index] = Math.max(-LARGEST, Math.min(LARGEST, Math.round(weights[index]! / scale)));
  }
  return { groupSize, values, scales };
}

/** Back to single precision, [rows, columns] as before. */
export function dequantise({ groupSize, values, scales }: Int8Groups): Float32Array {
  return Float32Array.from(values, (value, index) => value * scales[Math.floor(index / groupSize)]!);
}
