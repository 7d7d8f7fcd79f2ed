import { BlockAllocator } from './block-allocator.ts';
import { worstCaseBlocks, type Sequence } from './sequence.ts';

export interface SchedulerOptions {
  /** most tokens one step computes, prompts and decodes together */
  maxBatchTokens: number;
  /** most sequences that run at once */
  maxSequences: number;
  /** tokens a cache block holds */
  blockSize: number;
  blockCount: number;
}

/** A sequence's part of a step: its next `tokenCount` tokens that are not computed yet. */
export interface ScheduledPart<S extends Sequence> {
  sequence: S;
  tokenCount: number;
}

/**
 * Continuous batching: each step is planned anew, so a request joins as soon as there is room and leaves the moment it
 * ends. Running sequences come first, in order of arrival, then waiting ones; a long prompt is cut to the tokens left
 * (chunked prefill). After vLLM's `Scheduler.schedule` in vllm/v1/core/sched/scheduler.py, without preemption: a request
 * is admitted only when the blocks it may need at worst can be promised to it, so a running one never lacks a block.
 */
export class Scheduler<S extends Sequence = Sequence> {
  readonly options: SchedulerOptions;
  readonly waiting: S[] = [];
  readonly running: S[] = [];
  readonly #allocator: BlockAllocator;
  /** blocks promised to running sequences and not taken yet */
  #promised = 0;

  constructor(options: SchedulerOptions) {
    this.options = options;
    this.#allocator = new BlockAllocator(options.blockCount);
  }

  get freeBlocks(): number {
    return this.#allocator.freeCount;
  }

  get promisedBlocks(): number {
    return this.#promised;
  }

  /** Queues a sequence. One that could not run even alone must be refused before, or all behind it would wait forever. */
  add(sequence: S): void {
    this.waiting.push(sequence);
  }

  /** Plans one step and takes the blocks it writes to. An empty plan means that nothing is left to do. */
  schedule(): ScheduledPart<S>[] {
    const plan: ScheduledPart<S>[] = [];
    let budget = this.options.maxBatchTokens;
    const give = (sequence: S) => {
      const tokenCount = Math.min(sequence.tokenIds.length - sequence.computed, budget);
      if (tokenCount === 0) return;
      budget -= tokenCount;
      this.#takeBlocks(sequence, sequence.computed + tokenCount);
      plan.push({ sequence, tokenCount });
    };
    this.running.forEach(give);
    while (budget > 0 && this.#canAdmit()) give(this.#admit());
    return plan;
  }

  /** Takes a sequence out, waiting or running, and frees its blocks at once. Answers false when it is not here. */
  remove(sequence: S): boolean {
    if (removeFrom(this.waiting, sequence)) return true;
    if (!removeFrom(this.running, sequence)) return false;
    this.#promised -= this.#worstCase(sequence) - sequence.blocks.length;
    for (const block of sequence.blocks.splice(0)) this.#allocator.free(block);
    return true;
  }

  /** First come, first served: a small request does not overtake a large one that waits for blocks, which would starve it. */
  #canAdmit(): boolean {
    const next = this.waiting[0];
    return (
      next !== undefined &&
      this.running.length < this.options.maxSequences &&
      this.#worstCase(next) <= this.freeBlocks - this.#promised
    );
  }

  #admit(): S {
    const sequence = this.waiting.shift()!;
    this.running.push(sequence);
    this.#promised += this.#worstCase(sequence);
    return sequence;
  }

  #takeBlocks(sequence: S, tokens: number): void {
    while (sequence.blocks.length * this.options.blockSize < tokens) {
      sequence.blocks.push(this.#allocator.take());
      this.#promised -= 1;
    }
  }

  #worstCase(sequence: S): number {
    return worstCaseBlocks(sequence.promptLength, sequence.maxTokens, this.options.blockSize);
  }
}

function removeFrom<Item>(list: Item[], item: Item): boolean {
  const index = list.indexOf(item);
  if (index === -1) return false;
  list.splice(index, 1);
  return true;
}
