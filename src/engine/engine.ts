import { ProblemError } from '#contract/problem.ts';
import type { EndReason } from '#contract/run-event.ts';
import type { PlannedCall } from '#experiments/experiment.ts';
import { seededRandom } from '#experiments/seeded-random.ts';
import { findAlternatives } from './alternatives.ts';
import { encodeChat } from './chat-template.ts';
import type { NextToken } from './engine-messages.ts';
import type { EngineEvent, EngineRequest } from './engine-request.ts';
import { takeSnapshot, type BatchShare, type EngineSnapshot } from './engine-snapshot.ts';
import { ForwardPass } from './forward-pass.ts';
import { KvCache } from './kv-cache.ts';
import type { ModelFile } from './model-file.ts';
import { readNextTokenLogits } from './next-token-logits.ts';
import { sampleToken } from './sampler.ts';
import { Scheduler, type ScheduledPart, type SchedulerOptions } from './scheduler.ts';
import type { Sequence } from './sequence.ts';
import { TokenStream } from './token-stream.ts';
import { Tokenizer } from './tokenizer.ts';

/** 4096 tokens of cache, 25 MB for tiny-1; a step of 64 tokens keeps the gap between two decoded tokens short. */
const DEFAULTS: SchedulerOptions = { maxBatchTokens: 64, maxSequences: 32, blockSize: 16, blockCount: 256 };

interface RunningRequest extends Sequence {
  readonly request: EngineRequest;
  readonly random: () => number;
  readonly text: TokenStream;
}

/**
 * Serves several requests at once over one model. Nothing happens by itself: each `step` computes one batch, gives every
 * request whose tokens are all computed one new token, and answers what happened. Between steps its state can be read.
 */
export class Engine {
  readonly tokenizer: Tokenizer;
  readonly #model: ModelFile;
  readonly #scheduler: Scheduler<RunningRequest>;
  readonly #forwardPass: ForwardPass;
  readonly #requests = new Map<number, RunningRequest>();
  #step = 0;
  #lastBatch: readonly BatchShare[] = [];

  constructor(model: ModelFile, options: Partial<SchedulerOptions> = {}) {
    const scheduling = { ...DEFAULTS, ...options };
    this.#model = model;
    this.tokenizer = new Tokenizer(model.tokenizer);
    this.#scheduler = new Scheduler(scheduling);
    const cache = new KvCache(model.config, scheduling.blockCount, scheduling.blockSize);
    this.#forwardPass = new ForwardPass(model, cache, scheduling.maxBatchTokens, scheduling.maxSequences);
  }

  get hasWork(): boolean {
    return this.#requests.size > 0;
  }

  /** Queues a planned call, the chat template put around its prompt. Answers the number of prompt tokens. */
  addCall(id: number, call: PlannedCall): number {
    const promptIds = encodeChat(this.tokenizer, call.prompt);
    const { maxTokens, sampling, alternatives } = call;
    this.add({ id, promptIds, maxTokens, sampling, alternatives });
    return promptIds.length;
  }

