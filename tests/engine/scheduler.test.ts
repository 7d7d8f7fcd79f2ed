import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Scheduler, type ScheduledPart, type SchedulerOptions } from '#engine/scheduler.ts';
import { makeSequence, type Sequence } from '#engine/sequence.ts';
import { seededRandom } from '#experiments/seeded-random.ts';

const defaults: SchedulerOptions = {
  maxBatchTokens: 16,
  maxSequences: 8,
  blockSize: 4,
  blockCount: 16,
  prefixCache: false,
  chunkedPrefill: true,
  reserve: 'worst-case',
};

/** Stands for the model: writes each token to the row of memory that the block table names, as keys and values would be. */
class Memory {
  readonly #rows: (number | undefined)[];
  readonly #blockSize: number;

  constructor({ blockCount, blockSize }: SchedulerOptions) {
    this.#rows = Array.from({ length: blockCount * blockSize }, () => undefined);
    this.#blockSize = blockSize;
  }

  run(plan: readonly ScheduledPart<Sequence>[]): void {
    const size = this.#blockSize;
    for (const { copy } of plan)
      if (copy) this.#rows.copyWithin(copy.to * size, copy.from * size, (copy.from + 1) * size);
    for (const { sequence, tokenCount } of plan) {
      const tokens = [...sequence.tokenIds, ...sequence.draftIds];
      for (let position = sequence.computed; position < sequence.computed + tokenCount; position++)
        this.#rows[this.#rowOf(sequence, position)] = tokens[position];
    }
  }

