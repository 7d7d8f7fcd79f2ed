import { BlockManager, type BlockCopy, type BlockManagerOptions } from './block-manager.ts';
import { tokensLeft, worstCaseBlocks, type Sequence } from './sequence.ts';

export interface SchedulerOptions extends BlockManagerOptions {
  /** most tokens one step computes, prompts and decodes together */
  maxBatchTokens: number;
  /** most sequences that run at once */
  maxSequences: number;
  /** whether a prompt may be computed over several steps; if not, it waits for a step that has room for all of it */
  chunkedPrefill: boolean;
  /**
   * What must be free before a request is admitted. 'worst-case': every block it and those that run may ever need, so that
   * none is ever preempted. 'none': the blocks of its first step, as vLLM does; when they run out, the newest is preempted.
   */
  reserve: 'worst-case' | 'none';
}

/** A sequence's part of a step: its next `tokenCount` tokens that are not computed yet. */
export interface ScheduledPart<S extends Sequence> {
  sequence: S;
  tokenCount: number;
  /** to be made before the step writes anything */
  copy?: BlockCopy;
}

/** What the prefix cache was asked and what it knew, in tokens; preempted requests that come back are not counted. */
export interface PrefixCacheCounts {
  queriedTokens: number;
  hitTokens: number;
}

/**
 * Continuous batching: each step is planned anew, so a request joins as soon as there is room and leaves the moment it
 * ends. First come, first served: a small request does not overtake a large one that waits for blocks, which would starve it.
 * After vLLM's `Scheduler.schedule` in vllm/v1/core/sched/scheduler.py.
 */
export class Scheduler<S extends Sequence = Sequence> {
  readonly options: SchedulerOptions;
  readonly blocks: BlockManager;
  readonly waiting: S[] = [];
  readonly running: S[] = [];
  /** requests that the last step preempted, the newest first */
  lastPreempted: S[] = [];
  preemptionCount = 0;
  readonly prefixCounts: PrefixCacheCounts = { queriedTokens: 0, hitTokens: 0 };

  constructor(options: SchedulerOptions) {
    this.options = options;
    this.blocks = new BlockManager(options);
  }

