import { softmax } from './sampler.ts';

export interface TokenLogprob {
  id: number;
  /** natural logarithm of the probability at temperature 1, before any filter */
  logprob: number;
  chosen: boolean;
}

/**
 * The `count` most probable tokens after these logits [vocabulary], most probable first, and the chosen one after them
 * when it is not among them: vLLM's "raw_logprobs", so one more entry than asked may come.
 */
export function findAlternatives(logits: Float32Array, chosen: number, count: number): TokenLogprob[] {
  const probabilities = softmax(logits);
  const best: number[] = [];
  for (let id = 0; id < probabilities.length; id++) {
    if (best.length === count && probabilities[id]! <= probabilities[best[count - 1]!]!) continue;
    const place = best.findIndex((other) => probabilities[other]! < probabilities[id]!);
    best.splice(place === -1 ? best.length : place, 0, id);
    if (best.length > count) best.pop();
  }
  if (!best.includes(chosen)) best.push(chosen);
  return best.map((id) => ({ id, logprob: Math.log(probabilities[id]!), chosen: id === chosen }));
}
