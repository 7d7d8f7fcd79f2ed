import type { SchedulerOptions } from './scheduler.ts';
import type { SpeculationOptions } from './speculation.ts';

/** What an engine can be made with; each part can be switched by itself. */
export interface EngineOptions extends SchedulerOptions {
  /** absent: one token a request and step */
  speculation?: SpeculationOptions;
  /** absent: weights as in the file; else every matrix in int8, with one scale for so many neighbouring weights of a row */
  int8GroupSize?: number;
}

/** 4096 tokens of cache, 25 MB for tiny-1; a step of 64 tokens keeps the gap between two decoded tokens short. */
export const DEFAULT_OPTIONS: EngineOptions = {
  maxBatchTokens: 64,
  maxSequences: 32,
  blockSize: 16,
  blockCount: 256,
  prefixCache: false,
  chunkedPrefill: true,
  reserve: 'worst-case',
};
