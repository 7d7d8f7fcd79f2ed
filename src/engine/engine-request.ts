import type { Alternative, EndReason, Usage } from '#contract/run-event.ts';
import type { SamplingOptions } from '#experiments/experiment.ts';

/** One generation, in token ids. */
export interface EngineRequest {
  /** chosen by the caller, unique among the requests at hand */
  id: number;
  promptIds: readonly number[];
  maxTokens: number;
  sampling: SamplingOptions;
  /** candidates each token event carries; 0 = none */
  alternatives: number;
  /** go on after the end token, to maxTokens: for measurements */
  ignoreEnd?: boolean;
}

/** What a step did for one request; `ended` is its last event. */
export type EngineEvent =
  | { type: 'token'; id: number; tokenId: number; text: string; alternatives?: Alternative[] }
  | { type: 'ended'; id: number; reason: EndReason; usage: Usage };