  read(sequence: Sequence): (number | undefined)[] {
    return Array.from({ length: sequence.computed }, (_, position) => this.#rows[this.#rowOf(sequence, position)]);
  }

  #rowOf({ blocks }: Sequence, position: number): number {
    return blocks[Math.floor(position / this.#blockSize)]! * this.#blockSize + (position % this.#blockSize);
  }
}

/** A planned part as it was before its step. */
interface PartRecord {
  id: number;
  tokenCount: number;
  isCopied: boolean;
  /** some of the sequence's own tokens are left for a later step */
  isCut: boolean;
}

/** A scheduler whose every step is computed into memory; the next token of a sequence is drawn, not predicted. */
class Machine {
  readonly scheduler: Scheduler;
  readonly #memory: Memory;
  readonly #random: () => number;

  constructor(options: SchedulerOptions, seed = 1) {
    this.scheduler = new Scheduler(options);
    this.#memory = new Memory(options);
    this.#random = seededRandom(seed);
  }

  get isIdle(): boolean {
    return this.scheduler.running.length + this.scheduler.waiting.length === 0;
  }

  /** One step; `fork` answers the copies of a sequence whose prompt has just been computed. */
  step(fork: (sequence: Sequence) => Sequence[] = () => []): PartRecord[] {
    const plan = this.scheduler.schedule();
    const planned = new Set(plan.map(({ sequence }) => sequence));
    const decodes = ({ tokenIds, computed }: Sequence) => tokenIds.length - computed === 1;
    if (!plan.every(({ sequence }) => decodes(sequence)))
      for (const sequence of this.scheduler.running)
        if (decodes(sequence) && !planned.has(sequence)) expect.fail('a prompt was served before one who decodes');
    const record = plan.map(({ sequence, tokenCount, copy }) => ({
      id: sequence.id,
      tokenCount,
      isCopied: copy !== undefined,
      isCut: sequence.computed + tokenCount < sequence.tokenIds.length,
    }));
    this.#memory.run(plan);
    for (const { sequence, tokenCount } of plan) {
      const { tokenIds, draftIds, promptLength } = sequence;
      sequence.computed += tokenCount;
      if (sequence.computed < tokenIds.length) {
        this.scheduler.blocks.settle(sequence);
        continue;
      }
      const verified = sequence.computed - tokenIds.length;
      if (tokenIds.length === promptLength) {
        this.scheduler.blocks.settle(sequence);
        const copies = fork(sequence);
        this.scheduler.fork(sequence, copies);
        for (const copy of copies) copy.tokenIds.push(1000);
      }
      // Some of the guesses are right.
      const accepted = Math.floor(this.#random() * (verified + 1));
      tokenIds.push(...draftIds.splice(0).slice(0, accepted), Math.floor(this.#random() * 4));
      sequence.computed = Math.min(sequence.computed, tokenIds.length - 1);
      this.scheduler.blocks.settle(sequence);
      const left = sequence.maxTokens - (tokenIds.length - promptLength);
      if (left <= 0) this.scheduler.remove(sequence);
      else for (let guess = 1; guess < Math.min(left, 4); guess++) draftIds.push(Math.floor(this.#random() * 4));
    }
    // A copy may have got all it wants with its first token.
    for (const copy of [...this.scheduler.running, ...this.scheduler.waiting])
      if (copy.tokenIds.length - copy.promptLength >= copy.maxTokens) this.scheduler.remove(copy);
    return record;
  }

  check(): void {
    const { blocks, running, waiting, options } = this.scheduler;
    const tables = new Map<number, number>();
    for (const sequence of running) {
      for (const block of sequence.blocks) tables.set(block, (tables.get(block) ?? 0) + 1);
      if (new Set(sequence.blocks).size !== sequence.blocks.length) expect.fail('a table names a block twice');
      if (sequence.blocks.length !== Math.ceil(sequence.computed / options.blockSize))
        expect.fail('a table is longer or shorter than what is computed');
      if (this.#memory.read(sequence).join() !== sequence.tokenIds.slice(0, sequence.computed).join())
        expect.fail('somebody wrote into a block of another');
    }
    for (const sequence of waiting) if (sequence.blocks.length > 0) expect.fail('a waiting sequence holds blocks');
    for (let block = 0; block < options.blockCount; block++)
      if (blocks.holdersOf(block) !== (tables.get(block) ?? 0)) expect.fail('a holder is miscounted');
    if (blocks.freeCount + tables.size !== options.blockCount) expect.fail('a block leaked');
    if (this.scheduler.promisedBlocks > blocks.freeCount) expect.fail('a promise cannot be kept');
  }
}

const prompt = (length: number) => Array.from({ length }, (_, index) => index);
const shares = (plan: PartRecord[]) => plan.map(({ id, tokenCount }) => [id, tokenCount]);

const workload = fc.record({
  blockSize: fc.integer({ min: 1, max: 6 }),
  // Any request fits by itself: 24 + 8 tokens, with one block more for each that is cut.
  blockCount: fc.integer({ min: 0, max: 16 }),
  maxBatchTokens: fc.integer({ min: 1, max: 24 }),
  maxSequences: fc.integer({ min: 1, max: 6 }),
  prefixCache: fc.boolean(),
  chunkedPrefill: fc.boolean(),
  reserve: fc.constantFrom('worst-case' as const, 'none' as const),
  seed: fc.nat(),
});

describe('the scheduler, in any setting and with any work', () => {
  test('keeps what each sequence computed, and ends all of them: sharing, forks, eviction, preemption, rejected guesses', () => {
    const seen = { forks: 0, copies: 0, hits: 0, preemptions: 0, steps: 0 };
    fc.assert(
      fc.property(workload, ({ seed, ...drawn }) => {
        const options = { ...drawn, blockCount: drawn.blockCount + Math.ceil(32 / drawn.blockSize) };
        if (!options.chunkedPrefill) options.maxBatchTokens += 32;
        const random = seededRandom(seed);
        const upTo = (most: number) => Math.floor(random() * (most + 1));
        const machine = new Machine(options, seed);
        const { scheduler } = machine;
        let nextId = 0;
        for (let step = 0; step < 80 || !machine.isIdle; step++) {
          if (step > 4000) expect.fail('it makes no progress');
          if (step < 80 && random() < 0.4) {
            // Few different tokens and prompts that start alike, so that prefixes are found again.
            const promptIds = [...prompt(upTo(20)), ...Array.from({ length: 1 + upTo(3) }, () => upTo(1))];
            scheduler.add(makeSequence(nextId++, promptIds, 1 + upTo(7)));
          }
          const all = [...scheduler.running, ...scheduler.waiting];
          const victim = all[upTo(all.length)];
          if (random() < 0.04 && victim) scheduler.remove(victim);
          const plan = machine.step((sequence) => {
            const count = random() < 0.6 || nextId > 60 ? 0 : 1 + upTo(3);
            seen.forks += count;
            return Array.from({ length: count }, () => makeSequence(nextId++, sequence.tokenIds, sequence.maxTokens));
          });
          seen.copies += plan.filter(({ isCopied }) => isCopied).length;
          seen.steps += 1;
          machine.check();

          const total = plan.reduce((sum, { tokenCount }) => sum + tokenCount, 0);
          expect(total).toBeLessThanOrEqual(options.maxBatchTokens);
          expect(plan.length).toBeLessThanOrEqual(options.maxSequences);
          if (plan.length === 0) expect(machine.isIdle).toBe(true);
          // A part that leaves some of its sequence's prompt for later is the last: nobody who decodes is behind it.
          const isCut = plan.map((part) => part.isCut);
          expect(isCut.slice(0, -1)).not.toContain(true);
          if (!options.chunkedPrefill) expect(isCut).not.toContain(true);
        }
        expect(scheduler.blocks.freeCount).toBe(options.blockCount);
        if (options.reserve === 'worst-case') expect(scheduler.preemptionCount).toBe(0);
        if (!options.prefixCache) expect(scheduler.prefixCounts.hitTokens).toBe(0);
        seen.preemptions += scheduler.preemptionCount;
        seen.hits += scheduler.prefixCounts.hitTokens;
      }),
      { numRuns: 500 },
    );
    // The property is worth nothing if what it is about does not happen.
    for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(100);
  });
});

describe('preemption', () => {
  const options: SchedulerOptions = { ...defaults, blockCount: 4, reserve: 'none' };

  test('takes the blocks of the newest when the oldest needs one, and lets it in again with nothing computed', () => {
    const machine = new Machine(options);
    const [old, young] = [makeSequence(1, prompt(7), 8), makeSequence(2, prompt(8), 8)];
    machine.scheduler.add(old);
    machine.scheduler.add(young);
    const later = makeSequence(3, prompt(1), 1);
    expect(shares(machine.step())).toEqual([
      [1, 7],
      [2, 8],
    ]);
    machine.scheduler.add(later);
    expect(young.computed).toBe(8);
    machine.step();
    // Both needed a third block by now, and there are four: the newest gave its two away.
    while (machine.scheduler.preemptionCount === 0) machine.step();
    expect(machine.scheduler.lastPreempted).toEqual([young]);
    expect(young).toMatchObject({ computed: 0, blocks: [], draftIds: [], preemptions: 1 });
    expect(machine.scheduler.waiting).toEqual([young, later]);
    expect(young.tokenIds.length).toBeGreaterThan(8);
  });

  test('is not needed when the worst case is reserved: the second waits instead', () => {
    const machine = new Machine({ ...options, reserve: 'worst-case' });
    machine.scheduler.add(makeSequence(1, prompt(7), 8));
    machine.scheduler.add(makeSequence(2, prompt(8), 8));
    expect(shares(machine.step())).toEqual([[1, 7]]);
    expect(machine.scheduler.promisedBlocks).toBe(2);
  });
});

describe('chunked prefill', () => {
  test('gives a long prompt what the decoding requests leave of the budget', () => {
    const machine = new Machine(defaults);
    machine.scheduler.add(makeSequence(1, prompt(2), 2));
    machine.step();
    machine.scheduler.running[0]!.draftIds.length = 0;
    machine.scheduler.add(makeSequence(2, prompt(20), 2));
    expect(shares(machine.step())).toEqual([
      [1, 1],
      [2, 15],
    ]);
    expect(shares(machine.step())).toEqual([[2, 5]]);
  });

  test('switched off, makes a prompt wait for a step that has room for all of it', () => {
    const machine = new Machine({ ...defaults, chunkedPrefill: false });
    machine.scheduler.add(makeSequence(1, prompt(10), 1));
    machine.scheduler.add(makeSequence(2, prompt(12), 1));
    machine.scheduler.add(makeSequence(3, prompt(1), 1));
    expect(shares(machine.step())).toEqual([[1, 10]]);
    expect(shares(machine.step())).toEqual([
      [2, 12],
      [3, 1],
    ]);
  });
});

describe('the prefix cache', () => {
  const options: SchedulerOptions = { ...defaults, prefixCache: true };
  const runAlone = (machine: Machine, promptIds: number[]): Sequence => {
    const sequence = makeSequence(0, promptIds, 1);
    machine.scheduler.add(sequence);
    while (!machine.isIdle) machine.step();
    return sequence;
  };

  test('counts hits in tokens, by full blocks, and always computes the last token', () => {
    const machine = new Machine(options);
    expect(runAlone(machine, prompt(10)).cachedTokens).toBe(0);
    // 10 tokens filled 2 blocks of 4. The third is full only in the second request.
    expect(runAlone(machine, prompt(12)).cachedTokens).toBe(8);
    expect(runAlone(machine, prompt(12)).cachedTokens).toBe(8);
    expect(runAlone(machine, prompt(13)).cachedTokens).toBe(12);
    expect(machine.scheduler.prefixCounts).toEqual({ queriedTokens: 47, hitTokens: 28 });
  });

  test('shares a block with a request that still runs', () => {
    const machine = new Machine(options);
    machine.scheduler.add(makeSequence(1, prompt(9), 8));
    machine.step();
    machine.scheduler.add(makeSequence(2, prompt(9), 8));
    machine.step();
    const [first, second] = machine.scheduler.running;
    expect(second!.blocks.slice(0, 2)).toEqual(first!.blocks.slice(0, 2));
    expect(machine.scheduler.blocks.holdersOf(first!.blocks[0]!)).toBe(2);
    expect(second!.blocks[2]).not.toBe(first!.blocks[2]);
    machine.check();
  });

  test('forgets the prefix that was used longest ago, its end before its start', () => {
    const machine = new Machine({ ...options, blockCount: 6 });
    const other = prompt(9).map((id) => id + 500);
    runAlone(machine, prompt(9));
    runAlone(machine, other);
    // Two blank blocks are left of 6, then the end of the first prefix is evicted.
    runAlone(
      machine,
      Array.from({ length: 12 }, () => 7),
    );
    expect(runAlone(machine, prompt(9)).cachedTokens).toBe(4);
    // It took the two blocks used longest ago then: the other prefix.
    expect(runAlone(machine, other).cachedTokens).toBe(0);
  });
});

describe('a fork', () => {
  test('shares all blocks, and copies only the last, only when it is not full, only for those who write first', () => {
    for (const [promptLength, copies] of [
      [6, 2],
      [8, 0],
    ] as const) {
      const machine = new Machine(defaults);
      const parent = makeSequence(1, prompt(promptLength), 9);
      const children = [makeSequence(2, prompt(promptLength), 9), makeSequence(3, prompt(promptLength), 9)];
      machine.scheduler.add(parent);
      machine.step(() => children);
      expect(machine.scheduler.running.map(({ id }) => id)).toEqual([1, 2, 3]);
      expect(parent.blocks).toEqual(children[0]!.blocks);
      expect(machine.scheduler.blocks.freeCount).toBe(14);
      const plan = machine.step();
      expect(plan.filter(({ isCopied }) => isCopied)).toHaveLength(copies);
      machine.check();
      expect(new Set(machine.scheduler.running.map(({ blocks }) => blocks[0])).size).toBe(1);
      expect(new Set(machine.scheduler.running.map(({ blocks }) => blocks.at(-1))).size).toBe(3);
    }
  });

  test('without room beside its parent waits, holding nothing', () => {
    const machine = new Machine({ ...defaults, maxSequences: 1 });
    const child = makeSequence(2, prompt(6), 3);
    machine.scheduler.add(makeSequence(1, prompt(6), 3));
    machine.step(() => [child]);
    expect(machine.scheduler.waiting).toEqual([child]);
    expect(child).toMatchObject({ blocks: [], computed: 0 });
  });
});
