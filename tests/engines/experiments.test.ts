import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent, RunEventOf } from '#contract/run-event.ts';
import { CONTRACT_VERSION, EnginesAnswer, type Parameters } from '#contract/run-request.ts';
import { drawDigit } from '#experiments/digit-drawings.ts';
import { SWEPT_CLIENTS } from '#experiments/queue-against-compute.ts';
import { BATCHING_MODELS } from '#experiments/triton-batching.ts';
import { inferenceTimings } from '#metrics/inference-timings.ts';
import { percentile } from '#metrics/percentile.ts';
import { bringUp } from '../../playground-server/engines/bring-up.ts';
import { takeDown } from '../../playground-server/engines/take-down.ts';
import type { RunningEngine } from '../../playground-server/engines/running-engines.ts';
import { triton } from '../../playground-server/engines/triton.ts';
import { readConfig } from '../../playground-server/config.ts';
import { type RunningServer, startServer } from '../../playground-server/main.ts';
import { allEvents } from '../playground-server/test-server.ts';
import { makeTritonPlace, type TritonPlace } from './triton-under-test.ts';

/* Every experiment of Triton as a page runs it: POST /runs of the whole server, with a real Triton behind it. */

let place: TritonPlace;
let running: RunningEngine;
let server: RunningServer;
const { signal } = new AbortController();

const withTriton = (environment: Record<string, string>) =>
  startServer(readConfig({ PORT: '0', SITE_DIR: 'no-such-folder', ENGINES_DIR: 'no-such-folder', ...environment }), {
    log: () => undefined,
  });

beforeAll(async () => {
  place = await makeTritonPlace();
  running = await bringUp(triton, { ...place, signal, onProgress: () => undefined });
  server = await withTriton({ TRITON_HTTP_URL: running.urls['http']!, TRITON_GRPC_URL: running.urls['grpc']! });
});
afterAll(async () => {
  await server.close();
  await takeDown(running, place.settings.directory);
  place.remove();
});