  /** Free blocks that running sequences may still ask for. Always 0 when nothing is reserved. */
  get promisedBlocks(): number {
    if (this.options.reserve === 'none') return 0;
    const missing = this.running.map((sequence) => this.#worstCase(sequence) - sequence.blocks.length);
    return sum(missing) + this.#copiesOwed();
  }

  /** Queues a sequence. One that could not run even alone must be refused before, or all behind it would wait forever. */
  add(sequence: S): void {
    this.waiting.push(sequence);
  }

  /**
   * Plans one step and takes the blocks it writes to. An empty plan means that nothing is left to do.
   * Running sequences come first, in order of arrival. All but the newest of them are past their prompt, so decode tokens
   * are served before prompt tokens, and a long prompt gets what the budget has left: chunked prefill.
   */
  schedule(): ScheduledPart<S>[] {
    const plan: ScheduledPart<S>[] = [];
    let budget = this.options.maxBatchTokens;
    const give = (sequence: S) => {
      const tokenCount = Math.min(tokensLeft(sequence), budget);
      budget -= tokenCount;
      const copy = this.blocks.makeWritable(sequence, tokenCount);
      plan.push({ sequence, tokenCount, ...(copy && { copy }) });
    };
    this.lastPreempted = [];
    // Preempting shortens the list from its end while it is walked.
    for (let index = 0; index < this.running.length && budget > 0; index++) {
      const sequence = this.running[index]!;
      if (this.#makeRoom(sequence, Math.min(tokensLeft(sequence), budget))) give(sequence);
    }
    // A request that was just preempted would only be let in to be preempted again.
    while (budget > 0 && this.lastPreempted.length === 0) {
      const admitted = this.#tryAdmit(budget);
      if (!admitted) break;
      give(admitted);
    }
    return plan;
  }

  /** Lets copies of the running `parent` that hold nothing run beside it on its blocks. Those without room wait, to compute them themselves. */
  fork(parent: S, copies: readonly S[]): void {
    let place = this.running.indexOf(parent) + 1;
    const left = copies.filter((copy) => {
      if (!this.#canFork(parent, copy)) return true;
      this.blocks.fork(parent, copy);
      this.running.splice(place++, 0, copy);
      return false;
    });
    this.waiting.unshift(...left);
  }

  /** Takes a sequence out, waiting or running, and frees its blocks at once. Answers false when it is not here. */
  remove(sequence: S): boolean {
    if (removeFrom(this.waiting, sequence)) return true;
    if (!removeFrom(this.running, sequence)) return false;
    this.blocks.release(sequence);
    return true;
  }

  #canFork(parent: S, copy: S): boolean {
    if (this.running.length === this.options.maxSequences) return false;
    const toPromise = this.#worstCase(copy) - parent.blocks.length + (this.#endsInBlock(parent) ? 1 : 0);
    return this.options.reserve === 'none' || toPromise <= this.blocks.freeCount - this.promisedBlocks;
  }

  /** Preempts from the newest on until a running sequence can write its next tokens. False when it had to go itself. */
  #makeRoom(sequence: S, tokenCount: number): boolean {
    while (this.blocks.blocksToTake(sequence, tokenCount) > this.blocks.freeCount) {
      const newest = this.running.pop()!;
      this.#preempt(newest);
      if (newest === sequence) return false;
    }
    return true;
  }

  /** Recompute rather than swap: it loses its blocks, goes to the head of the queue and computes all its tokens again. */
  #preempt(sequence: S): void {
    this.blocks.release(sequence);
    sequence.draftIds.length = 0;
    sequence.preemptions += 1;
    this.preemptionCount += 1;
    this.lastPreempted.push(sequence);
    this.waiting.unshift(sequence);
  }

  #tryAdmit(budget: number): S | undefined {
    const next = this.waiting[0];
    if (next === undefined || this.running.length >= this.options.maxSequences) return undefined;
    const cached = this.blocks.findCached(next);
    const left = tokensLeft(next) - cached.length * this.options.blockSize;
    if (left > budget && !this.options.chunkedPrefill) return undefined;
    if (!this.#hasBlocksFor(next, cached, Math.min(left, budget))) return undefined;
    this.waiting.shift();
    this.running.push(next);
    this.blocks.attach(next, cached);
    if (this.options.prefixCache && next.preemptions === 0) {
      this.prefixCounts.queriedTokens += next.tokenIds.length;
      this.prefixCounts.hitTokens += next.cachedTokens;
    }
    return next;
  }

  #hasBlocksFor(sequence: S, cached: readonly number[], tokenCount: number): boolean {
    const { reserve, blockSize } = this.options;
    // A cached block that somebody holds costs nothing; one that is free is free no longer.
    const shared = cached.filter((block) => this.blocks.holdersOf(block) > 0).length;
    const all = reserve === 'none' ? cached.length + Math.ceil(tokenCount / blockSize) : this.#worstCase(sequence);
    return all - shared <= this.blocks.freeCount - this.promisedBlocks;
  }

  /** After a fork several sequences share a block that is not full: all of its holders but one will copy it. */
  #copiesOwed(): number {
    const open = new Set(this.running.filter((each) => this.#endsInBlock(each)).map(({ blocks }) => blocks.at(-1)!));
    return sum([...open].map((block) => this.blocks.holdersOf(block) - 1));
  }

  #endsInBlock(sequence: S): boolean {
    return sequence.computed % this.options.blockSize !== 0;
  }

  #worstCase(sequence: S): number {
    return worstCaseBlocks(sequence.promptLength, sequence.maxTokens, this.options.blockSize);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function removeFrom<Item>(list: Item[], item: Item): boolean {
  const index = list.indexOf(item);
  if (index === -1) return false;
  list.splice(index, 1);
  return true;
}
