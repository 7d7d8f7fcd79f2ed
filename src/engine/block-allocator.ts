/**
 * Hands out the blocks of the KV cache by number, 0 to count - 1. Like pages of memory: any free block will do, so the
 * cache never fragments. Throws when none is left or a block is freed twice, both faults of the caller.
 */
export class BlockAllocator {
  readonly count: number;
  /** a stack; the block freed last is reused first */
  readonly #free: number[];
  readonly #taken: Uint8Array;

  constructor(count: number) {
    this.count = count;
    this.#free = Array.from({ length: count }, (_, index) => count - 1 - index);
    this.#taken = new Uint8Array(count);
  }

  get freeCount(): number {
    return this.#free.length;
  }

  take(): number {
    const block = this.#free.pop();
    if (block === undefined) throw new Error('No free KV block: more were taken than promised.');
    this.#taken[block] = 1;
    return block;
  }

  free(block: number): void {
    if (this.#taken[block] !== 1) throw new Error(`KV block ${block} is not taken.`);
    this.#taken[block] = 0;
    this.#free.push(block);
  }
}
