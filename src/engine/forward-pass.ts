import { attend } from './attention.ts';
import type { KvCache } from './kv-cache.ts';
import { matmul } from './matmul.ts';
import type { ModelConfig, ModelFile, ModelWeights } from './model-file.ts';
import { rmsNorm } from './rms-norm.ts';
import { applyRope, makeRopeTables, type RopeTables } from './rope.ts';
import { swiglu } from './swiglu.ts';

/** Consecutive tokens of one sequence that a step computes: a chunk of a prompt, or one token to decode. */
export interface BatchEntry {
  tokenIds: readonly number[];
  /** position of the first of them in the sequence */
  start: number;
  /** the sequence's block table; it already covers all of `tokenIds` */
  blocks: readonly number[];
  /** whether the logits after the last of them are needed */
  wantsLogits: boolean;
}

/**
 * One pass of the model over a batch, read top to bottom. Buffers are made once, for `maxTokens` tokens and `maxEntries`
 * entries a batch; nothing is allocated while tokens flow.
 */
export class ForwardPass {
  readonly #config: ModelConfig;
  readonly #weights: ModelWeights;
  readonly #cache: KvCache;
  readonly #rope: RopeTables;
  /** residual stream [tokens, hidden], and its normalised copy */
  readonly #hidden: Float32Array;
  readonly #normed: Float32Array;
  /** [tokens, heads x headSize] */
  readonly #query: Float32Array;
  readonly #attended: Float32Array;
  /** [tokens, kvHeads x headSize] */
  readonly #key: Float32Array;
  readonly #value: Float32Array;
  /** what a block adds to the residual stream [tokens, hidden] */
  readonly #added: Float32Array;
  /** [tokens, feedForward] */
  readonly #gate: Float32Array;
  readonly #up: Float32Array;
  /** [contextLength] */
  readonly #scores: Float64Array;
  /** [entries, vocabulary] */
  readonly #logits: Float32Array;

  constructor(model: ModelFile, cache: KvCache, maxTokens: number, maxEntries: number) {
    const { config } = model;
    this.#config = config;
    this.#weights = model.weights;
    this.#cache = cache;
    this.#rope = makeRopeTables(config.contextLength, config.headSize, config.ropeTheta);
    const buffer = (width: number) => new Float32Array(maxTokens * width);
    this.#hidden = buffer(config.hiddenSize);
    this.#normed = buffer(config.hiddenSize);
    this.#added = buffer(config.hiddenSize);
    this.#query = buffer(config.headCount * config.headSize);
    this.#attended = buffer(config.headCount * config.headSize);
    this.#key = buffer(cache.width);
    this.#value = buffer(cache.width);
    this.#gate = buffer(config.feedForwardSize);
    this.#up = buffer(config.feedForwardSize);
    this.#scores = new Float64Array(config.contextLength);
    this.#logits = new Float32Array(maxEntries * config.vocabularySize);
  }

  /** Computes the batch and caches its keys and values. Answers one row of logits [vocabulary] for each entry that wants them, in order, valid until the next pass. */
  run(batch: readonly BatchEntry[]): Float32Array[] {
    const { hiddenSize, feedForwardSize, normEpsilon } = this.#config;
    const queryWidth = this.#config.headCount * this.#config.headSize;
    const kvWidth = this.#cache.width;
    const tokens = this.#embed(batch);

    for (const [layer, weights] of this.#weights.layers.entries()) {
      // Attention: what each token takes from the tokens before it.
      rmsNorm(this.#normed, this.#hidden, weights.attentionNorm, tokens, hiddenSize, normEpsilon);
      matmul(this.#query, this.#normed, weights.query, tokens, queryWidth, hiddenSize);
      matmul(this.#key, this.#normed, weights.key, tokens, kvWidth, hiddenSize);
      matmul(this.#value, this.#normed, weights.value, tokens, kvWidth, hiddenSize);
      this.#rotateAndCache(batch, layer);
      this.#attend(batch, layer);
      matmul(this.#added, this.#attended, weights.attentionOutput, tokens, hiddenSize, queryWidth);
      this.#addToHidden(tokens);

      // Feed-forward network: what each token makes of it, by itself.
      rmsNorm(this.#normed, this.#hidden, weights.feedForwardNorm, tokens, hiddenSize, normEpsilon);
      matmul(this.#gate, this.#normed, weights.gate, tokens, feedForwardSize, hiddenSize);
      matmul(this.#up, this.#normed, weights.up, tokens, feedForwardSize, hiddenSize);
      swiglu(this.#gate, this.#up, tokens * feedForwardSize);
      matmul(this.#added, this.#gate, weights.down, tokens, hiddenSize, feedForwardSize);
      this.#addToHidden(tokens);
    }
    return this.#readLogits(batch);
  }

  /** Token ids -> rows of the embedding in the residual stream; answers the number of tokens. */
  #embed(batch: readonly BatchEntry[]): number {
    const { hiddenSize } = this.#config;
    let token = 0;
    for (const entry of batch) {
      for (const id of entry.tokenIds) {
        const row = this.#weights.embedding.subarray(id * hiddenSize, (id + 1) * hiddenSize);
        this.#hidden.set(row, token * hiddenSize);
        token += 1;
      }
    }
    return token;
  }

  #rotateAndCache(batch: readonly BatchEntry[], layer: number): void {
    const { headCount, kvHeadCount, headSize } = this.#config;
    const { width } = this.#cache;
    let token = 0;
    for (const entry of batch) {
      for (let index = 0; index < entry.tokenIds.length; index++, token++) {
        const position = entry.start + index;
        applyRope(this.#query, token * headCount * headSize, headCount, headSize, position, this.#rope);
        applyRope(this.#key, token * width, kvHeadCount, headSize, position, this.#rope);
        const row = this.#cache.rowStart(entry.blocks, position);
        this.#cache.keys[layer]!.set(this.#key.subarray(token * width, (token + 1) * width), row);
        this.#cache.values[layer]!.set(this.#value.subarray(token * width, (token + 1) * width), row);
      }
    }
  }

  #attend(batch: readonly BatchEntry[], layer: number): void {
    const width = this.#config.headCount * this.#config.headSize;
    let token = 0;
    for (const { tokenIds, start, blocks } of batch) {
      for (let index = 0; index < tokenIds.length; index++, token++)
        attend(
          this.#attended,
          this.#query,
          token * width,
          this.#cache,
          layer,
          blocks,
          start + index,
          this.#config,
          this.#scores,
        );
    }
  }

  #addToHidden(tokens: number): void {
    const count = tokens * this.#config.hiddenSize;
    for (let index = 0; index < count; index++) this.#hidden[index] = this.#hidden[index]! + this.#added[index]!;
  }

  /** Only the last token of an entry can be followed by a new one, so only its logits are computed. */
  #readLogits(batch: readonly BatchEntry[]): Float32Array[] {
    const { hiddenSize, vocabularySize, normEpsilon } = this.#config;
    let end = 0;
    let wanted = 0;
    for (const entry of batch) {
      end += entry.tokenIds.length;
      if (!entry.wantsLogits) continue;
      this.#hidden.copyWithin(wanted * hiddenSize, (end - 1) * hiddenSize, end * hiddenSize);
      wanted += 1;
    }
    rmsNorm(this.#normed, this.#hidden, this.#weights.finalNorm, wanted, hiddenSize, normEpsilon);
    matmul(this.#logits, this.#normed, this.#weights.embedding, wanted, vocabularySize, hiddenSize);
    return Array.from({ length: wanted }, (_, row) =>
      this.#logits.subarray(row * vocabularySize, (row + 1) * vocabularySize),
    );
  }
}
