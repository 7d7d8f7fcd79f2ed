import type { Scheduler } from './scheduler.ts';
import { phaseOf, type Phase, type Sequence } from './sequence.ts';

/** The engine between two steps: what a learner looks at. */
export interface EngineSnapshot {
  /** steps done so far */
  step: number;
  blockSize: number;
  blockCount: number;
  freeBlocks: number;
  /** promised to running requests, not taken yet; part of freeBlocks */
  promisedBlocks: number;
  /** what the last step computed */
  lastBatch: readonly BatchShare[];
  /** running first, then waiting, each in order of arrival */
  requests: RequestSnapshot[];
}

export interface BatchShare {
  id: number;
  tokenCount: number;
}

export interface RequestSnapshot {
  id: number;
  phase: Phase;
  promptTokens: number;
  outputTokens: number;
  /** tokens whose keys and values are cached */
  computedTokens: number;
  /** prompt, then output */
  tokenIds: number[];
  /** cache blocks it holds, in order */
  blockTable: number[];
}

/** Copies the state, so that it stays as it was while the engine goes on. */
export function takeSnapshot(step: number, lastBatch: readonly BatchShare[], scheduler: Scheduler): EngineSnapshot {
  return {
    step,
    blockSize: scheduler.options.blockSize,
    blockCount: scheduler.options.blockCount,
    freeBlocks: scheduler.freeBlocks,
    promisedBlocks: scheduler.promisedBlocks,
    lastBatch,
    requests: [
      ...scheduler.running.map((sequence) => describe(sequence, true)),
      ...scheduler.waiting.map((sequence) => describe(sequence, false)),
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
    tokenIds: [...sequence.tokenIds],
    blockTable: [...sequence.blocks],
  };
}
