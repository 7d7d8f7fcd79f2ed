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
  /** the output matches this regular expression (see regex-parser.ts), unless maxTokens cuts it short */
  pattern?: string;
  /** further answers to the same prompt, each with an id and a seed of its own: the prompt is computed once for all */
  copies?: readonly { id: number; seed: number }[];
}

/** What a step did for one request; `ended` is its last event. A step that verifies guesses may give a request several tokens. */
export type EngineEvent =
  | { type: 'token'; id: number; tokenId: number; text: string; alternatives?: Alternative[] }
  | { type: 'ended'; id: number; reason: EndReason; usage: Usage };
