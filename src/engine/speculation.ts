import type { DraftProposer } from './draft-proposer.ts';

/** Speculative decoding: several tokens a step when the guesses are right, one when they are wrong. */
export interface SpeculationOptions {
  proposer: DraftProposer;
  /** most guesses a request verifies in one step */
  draftTokens: number;
}

/** How well guesses did so far, in the sense of vLLM's metrics vllm:spec_decode_*. */
export interface SpeculationCounts {
  /** verifications of at least one guess */
  drafts: number;
  draftTokens: number;
  acceptedTokens: number;
  /** index 0: how often the first guess of a draft was accepted, and so on; never rises */
  acceptedAtPosition: number[];
}

export function startCounts(draftTokens: number): SpeculationCounts {
  return {
    drafts: 0,
    draftTokens: 0,
    acceptedTokens: 0,
    acceptedAtPosition: Array.from({ length: draftTokens }, () => 0),
  };
}

export function countVerdict(counts: SpeculationCounts, drafted: number, accepted: number): void {
  if (drafted === 0) return;
  counts.drafts += 1;
  counts.draftTokens += drafted;
  counts.acceptedTokens += accepted;
  for (let position = 0; position < accepted; position++) counts.acceptedAtPosition[position]! += 1;
}
