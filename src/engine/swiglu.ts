/**
 * The gate of the feed-forward network, in place: gate = silu(gate) x up, where silu(x) = x / (1 + e^-x).
 * Shapes: gate and up hold `count` numbers. Source: Shazeer 2020, https://arxiv.org/abs/2002.05202
 */
export function swiglu(gate: Float32Array, up: Float32Array, count: number): void {
  for (let index = 0; index < count; index++) {
    const x = gate[index]!;
    gate[index] = (x / (1 + Math.exp(-x))) * up[index]!;
  }
}
