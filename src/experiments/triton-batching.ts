import type { Experiment } from './experiment.ts';
import { poissonStartsMs } from './poisson-starts.ts';

/** Choice of `batching` -> the model that is asked. All take 10 ms an execution and 0.5 ms for each request in it. */
export const BATCHING_MODELS: Readonly<Record<string, string>> = {
  off: 'delay-plain',
  'delay-0': 'delay-eager',
  'delay-5': 'delay-batched',
  'delay-20': 'delay-patient',
};

/** Many requests to one model: what does Triton's dynamic batcher make of them? */
export const tritonBatching: Experiment = {
  id: 'triton-batching',
  track: 'triton',
  upstreams: ['triton'],
  needs: { models: Object.values(BATCHING_MODELS) },
  browser: false,
  simulator: 'dynamic-batcher',
  parameters: [
    { kind: 'choice', name: 'batching', default: 'delay-5', values: Object.keys(BATCHING_MODELS) },
    { kind: 'choice', name: 'load', default: 'closed', values: ['closed', 'open'] },
    { kind: 'number', name: 'clients', default: 16, min: 1, max: 32, step: 1 },
    { kind: 'number', name: 'arrivalRate', default: 60, min: 5, max: 400, step: 5 },
    { kind: 'number', name: 'requests', default: 64, min: 1, max: 200, step: 1 },
    { kind: 'number', name: 'seed', default: 1, min: 0, max: 2 ** 31 - 1, step: 1, control: 'field' },
  ],
  plots: ['inference-lanes', 'batch-sizes', 'rate-latency'],
  plan: (parameters) => {
    const requests = Number(parameters['requests']);
    const clients = Number(parameters['clients']);
    const model = BATCHING_MODELS[String(parameters['batching'])]!;
    const isOpen = parameters['load'] === 'open';
    const startsMs = isOpen
      ? poissonStartsMs(requests, Number(parameters['arrivalRate']), Number(parameters['seed']))
      : Array.from({ length: requests }, () => 0);
    return startsMs.map((startAtMs, request) => ({
      kind: 'infer' as const,
      startAtMs,
      // Closed loop: each client waits for its answer before it asks again.
      ...(!isOpen && request >= clients && { after: request - clients }),
      model,
      input: { kind: 'number' as const, value: request },
    }));
  },
};