  /** Queues a request. Throws a ProblemError `parameter_too_long` when it could never fit the context or the cache. */
  add(request: EngineRequest): void {
    const { id, promptIds, maxTokens } = request;
    if (this.#requests.has(id)) throw new Error(`Request ${id} is already here.`);
    if (promptIds.length === 0 || maxTokens < 1)
      throw new Error('A request has at least one prompt and one output token.');
    this.#checkLength(promptIds.length, maxTokens);
    const running: RunningRequest = {
      id,
      request,
      tokenIds: [...promptIds],
      promptLength: promptIds.length,
      maxTokens,
      computed: 0,
      blocks: [],
      random: seededRandom(request.sampling.seed),
      text: new TokenStream(this.tokenizer),
    };
    this.#requests.set(id, running);
    this.#scheduler.add(running);
  }

  /** Stops a request and frees its blocks at once. Answers its last event, or undefined when it is not here (any more). */
  abort(id: number): EngineEvent | undefined {
    const request = this.#requests.get(id);
    return request && this.#end(request, 'canceled');
  }

  /** Computes one batch. Does nothing and answers [] when there is no work. */
  step(): EngineEvent[] {
    const plan = this.#scheduler.schedule();
    if (plan.length === 0) return [];
    this.#step += 1;
    this.#lastBatch = plan.map(({ sequence, tokenCount }) => ({ id: sequence.id, tokenCount }));
    const logits = this.#forwardPass.run(plan.map(toBatchEntry));
    const events: EngineEvent[] = [];
    let row = 0;
    for (const { sequence, tokenCount } of plan) {
      sequence.computed += tokenCount;
      if (sequence.computed === sequence.tokenIds.length) events.push(...this.#extend(sequence, logits[row++]!));
    }
    return events;
  }

  /** The state between two steps. */
  snapshot(): EngineSnapshot {
    return takeSnapshot(this.#step, this.#lastBatch, this.#scheduler);
  }

  /** What may follow a prompt and the start of an answer, apart from the requests at hand. Throws as `add` does. */
  readNextToken(prompt: string, answerIds: readonly number[] = []): NextToken {
    const promptIds = [...encodeChat(this.tokenizer, prompt), ...answerIds];
    this.#checkLength(promptIds.length, 1);
    const logits = readNextTokenLogits(this.#model, promptIds);
    return { logits, texts: Array.from(logits, (_, id) => this.tokenizer.show(id)) };
  }

  #checkLength(promptTokens: number, maxTokens: number): void {
    const { blockCount, blockSize } = this.#scheduler.options;
    const limit = Math.min(this.#model.config.contextLength, blockCount * blockSize);
    if (promptTokens + maxTokens <= limit) return;
    throw new ProblemError({
      code: 'invalid_argument',
      reason: 'parameter_too_long',
      details: {
        parameter: 'prompt',
        allowed: `${limit} tokens with maxTokens`,
        received: `${promptTokens} + ${maxTokens} tokens`,
      },
    });
  }

  /** Samples one token for a request. The end token is counted and shown as an alternative, but adds no text. */
  #extend(sequence: RunningRequest, logits: Float32Array): EngineEvent[] {
    const { id, request } = sequence;
    const tokenId = sampleToken(logits, request.sampling, sequence.random);
    sequence.tokenIds.push(tokenId);
    const isStop = tokenId === this.#model.config.endTokenId && request.ignoreEnd !== true;
    const isFull = sequence.tokenIds.length - sequence.promptLength === request.maxTokens;
    let text = sequence.text.push(tokenId);
    if (isStop || isFull) text += sequence.text.end();
    const token: EngineEvent = { type: 'token', id, tokenId, text };
    if (request.alternatives > 0)
      token.alternatives = findAlternatives(logits, tokenId, request.alternatives).map(
        ({ id: alternative, logprob, chosen }) => ({ text: this.tokenizer.show(alternative), logprob, chosen }),
      );
    if (isStop) return [token, this.#end(sequence, 'stop')];
    return isFull ? [token, this.#end(sequence, 'length')] : [token];
  }

  #end(sequence: RunningRequest, reason: EndReason): EngineEvent {
    this.#scheduler.remove(sequence);
    this.#requests.delete(sequence.id);
    const promptTokens = sequence.promptLength;
    return {
      type: 'ended',
      id: sequence.id,
      reason,
      usage: { promptTokens, outputTokens: sequence.tokenIds.length - promptTokens },
    };
  }
}

function toBatchEntry({ sequence, tokenCount }: ScheduledPart<Sequence>) {
  const { tokenIds, computed: start, blocks } = sequence;
  const end = start + tokenCount;
  return { tokenIds: tokenIds.slice(start, end), start, blocks, wantsLogits: end === tokenIds.length };
}
