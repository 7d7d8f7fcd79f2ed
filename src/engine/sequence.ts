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
}

/** Blocks a sequence may need at most. Its last output token is never computed, so it is never cached. */
export function worstCaseBlocks(promptLength: number, maxTokens: number, blockSize: number): number {
  return Math.ceil((promptLength + maxTokens - 1) / blockSize);
}

export type Phase = 'waiting' | 'prefill' | 'decode';

/** Decode begins with the first output token: from then on one token a step is left to compute. */
export function phaseOf(sequence: Sequence, isRunning: boolean): Phase {
  if (!isRunning) return 'waiting';
  return sequence.tokenIds.length > sequence.promptLength ? 'decode' : 'prefill';
}
