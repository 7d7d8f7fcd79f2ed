import { ModelFileError, readSafetensors, type Tensor } from './safetensors.ts';

/** The sizes of a Llama model; Hugging Face's names for them stand in `readConfig`. */
export interface ModelConfig {
  vocabularySize: number;
  /** width of the residual stream */
  hiddenSize: number;
  layerCount: number;
  /** query heads */
  headCount: number;
  /** key and value heads; several query heads share one (grouped-query attention) */
  kvHeadCount: number;
  headSize: number;
  feedForwardSize: number;
  /** most tokens a sequence may have, prompt and output together */
  contextLength: number;
  ropeTheta: number;
  normEpsilon: number;
  endTokenId: number;
}

/** Matrices are [outputs, inputs], row-major: row r gives output r. In a file they are numbers; an engine may quantise them. */
export interface LayerWeights<Matrix = Float32Array> {
  /** [hidden] */
  attentionNorm: Float32Array;
  /** [heads x headSize, hidden] */
  query: Matrix;
  /** [kvHeads x headSize, hidden] */
  key: Matrix;
  /** [kvHeads x headSize, hidden] */
  value: Matrix;
  /** [hidden, heads x headSize] */
  attentionOutput: Matrix;
  /** [hidden] */
  feedForwardNorm: Float32Array;
  /** [feedForward, hidden] */
  gate: Matrix;
  /** [feedForward, hidden] */
  up: Matrix;
  /** [hidden, feedForward] */
  down: Matrix;
}

export interface ModelWeights<Matrix = Float32Array> {
  /** [vocabulary, hidden]; tied: it also turns the last hidden state into logits */
  embedding: Matrix;
  layers: readonly LayerWeights<Matrix>[];
  /** [hidden] */
  finalNorm: Float32Array;
}

export interface ModelFile {
  config: ModelConfig;
  weights: ModelWeights;
  /** the parsed tokenizer.json, for `Tokenizer` */
  tokenizer: unknown;
}

/**
 * The web model file -> config, weights and tokenizer: a safetensors file with Hugging Face's tensor names whose
 * `__metadata__` holds the texts of config.json and tokenizer.json. Throws a ModelFileError that names what is wrong.
 */
export function parseModelFile(file: ArrayBuffer): ModelFile {
  const { metadata, tensors } = readSafetensors(file);
  const config = readConfig(parseMetadata(metadata, 'config'));
  return { config, weights: readWeights(config, tensors), tokenizer: parseMetadata(metadata, 'tokenizer') };
}

function parseMetadata(metadata: Readonly<Record<string, string>>, key: string): Record<string, unknown> {
  const text = metadata[key];
  if (text === undefined) throw new ModelFileError(`The file's __metadata__ has no "${key}".`);
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw new ModelFileError(`"${key}" in the file's __metadata__ is not JSON.`, { cause: error });
  }
}

function readConfig(json: Record<string, unknown>): ModelConfig {
  const number = (key: string, from = json): number => {
    const value = from[key];
    if (typeof value !== 'number' || value <= 0)
      throw new ModelFileError(`config.json: ${key} should be a positive number, is ${JSON.stringify(value)}.`);
    return value;
  };
  if (json['model_type'] !== 'llama' || json['tie_word_embeddings'] !== true || json['hidden_act'] !== 'silu')
    throw new ModelFileError('config.json: only a Llama model with tied embeddings and SiLU can be run.');
  const config: ModelConfig = {
    vocabularySize: number('vocab_size'),
    hiddenSize: number('hidden_size'),
    layerCount: number('num_hidden_layers'),
    headCount: number('num_attention_heads'),
    kvHeadCount: number('num_key_value_heads'),
    headSize: number('head_dim'),
    feedForwardSize: number('intermediate_size'),
    contextLength: number('max_position_embeddings'),
    // transformers 5 moved it into rope_parameters.
    ropeTheta: number('rope_theta', (json['rope_parameters'] ?? json) as Record<string, unknown>),
    normEpsilon: number('rms_norm_eps'),
    endTokenId: number('eos_token_id'),
  };
  // The kernels take four numbers of a head at once, and two inputs of a matrix row.
  if (config.headSize % 4 !== 0 || config.hiddenSize % 2 !== 0 || config.feedForwardSize % 2 !== 0)
    throw new ModelFileError('config.json: head_dim must be a multiple of 4, hidden and intermediate size even.');
  if (config.headCount % config.kvHeadCount !== 0)
    throw new ModelFileError('config.json: num_attention_heads must be a multiple of num_key_value_heads.');
  return config;
}

function readWeights(config: ModelConfig, tensors: ReadonlyMap<string, Tensor>): ModelWeights {
  const { hiddenSize: hidden, feedForwardSize: feedForward } = config;
  const queryWidth = config.headCount * config.headSize;
  const kvWidth = config.kvHeadCount * config.headSize;
  const take = (name: string, ...shape: number[]): Float32Array => {
    const tensor = tensors.get(name);
    if (!tensor) throw new ModelFileError(`Tensor ${name} is missing.`);
    if (tensor.shape.join() !== shape.join())
      throw new ModelFileError(
        `Tensor ${name} should have shape [${shape.join(', ')}], has [${tensor.shape.join(', ')}].`,
      );
    return tensor.values;
  };
  return {
    embedding: take('model.embed_tokens.weight', config.vocabularySize, hidden),
    layers: Array.from({ length: config.layerCount }, (_, index) => {
      const layer = `model.layers.${index}`;
      return {
        attentionNorm: take(`${layer}.input_layernorm.weight`, hidden),
        query: take(`${layer}.self_attn.q_proj.weight`, queryWidth, hidden),
        key: take(`${layer}.self_attn.k_proj.weight`, kvWidth, hidden),
        value: take(`${layer}.self_attn.v_proj.weight`, kvWidth, hidden),
        attentionOutput: take(`${layer}.self_attn.o_proj.weight`, hidden, queryWidth),
        feedForwardNorm: take(`${layer}.post_attention_layernorm.weight`, hidden),
        gate: take(`${layer}.mlp.gate_proj.weight`, feedForward, hidden),
        up: take(`${layer}.mlp.up_proj.weight`, feedForward, hidden),
        down: take(`${layer}.mlp.down_proj.weight`, hidden, feedForward),
      };
    }),
    finalNorm: take('model.norm.weight', hidden),
  };
}
