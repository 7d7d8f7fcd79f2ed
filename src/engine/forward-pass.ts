import { attend } from './attention.ts';
import type { KvCache } from './kv-cache.ts';
import type { ModelConfig, ModelWeights } from './model-file.ts';
import { multiply, readRow, type Matrix } from './matrix.ts';
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
  /** after how many of them, counted from the last, logits are needed: none within a prompt, one to decode, more to verify drafts */
  logitRows: number;
}

/** What a pass needs of a model; its matrices may be quantised. */
export interface RunnableModel {
  config: ModelConfig;
  weights: ModelWeights<Matrix>;
}

/**
 * One pass of the model over a batch, read top to bottom. Buffers are made once, for `maxTokens` tokens and `maxLogitRows`
 * rows of logits a batch; nothing is allocated while tokens flow.
 */
export class ForwardPass {
  readonly #config: ModelConfig;
  readonly #weights: ModelWeights<Matrix>;
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
  /** [rows asked for, vocabulary] */
  readonly #logits: Float32Array;

  constructor(model: RunnableModel, cache: KvCache, maxTokens: number, maxLogitRows: number) {
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
    this.#logits = new Float32Array(maxLogitRows * config.vocabularySize);
  }

  /** Computes the batch and caches its keys and values. Answers the rows of logits [vocabulary] that its entries want, in order, valid until the next pass. */
  run(batch: readonly BatchEntry[]): Float32Array[] {
    const { hiddenSize, feedForwardSize, normEpsilon } = this.#config;
    const queryWidth = this.#config.headCount * this.#config.headSize;
    const kvWidth = this.#cache.width;
    const tokens = this.#embed(batch);

    for (const [layer, weights] of this.#weights.layers.entries()) {
      // Attention: what each token takes from the tokens before it.
      rmsNorm(this.#normed, this.#hidden, weights.attentionNorm, tokens, hiddenSize, normEpsilon);
      multiply(this.#query, this.#normed, weights.query, tokens, queryWidth, hiddenSize);
      multiply(this.#key, this.#normed, weights.key, tokens, kvWidth, hiddenSize);
      multiply(this.#value, this.#normed, weights.value, tokens, kvWidth, hiddenSize);
      this.#rotateAndCache(batch, layer);
      this.#attend(batch, layer);
      multiply(this.#added, this.#attended, weights.attentionOutput, tokens, hiddenSize, queryWidth);
      this.#addToHidden(tokens);

      // Feed-forward network: what each token makes of it, by itself.
      rmsNorm(this.#normed, this.#hidden, weights.feedForwardNorm, tokens, hiddenSize, normEpsilon);
      multiply(this.#gate, this.#normed, weights.gate, tokens, feedForwardSize, hiddenSize);
      multiply(this.#up, this.#normed, weights.up, tokens, feedForwardSize, hiddenSize);
      swiglu(this.#gate, this.#up, tokens * feedForwardSize);
      multiply(this.#added, this.#gate, weights.down, tokens, hiddenSize, feedForwardSize);
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
        this.#hidden.set(readRow(this.#weights.embedding, id, hiddenSize), token * hiddenSize);
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

  /** Only the last tokens of an entry can be followed by new ones, so only their logits are computed. */
  #readLogits(batch: readonly BatchEntry[]): Float32Array[] {
    const { hiddenSize, vocabularySize, normEpsilon } = this.#config;
    let end = 0;
    let wanted = 0;
    for (const entry of batch) {
      end += entry.tokenIds.length;
      this.#hidden.copyWithin(wanted * hiddenSize, (end - entry.logitRows) * hiddenSize, end * hiddenSize);
      wanted += entry.logitRows;
    }
    rmsNorm(this.#normed, this.#hidden, this.#weights.finalNorm, wanted, hiddenSize, normEpsilon);
    multiply(this.#logits, this.#normed, this.#weights.embedding, wanted, vocabularySize, hiddenSize);
    return Array.from({ length: wanted }, (_, row) =>
      this.#logits.subarray(row * vocabularySize, (row + 1) * vocabularySize),
    );
  }
}
