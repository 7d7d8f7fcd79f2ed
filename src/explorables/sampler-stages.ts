import {
  applyTemperature,
  bestToken,
  drawToken,
  filterMinP,
  filterTopK,
  filterTopP,
  isGreedy,
  softmax,
} from '#engine/sampler.ts';
import type { SamplingOptions } from '#experiments/experiment.ts';

export type SamplerFilter = 'minP' | 'topK' | 'topP';

/** One candidate on its way through the sampler. Probabilities are shares of 1. */
export interface Candidate {
  id: number;
  logit: number;
  /** after the temperature, before any filter */
  tempered: number;
  /** the filter that dropped it; absent when it may be drawn */
  droppedBy?: SamplerFilter;
  /** after the filters: what it is drawn with */
  final: number;
}

/** Every stage of one draw, with the best candidates in full and the rest summed. */
export interface SamplerStages {
  /** best first; the drawn token stands among them even when it is not one of the best */
  candidates: readonly Candidate[];
  others: { count: number; tempered: number; final: number };
  /** how many tokens are left after each filter */
  kept: { all: number; minP: number; topK: number; topP: number };
  isGreedy: boolean;
  /** the number in [0, 1) that decided */
  random: number;
  drawnId: number;
}

/**
 * Logits [vocabulary], options and one random number -> every stage of the draw, by the engine's own steps in the engine's own order.
 * `shown` is how many of the best candidates are listed.
 */
export function sampleInStages(
  logits: Float32Array,
  options: SamplingOptions,
  random: number,
  shown: number,
): SamplerStages {
  const greedy = isGreedy(options);
  const best = bestToken(logits);
  // Greedy is the limit of a temperature that goes to 0: all of the probability on the best token.
  const tempered = greedy
    ? logits.map((_, id) => (id === best ? 0 : -Infinity))
    : applyTemperature(logits, options.temperature);
  const afterMinP = filterMinP(tempered, greedy ? 0 : options.minP);
  const afterTopK = filterTopK(afterMinP, greedy ? 0 : options.topK);
  const afterTopP = filterTopP(afterTopK, greedy ? 1 : options.topP);
  const temperedShares = softmax(tempered);
  const finalShares = softmax(afterTopP);
  const drawnId = greedy ? best : drawToken(finalShares, random);

  const droppedBy = (id: number): SamplerFilter | undefined => {
    if (afterTopP[id]! > -Infinity) return undefined;
    if (afterTopK[id]! > -Infinity) return 'topP';
    return afterMinP[id]! > -Infinity ? 'topK' : 'minP';
  };
  const ids = bestIds(logits, shown);
  if (!ids.includes(drawnId)) ids[ids.length - 1] = drawnId;
  const candidates = ids.map((id): Candidate => {
    const filter = greedy ? undefined : droppedBy(id);
    return {
      id,
      logit: logits[id]!,
      tempered: temperedShares[id]!,
      final: finalShares[id]!,
      ...(filter && { droppedBy: filter }),
    };
  });
  const rest = (key: 'tempered' | 'final') => Math.max(0, 1 - candidates.reduce((sum, each) => sum + each[key], 0));
  return {
    candidates,
    others: { count: logits.length - candidates.length, tempered: rest('tempered'), final: rest('final') },
    kept: {
      all: logits.length,
      minP: countKept(afterMinP),
      topK: countKept(afterTopK),
      topP: countKept(afterTopP),
    },
    isGreedy: greedy,
    random,
    drawnId,
  };
}

function bestIds(logits: Float32Array, count: number): number[] {
  return Array.from(logits, (_, id) => id)
    .sort((a, b) => logits[b]! - logits[a]! || a - b)
    .slice(0, count);
}

function countKept(logits: Float32Array): number {
  return logits.reduce((count, logit) => count + (logit > -Infinity ? 1 : 0), 0);
}
