import type { BlockHash } from './block-hash.ts';
import type { PrefixCacheCounts, Scheduler } from './scheduler.ts';
import { phaseOf, type Phase, type Sequence } from './sequence.ts';
import type { SpeculationCounts } from './speculation.ts';

/** The engine between two steps: what a learner looks at. */
export interface EngineSnapshot {
  /** steps done so far */
  step: number;
  blockSize: number;
  blockCount: number;
  /** blocks that nobody holds */
  freeBlocks: number;
  /** promised to running requests, not taken yet; part of freeBlocks */
  promisedBlocks: number;
  /** free, but found again by a request with the same start; the next to be evicted first */
  cachedBlocks: number[];
  /** every block by number */
  blocks: BlockSnapshot[];
  prefixCache: PrefixCacheCounts;
  /** since the engine was made */
  preemptionCount: number;
  /** ids that lost their blocks in the last step, the newest first */
  lastPreempted: number[];
  /** absent when speculation is off */
  speculation?: SpeculationCounts;
  /** what the last step computed */
  lastBatch: readonly BatchShare[];
  /** running first, then waiting, each in order of arrival, then copies whose prompt another request computes */
  requests: RequestSnapshot[];
}

export interface BlockSnapshot {
  /** requests that hold it; more than one: it is shared */
  holders: number;
  /** the name by which its contents can be found; absent when they cannot */
  hash?: BlockHash;
}

export interface BatchShare {
  id: number;
  /** tokens computed, guesses included */
  tokenCount: number;
  /** the guesses among them, when there were any */
  draftTokens?: number;
  /** blocks copied first, because another request holds the old one too */
  copied?: { from: number; to: number };
}

export interface RequestSnapshot {
  id: number;
  phase: Phase;
  promptTokens: number;
  outputTokens: number;
  /** tokens whose keys and values are cached */
  computedTokens: number;
  /** tokens it found in the prefix cache when it was last admitted */
  cachedTokens: number;
  preemptions: number;
  /** prompt, then output */
  tokenIds: number[];
  /** guesses that the next step verifies */
  draftIds: number[];
  /** cache blocks it holds, in order */
  blockTable: number[];
}

/** Counts that the engine keeps itself. */
export interface EngineCounts {
  step: number;
  lastBatch: readonly BatchShare[];
  speculation?: SpeculationCounts;
}

/** Copies the state, so that it stays as it was while the engine goes on. `pending`: copies that wait for their prompt. */
export function takeSnapshot(
  counts: EngineCounts,
  scheduler: Scheduler,
  pending: readonly Sequence[] = [],
): EngineSnapshot {
  const { options, blocks, running, waiting } = scheduler;
  return {
    ...structuredClone(counts),
    blockSize: options.blockSize,
    blockCount: options.blockCount,
    freeBlocks: blocks.freeCount,
    promisedBlocks: scheduler.promisedBlocks,
    cachedBlocks: blocks.cachedBlocks,
    blocks: Array.from({ length: options.blockCount }, (_, block): BlockSnapshot => {
      const hash = blocks.hashOf(block);
      return { holders: blocks.holdersOf(block), ...(hash !== undefined && { hash }) };
    }),
    prefixCache: { ...scheduler.prefixCounts },
    preemptionCount: scheduler.preemptionCount,
    lastPreempted: scheduler.lastPreempted.map(({ id }) => id),
    requests: [
      ...running.map((sequence) => describe(sequence, true)),
      ...[...waiting, ...pending].map((sequence) => describe(sequence, false)),
    ],
  };
}

function describe(sequence: Sequence, isRunning: boolean): RequestSnapshot {
  return {
    id: sequence.id,
    phase: phaseOf(sequence, isRunning),
    promptTokens: sequence.promptLength,
    outputTokens: sequence.tokenIds.length - sequence.promptLength,
    computedTokens: sequence.computed,
    cachedTokens: sequence.cachedTokens,
    preemptions: sequence.preemptions,
    tokenIds: [...sequence.tokenIds],
    draftIds: [...sequence.draftIds],
    blockTable: [...sequence.blocks],
  };
}
