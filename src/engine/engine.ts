import type { EndReason } from '#contract/run-event.ts';
import type { GenerateCall } from '#experiments/experiment.ts';
import { toBatchEntry, toBatchShare } from './batch-plan.ts';
import { encodeChat } from './chat-template.ts';
import type { NextToken } from './engine-messages.ts';
import { DEFAULT_OPTIONS, type EngineOptions } from './engine-options.ts';
import type { EngineEvent, EngineRequest } from './engine-request.ts';
import { takeSnapshot, type BatchShare, type EngineSnapshot } from './engine-snapshot.ts';
import { ForwardPass, type RunnableModel } from './forward-pass.ts';
import { KvCache } from './kv-cache.ts';
import type { ModelFile } from './model-file.ts';
import { readNextTokenLogits } from './next-token-logits.ts';
import { chooseNextTokens, showAlternatives } from './next-tokens.ts';
import { checkLength } from './request-length.ts';
import { quantiseModel } from './quantised-model.ts';
import { startRequest, type RunningRequest } from './running-request.ts';
import { Scheduler } from './scheduler.ts';
import { countVerdict, startCounts, type SpeculationCounts, type SpeculationOptions } from './speculation.ts';
import { Tokenizer } from './tokenizer.ts';

/**
 * Serves several requests at once over one model. Nothing happens by itself: each `step` computes one batch, gives every
 * request whose tokens are all computed a new token (or several, when guesses prove right), and answers what happened.
 * Between steps its state can be read.
 */
export class Engine {
  readonly tokenizer: Tokenizer;
  readonly #model: RunnableModel;
  readonly #scheduler: Scheduler<RunningRequest>;
  readonly #cache: KvCache;
  readonly #forwardPass: ForwardPass;
  readonly #speculation: (SpeculationOptions & { counts: SpeculationCounts }) | undefined;
  readonly #requests = new Map<number, RunningRequest>();
  #step = 0;
  #lastBatch: readonly BatchShare[] = [];

  /** Throws when the model's rows cannot be cut into groups of `int8GroupSize`. */
  constructor(model: ModelFile, options: Partial<EngineOptions> = {}) {
    const { speculation, int8GroupSize, ...scheduling } = { ...DEFAULT_OPTIONS, ...options };
    const { maxBatchTokens, maxSequences, blockCount, blockSize } = scheduling;
    this.#model = int8GroupSize === undefined ? model : quantiseModel(model, int8GroupSize);
    this.tokenizer = new Tokenizer(model.tokenizer);
    this.#scheduler = new Scheduler(scheduling);
    this.#cache = new KvCache(model.config, blockCount, blockSize);
    this.#speculation = speculation && { ...speculation, counts: startCounts(speculation.draftTokens) };
    const logitRows = Math.min(maxBatchTokens, maxSequences * (1 + (speculation?.draftTokens ?? 0)));
    this.#forwardPass = new ForwardPass(this.#model, this.#cache, maxBatchTokens, logitRows);
  }

  get hasWork(): boolean {
    return this.#requests.size > 0;
  }

  /** Queues a planned call, the chat template put around its prompt. Answers the number of prompt tokens. */
  addCall(id: number, call: GenerateCall): number {
    const promptIds = encodeChat(this.tokenizer, call.prompt);
    const { maxTokens, sampling, alternatives } = call;
    this.add({ id, promptIds, maxTokens, sampling, alternatives });
    return promptIds.length;
  }

