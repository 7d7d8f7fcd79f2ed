import type { Draft } from './draft-proposer.ts';
import { drawToken } from './sampler.ts';

/** The tokens a request gains by one verification: the guesses that were accepted, in order, and one token more. */
export interface Verdict {
  acceptedCount: number;
  tokenIds: number[];
}

/**
 * Keeps or replaces guesses so that every token is distributed exactly as if the model had drawn it alone. With q the
 * draft's and p the model's probabilities: guess x is kept with probability min(1, p(x) / q(x)); the first that is not is
 * replaced by a draw from max(0, p - q), scaled to sum to 1, and ends the round. When all are kept, one more is drawn from p.
 * `targetAt(i)` is p [vocabulary] after i guesses, asked in ascending order and only as far as guesses were kept. Greedy is
 * the case where p gives all to one token. Source: Leviathan et al. 2023, https://arxiv.org/abs/2211.17192, algorithm 1 and appendix A.1.
 */
export function verifyDraft(draft: Draft, targetAt: (index: number) => Float64Array, random: () => number): Verdict {
  const kept: number[] = [];
  for (const [index, guess] of draft.tokenIds.entries()) {
    const target = targetAt(index);
    const proposed = draft.probabilities?.[index];
    if (random() * (proposed?.[guess] ?? 1) < target[guess]!) {
      kept.push(guess);
      continue;
    }
    const rest = subtract(target, guess, proposed);
    return { acceptedCount: kept.length, tokenIds: [...kept, drawToken(rest, random())] };
  }
  const next = drawToken(targetAt(kept.length), random());
  return { acceptedCount: kept.length, tokenIds: [...kept, next] };
}

/** max(0, p - q) scaled to sum to 1; a guess that was not drawn has q = 1 for itself. */
function subtract(target: Float64Array, guess: number, proposed: Float64Array | undefined): Float64Array {
  const rest = proposed ? target.map((p, id) => Math.max(0, p - proposed[id]!)) : target.slice();
  if (!proposed) rest[guess] = 0;
  const total = rest.reduce((sum, weight) => sum + weight, 0);
  // Only rounding can leave nothing: then p and q are equal but for their last bits.
  return total > 0 ? rest.map((weight) => weight / total) : target;
}
