import type { Experiment } from './experiment.ts';
import { maxTokensParameter, promptParameter } from './sampling-parameters.ts';
import { seededRandom } from './seeded-random.ts';

const MS_PER_SECOND = 1000;

/** Many streams at once: what does each one lose, and what does the server gain? */
export const concurrentStreams: Experiment = {
  id: 'concurrent-streams',
  track: 'vllm',
  upstreams: ['embedded', 'vllm', 'triton'],
  browser: true,
  parameters: [
    { kind: 'number', name: 'concurrency', default: 8, min: 1, max: 32, step: 1 },
    { kind: 'choice', name: 'arrival', default: 'together', values: ['together', 'poisson'] },
    { kind: 'number', name: 'requestRate', default: 4, min: 0.5, max: 50, step: 0.5, unit: 'requestsPerSecond' },
    promptParameter,
    { ...maxTokensParameter, default: 32, max: 128 },
    { kind: 'number', name: 'seed', default: 1, min: 0, max: 2 ** 31 - 1, step: 1, control: 'field' },
  ],
  plots: ['request-lanes', 'throughput-latency'],
  plan: (parameters) => {
    const random = seededRandom(Number(parameters['seed']));
    const seed = Number(parameters['seed']);
    let startAtMs = 0;
    return Array.from({ length: Number(parameters['concurrency']) }, (_, request) => {
      // Exponential gaps make a Poisson arrival process of `requestRate` requests a second.
      if (parameters['arrival'] === 'poisson' && request > 0)
        startAtMs += (-Math.log(1 - random()) / Number(parameters['requestRate'])) * MS_PER_SECOND;
      return {
        startAtMs,
        prompt: String(parameters['prompt']),
        maxTokens: Number(parameters['maxTokens']),
        // Sampled, not greedy: otherwise every lane would print the same text.
        sampling: { temperature: 0.8, topP: 1, topK: 0, minP: 0.05, seed: (seed + request) % 2 ** 31 },
        alternatives: 0,
      };
    });
  },
};
