/** cos and sin of every angle, each [positions, headSize / 2]. */
export interface RopeTables {
  cos: Float32Array;
  sin: Float32Array;
}

/**
 * Rotary position embedding: pair i of a head turns by position x theta^(-2i / headSize).
 * Angles are rounded to single precision as transformers does, so that late positions agree with it.
 * Source: Su et al. 2021, https://arxiv.org/abs/2104.09864
 */
export function makeRopeTables(positions: number, headSize: number, theta: number): RopeTables {
  const half = headSize / 2;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  for (let pair = 0; pair < half; pair++) {
    const frequency = Math.fround(1 / Math.fround(theta ** ((2 * pair) / headSize)));
    for (let position = 0; position < positions; position++) {
      const angle = Math.fround(position * frequency);
      cos[position * half + pair] = Math.cos(angle);
      sin[position * half + pair] = Math.sin(angle);
    }
  }
  return { cos, sin };
}

/**
 * Turns every head of one token's query or key in place. `vector[start ...]` is [heads, headSize].
 * Llama as Hugging Face stores it pairs element i with i + headSize / 2, not with i + 1.
 */
export function applyRope(
  vector: Float32Array,
  start: number,
  heads: number,
  headSize: number,
  position: number,
  tables: RopeTables,
): void {
  const half = headSize / 2;
  const row = position * half;
  for (let head = start; head < start + heads * headSize; head += headSize) {
    for (let pair = 0; pair < half; pair++) {
      const cos = tables.cos[row + pair]!;
      const sin = tables.sin[row + pair]!;
      const first = vector[head + pair]!;
      const second = vector[head + pair + half]!;
      vector[head + pair] = first * cos - second * sin;
      vector[head + pair + half] = second * cos + first * sin;
    }
  }
}
