import type { BlockHash } from './block-hash.ts';

/** What the scheduler knows of a request: how many tokens it has, how many are computed, and where its keys and values lie. */
export interface Sequence {
  readonly id: number;
  /** prompt, then output as it grows */
  readonly tokenIds: number[];
  readonly promptLength: number;
  /** most tokens it may output */
  readonly maxTokens: number;
  /** tokens whose keys and values are cached */
  computed: number;
  /** block table: the cache blocks it holds, in order */
  readonly blocks: number[];
  /** names of its full blocks, as far as they were asked for */
  readonly hashes: BlockHash[];
  /** guesses for the tokens after `tokenIds`, to be verified by the next step */
  readonly draftIds: number[];
  /** tokens that it found in the prefix cache when it was last admitted */
  cachedTokens: number;
  /** how often it lost its blocks to an older one */
  preemptions: number;
}

/** A sequence that has not begun. */
export function makeSequence(id: number, promptIds: readonly number[], maxTokens: number): Sequence {
  return {
    id,
    tokenIds: [...promptIds],
    promptLength: promptIds.length,
    maxTokens,
    computed: 0,
    blocks: [],
    hashes: [],
    draftIds: [],
    cachedTokens: 0,
    preemptions: 0,
  };
}

/** Tokens the next steps have to compute, drafts included. */
export function tokensLeft(sequence: Sequence): number {
  return sequence.tokenIds.length + sequence.draftIds.length - sequence.computed;
}

/** Blocks a sequence may need at most. Its last output token is never computed, so it is never cached. */
export function worstCaseBlocks(promptLength: number, maxTokens: number, blockSize: number): number {
  return Math.ceil((promptLength + maxTokens - 1) / blockSize);
}

export type Phase = 'waiting' | 'prefill' | 'decode';

/** Decode: only the newest token is left to compute. A preempted request is in prefill again, over prompt and output. */
export function phaseOf(sequence: Sequence, isRunning: boolean): Phase {
  if (!isRunning) return 'waiting';
  const { tokenIds, promptLength, computed } = sequence;
  return tokenIds.length > promptLength && tokenIds.length - computed === 1 ? 'decode' : 'prefill';
}