async function run(experiment: string, parameters: Parameters, on = server): Promise<RunEvent[]> {
  const response = await fetch(`${on.url}runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ contractVersion: CONTRACT_VERSION, experiment, parameters }),
  });
  const events = await allEvents(response);
  expect(events.at(-1)).toMatchObject({ type: 'done' });
  return events;
}

const eventsOf = <Type extends RunEvent['type']>(events: readonly RunEvent[], type: Type) =>
  events.filter((event): event is RunEventOf<Type> => event.type === type);
const gauge = (events: readonly RunEvent[], name: string) =>
  eventsOf(events, 'gauge').find((each) => each.name === name)?.value;
const summaryOf = (events: readonly RunEvent[]) => eventsOf(events, 'done')[0]!.summary;

it('says which experiments it offers on Triton', async () => {
  const answer = EnginesAnswer.parse(await (await fetch(`${server.url}engines`)).json());
  expect(answer.experiments['triton-batching']).toEqual(['triton']);
  expect(answer.engines.find(({ id }) => id === 'triton')).toMatchObject({ reachable: true, version: '2.51.0' });
});

describe('repository-load-unload', () => {
  it('batches under the override, cannot be asked once unloaded, and leaves the model as it was', async () => {
    const events = await run('repository-load-unload', { override: 'delay-20' });
    const outputs = eventsOf(events, 'response').map(({ output }) => output);
    const sizes = outputs.flatMap(({ batchSize }) => (batchSize === undefined ? [] : [batchSize]));
    expect(sizes.slice(0, 4)).toEqual([1, 1, 1, 1]);
    expect(Math.max(...sizes.slice(4).map(Number))).toBeGreaterThan(1);
    const states = outputs.flatMap(({ action, state }) =>
      action === undefined ? [] : [`${action as string} ${state as string}`],
    );
    expect(states).toEqual([
      'load READY',
      'load READY',
      'index READY',
      expect.stringMatching(/^unload (UNLOADING|UNAVAILABLE)$/),
      expect.stringMatching(/^index (UNLOADING|UNAVAILABLE)$/),
      'load READY',
      'index READY',
    ]);
    const refused = eventsOf(events, 'ended').filter(({ reason }) => reason === 'failed');
    expect(refused.map(({ problem }) => problem?.reason)).toEqual(['model_not_loaded']);
  });

  it('without an override is executed one by one', async () => {
    const events = await run('repository-load-unload', { override: 'none' });
    const sizes = eventsOf(events, 'response').flatMap(({ output }) => output['batchSize'] ?? []);
    expect(sizes).toEqual(Array.from({ length: 8 }, () => 1));
  });
});

describe('classify-digit', () => {
  it.each(Array.from({ length: 10 }, (_, digit) => digit))('reads the %d of the list', async (digit) => {
    const events = await run('classify-digit', { drawing: drawDigit(digit) });
    const answers = eventsOf(events, 'response').map(({ output }) => output['probabilities'] as number[]);
    expect(answers.map((shares) => shares.indexOf(Math.max(...shares)))).toEqual([digit, digit]);
  });

  it('shows the messages cut short, and that JSON takes more bytes than the drawing has pixels', async () => {
    const events = await run('classify-digit', {});
    const wire = eventsOf(events, 'wire');
    expect(wire.map(({ request, direction }) => `${request} ${direction}`)).toEqual([
      '0 sent',
      '0 received',
      '1 sent',
      '1 received',
    ]);
    const [json, , binary] = wire.map(({ headers }) => Number(headers['content-length']));
    expect(json).toBeGreaterThan(2 * 64 * 64);
    expect(binary).toBeGreaterThan(64 * 64);
    expect(binary).toBeLessThan(1.2 * 64 * 64);
    for (const { body, headers } of wire) {
      expect(body.length).toBeLessThan(700);
      expect(Object.keys(headers)).not.toContain('authorization');
    }
    expect(wire[2]!.headers['inference-header-content-length']).toMatch(/^\d+$/);
  });
});

describe('version-pin', () => {
  it.each([3, 8])('asks every version what a picture of a %d is', async (digit) => {
    const events = await run('version-pin', { digit });
    const answers = eventsOf(events, 'response').map(({ output }) => ({
      version: output['modelVersion'],
      best: (output['probabilities'] as number[]).reduce((best, value, at, all) => (value > all[best]! ? at : best), 0),
    }));
    // Without a version the newest answers; the fourth call asks for one that there is not.
    expect(answers).toEqual(['2', '1', '2'].map((version) => ({ version, best: digit })));
    expect(eventsOf(events, 'ended').find(({ reason }) => reason === 'failed')?.problem?.reason).toBe(
      'model_not_loaded',
    );
  });
});

describe('queue-against-compute', () => {
  it('waits ever longer where requests are executed one by one, and computes no longer', async () => {
    const events = await run('queue-against-compute', { batching: 'off' });
    const pointOf = new Map(eventsOf(events, 'sent').map(({ request, point }) => [request, point]));
    const medians = SWEPT_CLIENTS.map((_, point) => {
      const own = inferenceTimings(events).filter(({ request }) => pointOf.get(request) === point);
      const median = (name: 'waitMs' | 'computeMs') =>
        percentile(
          own.map((timing) => timing[name]),
          50,
        );
      return { wait: median('waitMs'), compute: median('computeMs') };
    });
    // Sixteen clients in front of one instance: fifteen others come first, so this is no matter of a busy machine.
    expect(medians.at(-1)!.wait).toBeGreaterThan(4 * medians.at(-1)!.compute);
    expect(gauge(events, 'queueMeanMs')).toBeGreaterThan(gauge(events, 'computeMeanMs')!);
  });
});

describe('triton-batching', () => {
  it('without batching executes each request alone, and Triton counts the same', async () => {
    const events = await run('triton-batching', { batching: 'off', clients: 8, requests: 16 });
    const answers = eventsOf(events, 'response');
    expect(answers.map(({ output }) => output['batchSize'])).toEqual(Array.from({ length: 16 }, () => 1));
    expect([gauge(events, 'inferences'), gauge(events, 'executions')]).toEqual([16, 16]);
  });

  it.each(Object.keys(BATCHING_MODELS).filter((batching) => batching !== 'off'))(
    'with batching %s puts waiting requests together, and says how many executions Triton counted',
    async (batching) => {
      const events = await run('triton-batching', { batching, clients: 16, requests: 64 });
      const { meanBatchSize } = summaryOf(events);
      expect(meanBatchSize).toBeGreaterThan(2);
      expect(gauge(events, 'inferences')).toBe(64);
      expect(gauge(events, 'executions')).toBe(Math.round(64 / meanBatchSize!));
      for (const { statistics } of eventsOf(events, 'response')) {
        // The model takes 10 ms and more by its own clock, and the answer cannot come before it is computed.
        expect(statistics['computeMs']).toBeGreaterThanOrEqual(10);
        expect(statistics['latencyMs']).toBeGreaterThanOrEqual(statistics['computeMs']!);
      }
    },
  );

  it('in an open loop sends by the clock', async () => {
    const events = await run('triton-batching', { load: 'open', arrivalRate: 100, requests: 30, batching: 'delay-0' });
    expect(eventsOf(events, 'response')).toHaveLength(30);
    expect(eventsOf(events, 'started')[0]).toMatchObject({ origin: 'live', engines: [{ name: 'Triton' }] });
  });

  it('runs over one transport alone; counters come over HTTP', async () => {
    for (const [environment, executions] of [
      [{ TRITON_HTTP_URL: running.urls['http']! }, 4],
      [{ TRITON_GRPC_URL: running.urls['grpc']! }, undefined],
    ] as const) {
      const other = await withTriton(environment);
      const events = await run('triton-batching', { batching: 'off', clients: 2, requests: 4 }, other);
      expect(gauge(events, 'executions')).toBe(executions);
      await other.close();
    }
  });
});
