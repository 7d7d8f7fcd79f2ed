import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BlockAllocator } from '#engine/block-allocator.ts';
import { seededRandom } from '#experiments/seeded-random.ts';

const OPERATIONS = 100_000;
const RUNS = 50;

/** What an allocator should do, written down as simply as possible: lists, searched from one end to the other. */
class Ledger {
  holders: number[];
  /** free and blank, and free and readable in the order of freeing */
  blank: number[];
  readable: number[] = [];
  readonly willBeReadable = new Set<number>();

  constructor(count: number) {
    this.holders = Array.from({ length: count }, () => 0);
    this.blank = this.holders.map((_, block) => block);
  }

  get held(): number[] {
    return this.holders.flatMap((count, block) => (count > 0 ? [block] : []));
  }
}

describe('the block allocator', () => {
  test(`never leaks, never gives a held block and evicts the oldest first, over ${OPERATIONS} operations`, () => {
    const seen = { takes: 0, evictions: 0, shares: 0, revivals: 0, frees: 0 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 24 }), fc.nat(), (count, seed) => {
        const random = seededRandom(seed);
        const pick = <Item>(items: Item[]): Item | undefined => items[Math.floor(random() * items.length)];
        const ledger = new Ledger(count);
        const evicted: number[] = [];
        const allocator = new BlockAllocator(count, (block) => evicted.push(block));
        for (let operation = 0; operation < OPERATIONS / RUNS; operation++) {
          const kind = random();
          const block = pick(ledger.held);
          if (kind < 0.45) {
            if (ledger.blank.length + ledger.readable.length === 0) {
              expect(() => allocator.take()).toThrow('No free KV block');
              continue;
            }
            const oldest = ledger.blank.length === 0 ? ledger.readable.shift() : undefined;
            const taken = allocator.take();
            if (ledger.holders[taken] !== 0) expect.fail(`block ${taken} was given while it is held`);
            if (oldest === undefined) ledger.blank.splice(ledger.blank.indexOf(taken), 1);
            else {
              expect(taken).toBe(oldest);
              ledger.willBeReadable.delete(taken);
              seen.evictions += 1;
            }
            expect(evicted.splice(0)).toEqual(oldest === undefined ? [] : [oldest]);
            ledger.holders[taken] = 1;
            seen.takes += 1;
          } else if (kind < 0.6) {
            // A block that is held, or one that is free and can still be read.
            const shared = pick([...ledger.held, ...ledger.readable]);
            if (shared === undefined) continue;
            if (ledger.holders[shared] === 0) seen.revivals += 1;
            allocator.share(shared);
            ledger.readable = ledger.readable.filter((other) => other !== shared);
            ledger.holders[shared]! += 1;
            seen.shares += 1;
          } else if (block === undefined) continue;
          else if (kind < 0.65) {
            allocator.keepReadable(block);
            ledger.willBeReadable.add(block);
          } else {
            allocator.free(block);
            ledger.holders[block]! -= 1;
            if (ledger.holders[block] === 0)
              (ledger.willBeReadable.has(block) ? ledger.readable : ledger.blank).push(block);
            seen.frees += 1;
          }
          // Plain comparisons: 10^5 calls of a matcher would take longer than all else.
          if (allocator.freeCount !== ledger.blank.length + ledger.readable.length) expect.fail('a block leaked');
          if (allocator.readableBlocks.join() !== ledger.readable.join()) expect.fail('not in the order of freeing');
          for (let each = 0; each < count; each++)
            if (allocator.holdersOf(each) !== ledger.holders[each])
              expect.fail(`holders of block ${each} are miscounted`);
        }
      }),
      { numRuns: RUNS },
    );
    for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(OPERATIONS / 250);
  });

  test('refuses to free or share what nobody holds, and to give what it does not have', () => {
    const allocator = new BlockAllocator(1);
    const block = allocator.take();
    expect(() => allocator.take()).toThrow('No free KV block');
    allocator.share(block);
    allocator.free(block);
    allocator.free(block);
    expect(() => allocator.free(block)).toThrow('not taken');
    expect(() => allocator.share(block)).toThrow('not taken');
    expect(() => allocator.keepReadable(block)).toThrow('not taken');
    expect(() => allocator.free(7)).toThrow('not taken');
  });
});
