import type { SamplingOptions } from '#experiments/experiment.ts';

/** Guesses for the next tokens of a request. */
export interface Draft {
  tokenIds: number[];
  /** for each guess the probabilities [vocabulary] it was drawn from; absent where a guess was not drawn but certain */
  probabilities?: Float64Array[];
}

export interface DraftRequest {
  id: number;
  /** prompt, then output so far */
  tokenIds: readonly number[];
  /** most guesses that can be used */
  count: number;
  sampling: SamplingOptions;
  /** the request's own stream of random numbers in [0, 1) */
  random: () => number;
}

/** Something cheap that guesses what the model will say. A bad guess costs time and never changes what is said. */
export interface DraftProposer {
  /** up to `count` guesses, none when it has no idea */
  propose(request: DraftRequest): Draft;
  /** frees what it keeps for a request that ended */
  forget(id: number): void;
}
