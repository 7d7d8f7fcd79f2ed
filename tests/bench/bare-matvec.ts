import type { ModelFile } from '#engine/model-file.ts';

/**
 * The floor that the engine is measured against: every matrix of the model times one vector, as a competent person would
 * write it, and nothing else: no norm, no attention, no sampling, no batching.
 */
export class BareMatvec {
  readonly #layerMatrices: { matrix: Float32Array; columns: number }[];
  readonly #embedding: Float32Array;
  readonly #hiddenSize: number;
  readonly #input: Float32Array;
  readonly #output: Float32Array;

  constructor({ config, weights }: ModelFile) {
    this.#hiddenSize = config.hiddenSize;
    this.#embedding = weights.embedding;
    this.#layerMatrices = weights.layers.flatMap(({ query, key, value, attentionOutput, gate, up, down }) => [
      ...[query, key, value, gate, up].map((matrix) => ({ matrix, columns: config.hiddenSize })),
      { matrix: attentionOutput, columns: config.headCount * config.headSize },
      { matrix: down, columns: config.feedForwardSize },
    ]);
    this.#input = Float32Array.from({ length: config.feedForwardSize }, (_, index) => Math.sin(index));
    this.#output = new Float32Array(config.vocabularySize);
  }

  /** The multiplications of one position: all layers, and the logits when asked. */
  onePosition(withLogits: boolean): void {
    for (const { matrix, columns } of this.#layerMatrices) multiply(this.#output, matrix, this.#input, columns);
    if (withLogits) multiply(this.#output, this.#embedding, this.#input, this.#hiddenSize);
  }
}

/** output = matrix [rows, columns] x input, a dot product a row, unrolled four times. */
function multiply(output: Float32Array, matrix: Float32Array, input: Float32Array, columns: number): void {
  const rows = matrix.length / columns;
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    for (let k = 0; k < columns; k += 4) {
      sum0 += matrix[start + k]! * input[k]!;
      sum1 += matrix[start + k + 1]! * input[k + 1]!;
      sum2 += matrix[start + k + 2]! * input[k + 2]!;
      sum3 += matrix[start + k + 3]! * input[k + 3]!;
    }
    output[row] = sum0 + sum1 + sum2 + sum3;
  }
}
