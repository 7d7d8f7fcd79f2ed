import { sha256 } from './sha256.ts';

/** 64 hexadecimal digits that name the contents of a full block and of all blocks before it. */
export type BlockHash = string;

/** What stands for the parent of a sequence's first block. */
const NO_PARENT: BlockHash = '0'.repeat(64);

/**
 * Names a full block: SHA-256 of its parent's hash and its token ids [blockSize]. Keys and values depend on every token
 * before them, so two blocks of equal tokens are equal only after equal parents: hence a chain. The hash is a strong one
 * because two prefixes with the same hash would read each other's keys and values.
 * After vLLM's `hash_block_tokens` in vllm/v1/core/kv_cache_utils.py.
 */
export function hashBlock(parent: BlockHash | undefined, tokenIds: readonly number[]): BlockHash {
  const text = `${parent ?? NO_PARENT}:${tokenIds.join()}`;
  return Array.from(sha256(new TextEncoder().encode(text)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Lengthens a chain of hashes so that it names every full block of the tokens; hashes that are there already stay. */
export function extendHashes(hashes: BlockHash[], tokenIds: readonly number[], blockSize: number): void {
  for (let end = (hashes.length + 1) * blockSize; end <= tokenIds.length; end += blockSize)
    hashes.push(hashBlock(hashes.at(-1), tokenIds.slice(end - blockSize, end)));
}
