import { afterEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '#contract/run-event.ts';
import { EnginesAnswer } from '#contract/run-request.ts';
import { drawDigit } from '#experiments/digit-drawings.ts';
import { TritonUpstream } from '../../../playground-server/upstreams/triton.ts';
import { ScriptedUpstream, saying } from '../scripted-upstream.ts';
import { allEvents, runOf, startTestServer, type TestServer } from '../test-server.ts';
import { type Peer, type PeerRequest, json, limits, startPeer } from './peer.ts';

/* Experiments on models of the course's repository, with a Triton behind the server that does as it is told. */

const output = (name: string, datatype: string, data: (number | string)[]) => ({
  name,
  datatype,
  shape: [1, data.length],
  data,
});
/** What delay-batched answers to `x`. */
const delayOutputs = (x: number) => [
  output('Y', 'FP32', [x]),
  output('BATCH_SIZE', 'INT32', [2]),
  output('STARTED_US', 'INT64', [1]),
  output('COMPUTE_US', 'INT64', [2000]),
  output('INSTANCE', 'BYTES', ['m_0_0']),
];
const inputOf = ({ body }: PeerRequest) =>
  (JSON.parse(body.toString()) as { inputs: { data: number[] }[] }).inputs[0]!.data[0]!;
const duration = (count: number) => ({ count, ns: count * 1_000_000 });
const statistics = (count: number) => ({
  model_stats: [
    {
      inference_count: count,
      execution_count: count / 2,
      inference_stats: Object.fromEntries(
        ['success', 'fail', 'queue', 'compute_input', 'compute_infer', 'compute_output'].map((name) => [
          name,
          duration(count),
        ]),
      ),
    },
  ],
});

type Script = (request: PeerRequest) => string | undefined;
const upstreams: TritonUpstream[] = [];
afterEach(async () => {
  for (const upstream of upstreams.splice(0)) await upstream.close();
});

/** A server over a Triton that is ready, and answers what the script leaves to it properly. */
async function serve(script: Script = () => undefined): Promise<{ server: TestServer; peer: Peer }> {
  let answered = 0;
  const peer: Peer = await startPeer((socket, request) => {
    const usual = () => {
      if (request.path === '/v2') return json({ version: '2.51.0' });
      if (request.path.endsWith('/ready')) return json({});
      if (request.path.endsWith('/stats')) return json(statistics(answered));
      if (!request.path.endsWith('/infer')) return json({}, '404 Not Found');
      answered += 1;
      return json({ model_version: '1', outputs: delayOutputs(inputOf(request)) });
    };
    socket.write(script(request) ?? usual());
  });
  const triton = new TritonUpstream({
    httpUrl: peer.url,
    grpcAddress: undefined,
    model: 'tiny-lm',
    device: 'test',
    limits,
    log: () => undefined,
  });
  upstreams.push(triton);
  return { server: await startTestServer([triton, new ScriptedUpstream(saying('x'))]), peer };
}

const offered = async (server: TestServer) =>
  EnginesAnswer.parse(await (await fetch(`${server.url}engines`)).json()).experiments;
const run = async (server: TestServer, experiment: string, parameters: Record<string, unknown> = {}) =>
  allEvents(await server.post(runOf(parameters, { experiment })));
const batching = { load: 'closed', clients: 2, requests: 4, batching: 'delay-5' };
const problems = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === 'ended' && event.problem ? [event.problem.reason] : []));

describe('a model that answers once', () => {
  it('is told of in contract terms: batch and times in milliseconds, and what the engine counted meanwhile', async () => {
    const { server } = await serve();
    const events = await run(server, 'triton-batching', batching);
    const responses = events.filter((event) => event.type === 'response');
    expect(responses).toHaveLength(4);
    for (const { output: told, statistics: times } of responses) {
      expect(told).toEqual({ batchSize: 2, instance: 'm_0_0' });
      expect(times['computeMs']).toBe(2);
    }
    expect(events.filter((event) => event.type === 'gauge').map(({ name, value }) => [name, value])).toEqual([
      ['inferences', 4],
      ['executions', 2],
      ['queueMeanMs', 1],
      ['computeMeanMs', 3],
    ]);
    expect(events[0]).toMatchObject({ type: 'started', engines: [{ id: 'triton', model: 'delay-batched' }] });
  });

  it.each<[string, (x: number) => object]>([
    ['another number than it was given', (x) => ({ model_version: '1', outputs: delayOutputs(x + 1) })],
    [
      'no batch size',
      (x) => ({ model_version: '1', outputs: delayOutputs(x).filter(({ name }) => name !== 'BATCH_SIZE') }),
    ],
    ['no tensor at all', () => ({ model_version: '1', outputs: [] })],
    ['an error', () => ({ error: 'Traceback: /opt/secret/model.py' })],
  ])('and answers %s has failed, and no word of it gets out', async (_, answer) => {
    const { server } = await serve((request) =>
      request.path.endsWith('/infer') ? json(answer(inputOf(request))) : undefined,
    );
    const events = await run(server, 'triton-batching', batching);
    expect(problems(events)).toEqual(Array.from({ length: 4 }, () => 'engine_failed'));
    expect(events.at(-1)).toMatchObject({ type: 'failed', problem: { reason: 'engine_failed' } });
    expect(JSON.stringify(events)).not.toContain('secret');
  });

  it.each([
    ['are garbage', json({ model_stats: 'many' })],
    ['are refused', json({ error: 'restricted' }, '403 Forbidden')],
    ['go backwards, as after a restart', json(statistics(0))],
  ])('is measured all the same when the engine’s counters %s', async (_, counters) => {
    const { server } = await serve((request) => (request.path.endsWith('/stats') ? counters : undefined));
    const events = await run(server, 'triton-batching', batching);
    expect(events.filter((event) => event.type === 'gauge')).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: 'done', summary: { completedRequests: 4 } });
  });

  it('frees its requests when the page closes', async () => {
    const { promise, resolve } = Promise.withResolvers<PeerRequest>();
    const { server } = await serve((request) => {
      if (!request.path.endsWith('/infer')) return undefined;
      resolve(request);
      return '';
    });
    const leave = new AbortController();
    await server.post(runOf(batching, { experiment: 'triton-batching' }), { signal: leave.signal });
    const request = await promise;
    leave.abort();
    await request.gone;
  });
});

