import type { Alternative } from '#contract/run-event.ts';
import { findAlternatives } from './alternatives.ts';
import type { RunningRequest } from './running-request.ts';
import { nextTokenProbabilities, sampleToken } from './sampler.ts';
import { verifyDraft, type Verdict } from './speculative-sampler.ts';
import { applyMask } from './token-mask.ts';
import type { Tokenizer } from './tokenizer.ts';

/** A verdict with the logits [vocabulary] that each of its tokens was taken from, the mask applied. */
export interface NextTokens extends Verdict {
  logits: Float32Array[];
}

/**
 * Logits -> the next token of a request, or several when it has guesses. `rows` are the logits after its newest token and
 * after each of `guesses`, of which there may be none. A pattern masks each row by what the guesses before it have matched.
 */
export function chooseNextTokens(
  request: RunningRequest,
  rows: readonly Float32Array[],
  guesses: number[],
): NextTokens {
  const { guide, random } = request;
  const { sampling } = request.request;
  const logits: Float32Array[] = [];
  let state = guide?.state;
  const readRow = (index: number): Float32Array => {
    if (guide && state !== undefined) {
      if (index > 0) state = guide.mask.advance(state, guesses[index - 1]!);
      logits.push(applyMask(rows[index]!, guide.mask.allowed(state)));
    } else logits.push(rows[index]!);
    return logits[index]!;
  };
  if (guesses.length === 0) return { acceptedCount: 0, tokenIds: [sampleToken(readRow(0), sampling, random)], logits };
  const draft = {
    tokenIds: guesses,
    ...(request.draftProbabilities && { probabilities: request.draftProbabilities }),
  };
  const verdict = verifyDraft(draft, (index) => nextTokenProbabilities(readRow(index), sampling), random);
  return { ...verdict, logits };
}

/** What an event shows beside the token it carries; tokens that the mask excludes are no alternatives. */
export function showAlternatives(
  logits: Float32Array,
  tokenId: number,
  count: number,
  tokenizer: Tokenizer,
): Alternative[] {
  return findAlternatives(logits, tokenId, count)
    .filter(({ logprob }) => logprob > -Infinity)
    .map(({ id, logprob, chosen }) => ({ text: tokenizer.show(id), logprob, chosen }));
}
