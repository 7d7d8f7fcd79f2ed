/**
 * Hands out the blocks of the KV cache by number, 0 to count - 1, and counts who holds each. Like pages of memory: any
 * free block will do, so the cache never fragments. A free block is blank, or still worth reading: blank ones are taken
 * first, then the readable one that was freed longest ago (LRU). vLLM keeps both kinds in one queue, in vllm/v1/core/block_pool.py.
 * Throws when none is left, or a block is freed or shared that nobody holds: faults of the caller.
 */
export class BlockAllocator {
  readonly count: number;
  /** a stack; the block freed last is reused first */
  readonly #blank: number[];
  /** a JavaScript Set keeps the order of insertion: the first is the one freed longest ago */
  readonly #readable = new Set<number>();
  readonly #holders: Uint32Array;
  readonly #isReadable: Uint8Array;
  readonly #onEvict: (block: number) => void;

  /** `onEvict` is told when a readable block is taken to be written to. */
  constructor(count: number, onEvict: (block: number) => void = () => undefined) {
    this.count = count;
    this.#blank = Array.from({ length: count }, (_, index) => count - 1 - index);
    this.#holders = new Uint32Array(count);
    this.#isReadable = new Uint8Array(count);
    this.#onEvict = onEvict;
  }

  /** Blocks that nobody holds, readable ones included. */
  get freeCount(): number {
    return this.#blank.length + this.#readable.size;
  }

  /** Free blocks that are still worth reading, the next to be evicted first. */
  get readableBlocks(): number[] {
    return [...this.#readable];
  }

  holdersOf(block: number): number {
    return this.#holders[block] ?? 0;
  }

  take(): number {
    const block = this.#blank.pop() ?? this.#evictOldest();
    this.#holders[block] = 1;
    return block;
  }

  /** One more holder for a block that is held, or that is free and readable. */
  share(block: number): void {
    if (this.holdersOf(block) === 0 && !this.#readable.delete(block))
      throw new Error(`KV block ${block} is not taken and holds nothing to read.`);
    this.#holders[block]! += 1;
  }

  /** One holder fewer; the last one's block is free. */
  free(block: number): void {
    if (this.holdersOf(block) === 0) throw new Error(`KV block ${block} is not taken.`);
    this.#holders[block]! -= 1;
    if (this.holdersOf(block) > 0) return;
    if (this.#isReadable[block]) this.#readable.add(block);
    else this.#blank.push(block);
  }

  /** Says that a held block will be worth reading after it is freed. */
  keepReadable(block: number): void {
    if (this.holdersOf(block) === 0) throw new Error(`KV block ${block} is not taken.`);
    this.#isReadable[block] = 1;
  }

  #evictOldest(): number {
    const [oldest] = this.#readable;
    if (oldest === undefined) throw new Error('No free KV block: more were taken than promised.');
    this.#readable.delete(oldest);
    this.#isReadable[oldest] = 0;
    this.#onEvict(oldest);
    return oldest;
  }
}