describe('what is offered', () => {
  it('is what the models in the repository can answer now', async () => {
    const { server } = await serve((request) =>
      request.path === '/v2/models/digits-pipeline/ready' ? json({}, '400 Bad Request') : undefined,
    );
    const experiments = await offered(server);
    expect(experiments['triton-batching']).toEqual(['triton']);
    expect(experiments['classify-digit']).toBeUndefined();
    expect(experiments['same-prompt-two-tracks']).toBeUndefined();
    const refused = await server.post(runOf({}, { experiment: 'classify-digit' }));
    expect([refused.status, await refused.json()]).toMatchObject([503, { reason: 'engine_unreachable' }]);
  });

  it('is nothing of the repository where only another engine is', async () => {
    const server = await startTestServer([new ScriptedUpstream(saying('x'))]);
    expect(Object.keys(await offered(server))).toEqual(['stream-one-prompt', 'concurrent-streams']);
    const refused = await server.post(runOf({}, { experiment: 'triton-batching' }));
    expect([refused.status, await refused.json()]).toMatchObject([404, { reason: 'experiment_not_offered' }]);
  });
});

describe('a drawing', () => {
  it('is refused before any call when it is not one', async () => {
    const { server, peer } = await serve();
    for (const drawing of ['', 'AAAA', [1, 2], 'x'.repeat(683), { data: [255] }]) {
      const response = await server.post(runOf({ drawing }, { experiment: 'classify-digit' }));
      expect(response.status).toBe(400);
    }
    expect(peer.requests.filter(({ path }) => path.endsWith('/infer'))).toEqual([]);
  });

  it('goes out as 64 x 64 pixels of 0 and 255', async () => {
    const outputs = [output('PROBABILITIES', 'FP32', Array<number>(10).fill(0.1))];
    const { server, peer } = await serve((request) =>
      request.path.endsWith('/infer') ? json({ model_version: '1', outputs }) : undefined,
    );
    await run(server, 'classify-digit', { drawing: drawDigit(1) });
    const [first] = peer.requests.filter(({ path }) => path.endsWith('/infer'));
    const { inputs } = JSON.parse(first!.body.toString()) as { inputs: { shape: number[]; data: number[] }[] };
    expect(inputs[0]!.shape).toEqual([1, 64, 64]);
    expect(new Set(inputs[0]!.data)).toEqual(new Set([0, 255]));
  });
});

describe('the model repository', () => {
  it('is asked for the one model that may be loaded, and for no other', async () => {
    const { server, peer } = await serve(({ path }) => {
      if (path === '/v2/repository/index') return json([{ name: 'on-demand', version: '1', state: 'READY' }]);
      if (path.endsWith('/config')) return json({ name: 'on-demand', max_batch_size: 16 });
      return path.startsWith('/v2/repository') ? json({}) : undefined;
    });
    await run(server, 'repository-load-unload', { override: 'delay-20' });
    const orders = peer.requests.filter(({ path }) => /\/(load|unload)$/.test(path));
    expect(new Set(orders.map(({ path }) => path))).toEqual(
      new Set(['/v2/repository/models/on-demand/load', '/v2/repository/models/on-demand/unload']),
    );
    const configs = orders.flatMap(({ body }) => {
      const { parameters } = JSON.parse(body.toString()) as { parameters?: { config: string } };
      return parameters ? [JSON.parse(parameters.config) as unknown] : [];
    });
    expect(configs).toEqual([
      { name: 'on-demand', max_batch_size: 16, dynamic_batching: { max_queue_delay_microseconds: 20_000 } },
    ]);
  });

  it('that answers garbage fails its steps, not the others', async () => {
    const { server } = await serve(({ path }) =>
      path.startsWith('/v2/repository') ? json({ models: 'all' }) : undefined,
    );
    const events = await run(server, 'repository-load-unload', { override: 'none' });
    expect(new Set(problems(events))).toEqual(new Set(['engine_failed']));
    expect(events.at(-1)?.type).toBe('done');
  });
});
