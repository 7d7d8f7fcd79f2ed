import { BlockAllocator } from './block-allocator.ts';
import { extendHashes, type BlockHash } from './block-hash.ts';
import { PrefixCache } from './prefix-cache.ts';
import type { Sequence } from './sequence.ts';

export interface BlockManagerOptions {
  /** tokens a cache block holds */
  blockSize: number;
  blockCount: number;
  /** whether a request may read the full blocks of another with the same start */
  prefixCache: boolean;
}

/** The contents of a block that must be copied before anything is written in this step. */
export interface BlockCopy {
  from: number;
  to: number;
}

/**
 * The block tables of all sequences: who holds which block, which are shared, which can be found again. A full block never
 * changes, so any number may hold it. A block that is not full is shared only after a fork, and copied by the first that writes.
 * Between two steps a table covers exactly the tokens that are computed. After vLLM's `KVCacheManager`, vllm/v1/core/kv_cache_manager.py.
 */
export class BlockManager {
  readonly options: BlockManagerOptions;
  readonly #prefixCache = new PrefixCache();
  readonly #allocator: BlockAllocator;

  constructor(options: BlockManagerOptions) {
    this.options = options;
    this.#allocator = new BlockAllocator(options.blockCount, (block) => this.#prefixCache.forget(block));
  }

  get freeCount(): number {
    return this.#allocator.freeCount;
  }

  /** Free blocks that can still be found, the next to be evicted first. */
  get cachedBlocks(): number[] {
    return this.#allocator.readableBlocks;
  }

  holdersOf(block: number): number {
    return this.#allocator.holdersOf(block);
  }

  hashOf(block: number): BlockHash | undefined {
    return this.#prefixCache.hashOf(block);
  }

  /** The cached blocks a waiting sequence could start with. Its last token is always computed, or there would be no logits. */
  findCached(sequence: Sequence): number[] {
    if (!this.options.prefixCache) return [];
    const { blockSize } = this.options;
    extendHashes(sequence.hashes, sequence.tokenIds, blockSize);
    return this.#prefixCache.find(sequence.hashes.slice(0, Math.floor((sequence.tokenIds.length - 1) / blockSize)));
  }

  /** Gives a sequence that holds nothing the blocks found for it. */
  attach(sequence: Sequence, cached: readonly number[]): void {
    for (const block of cached) this.#hold(sequence, block);
    sequence.computed = cached.length * this.options.blockSize;
    sequence.cachedTokens = sequence.computed;
  }

  /** Blocks that have to be taken before the next `tokenCount` tokens can be written. */
  blocksToTake(sequence: Sequence, tokenCount: number): number {
    const missing = Math.ceil((sequence.computed + tokenCount) / this.options.blockSize) - sequence.blocks.length;
    return Math.max(0, missing) + (this.#mustCopyLast(sequence) ? 1 : 0);
  }

  /** Makes the next `tokenCount` tokens writable; there must be `blocksToTake` free blocks. Answers the copy to make first, if any. */
  makeWritable(sequence: Sequence, tokenCount: number): BlockCopy | undefined {
    let copy: BlockCopy | undefined;
    if (this.#mustCopyLast(sequence)) {
      const from = sequence.blocks.pop()!;
      copy = { from, to: this.#allocator.take() };
      sequence.blocks.push(copy.to);
      this.#allocator.free(from);
    }
    for (let missing = this.blocksToTake(sequence, tokenCount); missing > 0; missing--)
      sequence.blocks.push(this.#allocator.take());
    return copy;
  }

  /** Ends a step for a sequence: gives back blocks that only rejected drafts had reached, and lets others find the full ones. */
  settle(sequence: Sequence): void {
    const { blockSize, prefixCache } = this.options;
    this.#shorten(sequence, Math.ceil(sequence.computed / blockSize));
    if (!prefixCache) return;
    extendHashes(sequence.hashes, sequence.tokenIds, blockSize);
    for (let index = 0; index < Math.floor(sequence.computed / blockSize); index++) {
      const block = sequence.blocks[index]!;
      if (this.#prefixCache.add(sequence.hashes[index]!, block)) this.#allocator.keepReadable(block);
    }
  }

  /** Lets `child`, a copy of `parent` that holds nothing, share all that is computed. */
  fork(parent: Sequence, child: Sequence): void {
    for (const block of parent.blocks) this.#hold(child, block);
    child.computed = parent.computed;
  }

  /** Takes all blocks away. The end of a prefix is found by fewer than its start, so the last block is freed, and evicted, first. */
  release(sequence: Sequence): void {
    this.#shorten(sequence, 0);
    sequence.computed = 0;
  }

  #hold(sequence: Sequence, block: number): void {
    this.#allocator.share(block);
    sequence.blocks.push(block);
  }

  #shorten(sequence: Sequence, length: number): void {
    while (sequence.blocks.length > length) this.#allocator.free(sequence.blocks.pop()!);
  }

  #mustCopyLast(sequence: Sequence): boolean {
    return sequence.computed % this.options.blockSize !== 0 && this.holdersOf(sequence.blocks.at(-1)!) > 1;
  }
}
