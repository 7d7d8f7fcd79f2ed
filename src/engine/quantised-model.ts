import type { RunnableModel } from './forward-pass.ts';
import { quantise } from './int8-groups.ts';
import type { Matrix } from './matrix.ts';
import type { LayerWeights, ModelFile } from './model-file.ts';

/**
 * The same model with every matrix in int8 groups, the embedding included. Norms stay: they are few and multiply everything.
 * Only weights are rounded (W8A32); activations are computed as before. Throws when a width is not a multiple of `groupSize`.
 */
export function quantiseModel({ config, weights }: ModelFile, groupSize: number): RunnableModel {
  const { hiddenSize } = config;
  const fromHidden = (matrix: Float32Array) => quantise(matrix, hiddenSize, groupSize);
  const layers = weights.layers.map((layer): LayerWeights<Matrix> => ({
    ...layer,
    query: fromHidden(layer.query),
    key: fromHidden(layer.key),
    value: fromHidden(layer.value),
    attentionOutput: quantise(layer.attentionOutput, config.headCount * config.headSize, groupSize),
    gate: fromHidden(layer.gate),
    up: fromHidden(layer.up),
    down: quantise(layer.down, config.feedForwardSize, groupSize),
  }));
  return { config, weights: { ...weights, embedding: fromHidden(weights.embedding), layers } };
}