  /**
   * Queues a request and its copies. Throws a ProblemError `parameter_too_long` when it could never fit the context or the
   * cache, and `parameter_out_of_range` when its pattern is not supported.
   */
  add(request: EngineRequest): void {
    const { promptIds, maxTokens } = request;
    if (promptIds.length === 0 || maxTokens < 1)
      throw new Error('A request has at least one prompt and one output token.');
    this.#checkLength(promptIds.length, maxTokens);
    const { endTokenId, vocabularySize } = this.#model.config;
    const running = startRequest(request, this.tokenizer, endTokenId, vocabularySize);
    const all = [running, ...running.copies];
    const ids = new Set(all.map(({ id }) => id));
    for (const { id } of all) if (this.#requests.has(id)) throw new Error(`Request ${id} is already here.`);
    if (ids.size < all.length) throw new Error('A request and its copies need different ids.');
    for (const each of all) this.#requests.set(each.id, each);
    this.#scheduler.add(running);
  }

  /** Stops a request, not its copies, and frees its blocks at once. Answers its last event, or undefined when it is not here (any more). */
  abort(id: number): EngineEvent | undefined {
    const request = this.#requests.get(id);
    return request && this.#end(request, 'canceled');
  }

  /** Computes one batch. Does nothing and answers [] when there is no work. */
  step(): EngineEvent[] {
    const plan = this.#scheduler.schedule();
    if (plan.length === 0) return [];
    this.#step += 1;
    this.#lastBatch = plan.map(toBatchShare);
    for (const { copy } of plan) if (copy) this.#cache.copyBlock(copy.from, copy.to);
    const batch = plan.map(toBatchEntry);
    const rows = this.#forwardPass.run(batch);
    const events: EngineEvent[] = [];
    for (const [index, { sequence, tokenCount }] of plan.entries()) {
      const own = rows.splice(0, batch[index]!.logitRows);
      sequence.computed += tokenCount;
      if (own.length > 0) events.push(...this.#extend(sequence, own));
      else this.#scheduler.blocks.settle(sequence);
    }
    return events;
  }

  /** The state between two steps. */
  snapshot(): EngineSnapshot {
    const counts = this.#speculation?.counts;
    return takeSnapshot(
      { step: this.#step, lastBatch: this.#lastBatch, ...(counts && { speculation: counts }) },
      this.#scheduler,
      [...this.#requests.values()].flatMap(({ copies }) => copies),
    );
  }

  /** What may follow a prompt and the start of an answer, apart from the requests at hand. Throws as `add` does. */
  readNextToken(prompt: string, answerIds: readonly number[] = []): NextToken {
    const promptIds = [...encodeChat(this.tokenizer, prompt), ...answerIds];
    this.#checkLength(promptIds.length, 1);
    const logits = readNextTokenLogits(this.#model, promptIds);
    return { logits, texts: Array.from(logits, (_, id) => this.tokenizer.show(id)) };
  }

  #checkLength(promptTokens: number, maxTokens: number): void {
    checkLength(promptTokens, maxTokens, this.#model.config.contextLength, this.#scheduler.options);
  }

  /** Gives new tokens to a request, and to its copies when its prompt has just been computed, then a draft for the next step. */
  #extend(sequence: RunningRequest, rows: readonly Float32Array[]): EngineEvent[] {
    // Guesses that the budget had no room for are forgotten.
    const guesses = sequence.draftIds.splice(0).slice(0, rows.length - 1);
    const copies = sequence.copies.splice(0);
    if (copies.length > 0) {
      this.#scheduler.blocks.settle(sequence);
      this.#scheduler.fork(sequence, copies);
    }
    const events = [sequence, ...copies].flatMap((each) => this.#appendTokens(each, rows, guesses));
    if (this.#requests.has(sequence.id)) this.#settle(sequence);
    for (const each of [sequence, ...copies]) this.#propose(each);
    return events;
  }

  #appendTokens(sequence: RunningRequest, rows: readonly Float32Array[], guesses: number[]): EngineEvent[] {
    const { tokenIds, acceptedCount, logits } = chooseNextTokens(sequence, rows, guesses);
    if (this.#speculation) countVerdict(this.#speculation.counts, guesses.length, acceptedCount);
    const events: EngineEvent[] = [];
    for (const [index, tokenId] of tokenIds.entries()) {
      events.push(...this.#append(sequence, tokenId, logits[index]!));
      // What was guessed after the end token is dropped with the request.
      if (!this.#requests.has(sequence.id)) break;
    }
    return events;
  }

  /** One more token. The end token is counted and shown as an alternative, but adds no text. */
  #append(sequence: RunningRequest, tokenId: number, logits: Float32Array): EngineEvent[] {
    const { id, request, guide } = sequence;
    sequence.tokenIds.push(tokenId);
    if (guide) guide.state = guide.mask.advance(guide.state, tokenId);
    const isStop = tokenId === this.#model.config.endTokenId && request.ignoreEnd !== true;
    const isFull = sequence.tokenIds.length - sequence.promptLength === request.maxTokens;
    let text = sequence.text.push(tokenId);
    if (isStop || isFull) text += sequence.text.end();
    const token: EngineEvent = { type: 'token', id, tokenId, text };
    if (request.alternatives > 0)
      token.alternatives = showAlternatives(logits, tokenId, request.alternatives, this.tokenizer);
    if (isStop) return [token, this.#end(sequence, 'stop')];
    return isFull ? [token, this.#end(sequence, 'length')] : [token];
  }

  /** Never guesses beyond the last token a request may have: what is after it is never computed. */
  #propose(sequence: RunningRequest): void {
    if (!this.#speculation || !this.#requests.has(sequence.id)) return;
    const { id, tokenIds, request, random } = sequence;
    const left = request.maxTokens - (tokenIds.length - sequence.promptLength);
    const count = Math.min(this.#speculation.draftTokens, left - 1);
    if (count < 1) return;
    const { sampling } = request;
    const draft = this.#speculation.proposer.propose({ id, tokenIds, count, sampling, random });
    sequence.draftIds.push(...draft.tokenIds);
    sequence.draftProbabilities = draft.probabilities;
  }

  /** The newest token is never computed yet, and the keys and values of rejected guesses are not those of the sequence. */
  #settle(sequence: RunningRequest): void {
    sequence.computed = Math.min(sequence.computed, sequence.tokenIds.length - 1);
    this.#scheduler.blocks.settle(sequence);
  }

  #end(sequence: RunningRequest, reason: EndReason): EngineEvent {
    // Before its blocks are freed, so that what it has computed can be found again.
    this.#settle(sequence);
    this.#scheduler.remove(sequence);
    this.#requests.delete(sequence.id);
    this.#speculation?.proposer.forget(sequence.id);
    this.#passOnCopies(sequence);
    const promptTokens = sequence.promptLength;
    return {
      type: 'ended',
      id: sequence.id,
      reason,
      usage: { promptTokens, outputTokens: sequence.tokenIds.length - promptTokens },
    };
  }

  /** When a request leaves before its prompt is computed, its first copy computes it; a copy that leaves is not waited for. */
  #passOnCopies(sequence: RunningRequest): void {
    const [heir, ...others] = sequence.copies.splice(0);
    if (heir) {
      heir.copies.push(...others);
      this.#scheduler.add(heir);
    }
    for (const { copies } of this.#requests.values())
      if (copies.includes(sequence)) copies.splice(copies.indexOf(sequence), 1);
  }
}
