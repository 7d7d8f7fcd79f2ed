import { expect, it } from 'vitest';
import { type Experiment, checkParameters } from '#experiments/experiment.ts';
import type { InferCall } from '#experiments/infer-call.ts';
import { BATCHING_MODELS, tritonBatching } from '#experiments/triton-batching.ts';

const plan = (parameters: Record<string, number | string>) =>
  tritonBatching.plan(checkParameters(tritonBatching, parameters)) as InferCall[];

it('in a closed loop gives each client one request at a time', () => {
  const calls = plan({ load: 'closed', clients: 3, requests: 8 });
  expect(calls.map(({ after }) => after)).toEqual([undefined, undefined, undefined, 0, 1, 2, 3, 4]);
  expect(calls.every(({ startAtMs }) => startAtMs === 0)).toBe(true);
});

it('in an open loop lets nothing wait for an answer, and comes at the rate that was asked for', () => {
  const calls = plan({ load: 'open', arrivalRate: 100, requests: 200 });
  expect(calls.every(({ after }) => after === undefined)).toBe(true);
  const meanGapMs = calls.at(-1)!.startAtMs / 199;
  // The mean of 199 gaps of mean and deviation 10 ms deviates by 0.7 ms; 4 of those are allowed.
  expect(Math.abs(meanGapMs - 10)).toBeLessThan(2.9);
});

it('asks the model of the chosen batching, each time with another number', () => {
  for (const [batching, model] of Object.entries(BATCHING_MODELS)) {
    const calls = plan({ batching, requests: 5 });
    expect(new Set(calls.map((call) => call.model))).toEqual(new Set([model]));
    expect(new Set(calls.map(({ input }) => JSON.stringify(input))).size).toBe(5);
  }
});

it('needs every model that a parameter can choose', () => {
  const experiment: Experiment = tritonBatching;
  expect(experiment.needs?.models).toEqual(expect.arrayContaining(Object.values(BATCHING_MODELS)));
});
