import type { SamplingOptions } from '#experiments/experiment.ts';

/*
 * From logits to the next token, one pure step at a time, so that each can be drawn:
 * logits -> applyTemperature -> filterMinP -> filterTopK -> filterTopP -> softmax -> drawToken.
 * Order, and what each filter keeps, are vLLM's (0.32): `Sampler.sample` in vllm/v1/sample/sampler.py, min-p in
 * vllm/v1/sample/logits_processor/builtin.py, top-k then top-p in vllm/v1/sample/ops/topk_topp_sampler.py.
 * A filter answers a new array in which a token that was dropped has the logit -Infinity.
 */

/** Below this temperature vLLM takes the best token instead of dividing by almost zero (`_SAMPLING_EPS`). */
const GREEDY_BELOW = 1e-5;

/** Logits [vocabulary] and options -> token id. `random` yields numbers in [0, 1) and is used once, or not at all when greedy. */
export function sampleToken(logits: Float32Array, options: SamplingOptions, random: () => number): number {
  if (isGreedy(options)) return bestToken(logits);
  return drawToken(shareOut(logits, options), random());
}

/** Logits [vocabulary] and options -> the probabilities that `sampleToken` draws from; greedy gives all to one token. */
export function nextTokenProbabilities(logits: Float32Array, options: SamplingOptions): Float64Array {
  if (!isGreedy(options)) return shareOut(logits, options);
  const certain = new Float64Array(logits.length);
  certain[bestToken(logits)] = 1;
  return certain;
}

function shareOut(logits: Float32Array, options: SamplingOptions): Float64Array {
  const tempered = applyTemperature(logits, options.temperature);
  return softmax(filterTopP(filterTopK(filterMinP(tempered, options.minP), options.topK), options.topP));
}

/** Whether the options mean: always the best token. */
export function isGreedy(options: SamplingOptions): boolean {
  return options.temperature < GREEDY_BELOW;
}

/** The token with the largest logit; of equal ones, that with the lowest id. */
export function bestToken(logits: Float32Array): number {
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id]! > logits[best]!) best = id;
  return best;
}

/** Divides by the temperature: below 1 the best token gains, above 1 the others do. */
export function applyTemperature(logits: Float32Array, temperature: number): Float32Array {
  return logits.map((logit) => logit / temperature);
}

/** Keeps tokens whose probability is at least minP x the largest one; 0 = keeps all. */
export function filterMinP(logits: Float32Array, minP: number): Float32Array {
  if (minP <= 0) return logits;
  const probabilities = softmax(logits);
  const least = minP * largest(probabilities);
  return logits.map((logit, id) => (probabilities[id]! < least ? -Infinity : logit));
}

/** Keeps the k largest logits, and all that equal the smallest of them; 0 = keeps all. */
export function filterTopK(logits: Float32Array, k: number): Float32Array {
  if (k <= 0 || k >= logits.length) return logits;
  const ascending = logits.slice().sort();
  const least = ascending[ascending.length - k]!;
  return logits.map((logit) => (logit < least ? -Infinity : logit));
}

/**
 * Keeps the smallest set of most probable tokens whose probabilities sum to at least p; 1 = keeps all. Of tokens equally
 * probable at the edge as many as needed are kept, lowest id first.
 */
export function filterTopP(logits: Float32Array, p: number): Float32Array {
  if (p >= 1) return logits;
  const probabilities = softmax(logits);
  const ascending = probabilities.slice().sort();
  // From the least probable up, drop while what is dropped stays within 1 - p; the most probable always stays.
  let dropped = 0;
  let sum = 0;
  while (dropped < ascending.length - 1) {
    sum += ascending[dropped]!;
    if (sum > 1 - p) break;
    dropped += 1;
  }
  const least = ascending[dropped]!;
  let keptAtEdge = 0;
  for (let rank = dropped; rank < ascending.length && ascending[rank] === least; rank++) keptAtEdge += 1;
  return logits.map((logit, id) => {
    const probability = probabilities[id]!;
    if (probability > least) return logit;
    return probability === least && keptAtEdge-- > 0 ? logit : -Infinity;
  });
}

/** Logits -> probabilities that sum to 1; a dropped token gets 0, the others share what it had. */
export function softmax(logits: Float32Array): Float64Array {
  const best = largest(logits);
  const probabilities = Float64Array.from(logits, (logit) => Math.exp(logit - best));
  const total = probabilities.reduce((sum, weight) => sum + weight, 0);
  return probabilities.map((weight) => weight / total);
}

/** The token in whose share of the line from 0 to 1 the number `random` falls; shares lie in order of id. */
export function drawToken(probabilities: Float64Array, random: number): number {
  let sum = 0;
  let last = 0;
  for (let id = 0; id < probabilities.length; id++) {
    const probability = probabilities[id]!;
    if (probability === 0) continue;
    sum += probability;
    last = id;
    if (random < sum) return id;
  }
  // Rounding may leave the sum just below 1.
  return last;
}

function largest(values: Float32Array | Float64Array): number {
  let best = -Infinity;
  for (const value of values) if (value > best) best = value;
  return best;
}
