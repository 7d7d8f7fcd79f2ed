import type { Experiment } from './experiment.ts';
import { poissonStartsMs } from './poisson-starts.ts';
import { maxTokensParameter, promptParameter } from './sampling-parameters.ts';

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
    const seed = Number(parameters['seed']);
    const concurrency = Number(parameters['concurrency']);
    const startsMs =
      parameters['arrival'] === 'poisson'
        ? poissonStartsMs(concurrency, Number(parameters['requestRate']), seed)
        : Array.from({ length: concurrency }, () => 0);
    return startsMs.map((startAtMs, request) => ({
      kind: 'generate',
      startAtMs,
      prompt: String(parameters['prompt']),
      maxTokens: Number(parameters['maxTokens']),
      // Sampled, not greedy: otherwise every lane would print the same text.
      sampling: { temperature: 0.8, topP: 1, topK: 0, minP: 0.05, seed: (seed + request) % 2 ** 31 },
      alternatives: 0,
    }));
  },
};
