import type { BlockHash } from './block-hash.ts';

/**
 * Which cache block holds which contents: only full blocks, whose contents never change again, are in it.
 * Source: https://docs.vllm.ai/en/latest/design/prefix_caching.html
 */
export class PrefixCache {
  readonly #blocks = new Map<BlockHash, number>();
  readonly #hashes = new Map<number, BlockHash>();

  /** The blocks of the longest known start of a chain of hashes, in order. */
  find(hashes: readonly BlockHash[]): number[] {
    const found: number[] = [];
    for (const hash of hashes) {
      const block = this.#blocks.get(hash);
      if (block === undefined) break;
      found.push(block);
    }
    return found;
  }

  /** Makes a block findable. False when another one has these contents already: two requests computed them side by side. */
  add(hash: BlockHash, block: number): boolean {
    if (this.#blocks.has(hash)) return this.#blocks.get(hash) === block;
    this.#blocks.set(hash, block);
    this.#hashes.set(block, hash);
    return true;
  }

  /** To be called before a block is written to. */
  forget(block: number): void {
    const hash = this.#hashes.get(block);
    if (hash === undefined) return;
    this.#hashes.delete(block);
    this.#blocks.delete(hash);
  }

  hashOf(block: number): BlockHash | undefined {
    return this.#hashes.get(block);
  }
}
