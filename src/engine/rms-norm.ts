/**
 * Root-mean-square normalisation of each token's vector: output = input / sqrt(mean(input^2) + epsilon) x weight.
 * Shapes: output and input [tokens, size], weight [size].
 * Source: Zhang and Sennrich 2019, https://arxiv.org/abs/1910.07467
 */
export function rmsNorm(
  output: Float32Array,
  input: Float32Array,
  weight: Float32Array,
  tokens: number,
  size: number,
  epsilon: number,
): void {
  for (let start = 0; start < tokens * size; start += size) {
    let squares = 0;
    for (let k = 0; k < size; k++) squares += input[start + k]! * input[start + k]!;
    const scale = 1 / Math.sqrt(squares / size + epsilon);
    for (let k = 0; k < size; k++) output[start + k] = input[start + k]! * scale * weight[k]!;
  }
}
