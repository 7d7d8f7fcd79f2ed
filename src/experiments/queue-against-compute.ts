import type { Experiment } from './experiment.ts';
import type { InferCall } from './infer-call.ts';
import { BATCHING_MODELS } from './triton-batching.ts';

/** Concurrency of each point. */
export const SWEPT_CLIENTS = [1, 2, 4, 8, 16] as const;

/** More and more clients, one step after the other: what of the latency is computing, and what is waiting? */
export const queueAgainstCompute: Experiment = {
  id: 'queue-against-compute',
  track: 'triton',
  upstreams: ['triton'],
  needs: { models: Object.values(BATCHING_MODELS) },
  browser: false,
  parameters: [
    { kind: 'choice', name: 'batching', default: 'off', values: Object.keys(BATCHING_MODELS) },
    { kind: 'number', name: 'requestsPerClient', default: 5, min: 2, max: 10, step: 1 },
  ],
  plots: ['wait-compute'],
  plan: (parameters) => {
    const perClient = Number(parameters['requestsPerClient']);
    const model = BATCHING_MODELS[String(parameters['batching'])]!;
    const calls: InferCall[] = [];
    for (const [point, clients] of SWEPT_CLIENTS.entries()) {
      const first = calls.length;
      for (let request = 0; request < clients * perClient; request++) {
        // A client waits for its own answer; the first of each wait until the point before is over.
        const after = request < clients ? first - 1 : first + request - clients;
        calls.push({
          kind: 'infer',
          startAtMs: 0,
          ...(after >= 0 && { after }),
          point,
          model,
          input: { kind: 'number', value: calls.length },
        });
      }
    }
    return calls;
  },
};
