import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type RunEvent, RunEvent as RunEventSchema, isTerminal } from '#contract/run-event.ts';
import { CONTRACT_VERSION, type Parameters } from '#contract/run-request.ts';
import { BATCHING_MODELS, tritonBatching } from '#experiments/triton-batching.ts';
import { checkParameters } from '#experiments/experiment.ts';
import { settingsOfCalls } from '#playground/simulated-batcher.ts';
import { simulatedSource } from '#playground/simulated-source.ts';
import { constants } from '#simulators/calibration/dynamic-batcher.json';

const run = (parameters: Parameters, experiment = 'triton-batching', signal = new AbortController().signal) =>
  Array.fromAsync(simulatedSource().run({ contractVersion: CONTRACT_VERSION, experiment, parameters }, { signal }));
const summaryOf = (events: readonly RunEvent[]) => {
  const last = events.at(-1)!;
  if (last.type !== 'done') throw new Error(JSON.stringify(last));
  return last.summary;
};

describe('a simulated run', () => {
  it('speaks the contract, says what it is, and keeps to the order of time', async () => {
    const events = await run({ clients: 4, requests: 10 });
    for (const event of events) expect(RunEventSchema.parse(event)).toEqual(event);
    expect(events[0]).toMatchObject({ type: 'started', origin: 'simulated' });
    expect(events.filter(isTerminal)).toEqual([events.at(-1)]);
    expect(events.filter(({ type }) => type === 'response')).toHaveLength(10);
    const times = events.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('sends as many requests as were asked for, never more than there are clients at a time', async () => {
    const events = await run({ clients: 5, requests: 33 });
    let open = 0;
    for (const event of events) {
      if (event.type === 'sent') open += 1;
      if (event.type === 'ended') open -= 1;
      expect(open).toBeLessThanOrEqual(5);
    }
    expect(summaryOf(events)['requests']).toBe(33);
  });

  it('batches where batching is on, and gains by it', async () => {
    const off = summaryOf(await run({ batching: 'off', clients: 16, requests: 64 }));
    const on = summaryOf(await run({ batching: 'delay-5', clients: 16, requests: 64 }));
    expect(off['meanBatchSize']).toBe(1);
    expect(on['meanBatchSize']).toBeGreaterThan(8);
    expect(on['requestsPerSecond']).toBeGreaterThan(4 * off['requestsPerSecond']!);
  });

  it('counts as many executions as its answers tell of', async () => {
    const events = await run({ load: 'open', arrivalRate: 200, requests: 100 });
    const executions = events.find((event) => event.type === 'gauge' && event.name === 'executions');
    const { requests, meanBatchSize } = summaryOf(events);
    expect(executions).toMatchObject({ value: Math.round(requests! / meanBatchSize!) });
  });

  it('refuses what the server refuses, and an experiment without a simulator', async () => {
    expect(await run({ clients: 99 })).toMatchObject([
      { type: 'failed', problem: { reason: 'parameter_out_of_range' } },
    ]);
    expect(await run({}, 'stream-one-prompt')).toMatchObject([
      { type: 'failed', problem: { reason: 'experiment_not_offered' } },
    ]);
  });

  it('stops when it is told to', async () => {
    expect((await run({}, undefined, AbortSignal.abort())).at(-1)).toMatchObject({
      problem: { reason: 'run_canceled' },
    });
  });
});

describe('the simulator’s numbers', () => {
  it.each(Object.entries(BATCHING_MODELS))('for batching %s are those of %s/config.pbtxt', (batching, model) => {
    const config = readFileSync(`playground-server/engines/model-repository/${model}/config.pbtxt`, 'utf8');
    const number = (pattern: RegExp) => Number(pattern.exec(config)?.[1]);
    const calls = tritonBatching.plan(checkParameters(tritonBatching, { batching }));
    const { settings } = settingsOfCalls(calls, { ...constants, executionMs: 0, executionItemMs: 0 });
    expect(settings.maxBatchSize).toBe(number(/max_batch_size: (\d+)/));
    expect(settings.instances).toBe(number(/count: (\d+)/));
    expect(settings.serviceMs(4, 0)).toBe(
      number(/base_ms" value \{ string_value: "([\d.]+)/) + 4 * number(/item_ms" value \{ string_value: "([\d.]+)/),
    );
    expect(settings.batching !== undefined).toBe(/^dynamic_batching/m.test(config));
    if (settings.batching)
      expect(settings.batching.maxQueueDelayMs).toBe(number(/max_queue_delay_microseconds: (\d+)/) / 1000);
  });
});
