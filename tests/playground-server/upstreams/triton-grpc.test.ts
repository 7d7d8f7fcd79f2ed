import * as grpc from '@grpc/grpc-js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ProblemError } from '#contract/problem-error.ts';
import type { CallEvent } from '#experiments/run-calls.ts';
import type { LogLine } from '../../../playground-server/telemetry/log.ts';
import { numberTensor, numbersOf, textTensor, textsOf } from '../../../playground-server/upstreams/tensor.ts';
import { TritonUpstream } from '../../../playground-server/upstreams/triton.ts';
import type { UpstreamLimits } from '../../../playground-server/upstreams/upstream-limits.ts';
import { SOON } from '../test-server.ts';
import { type GrpcPeerScript, type StreamCall, startGrpcPeer, tinyLmResponse } from './grpc-peer.ts';
import { call, limits, outcomeOf, startPeer, textOf } from './peer.ts';

const UPSTREAM_WORDS = 'Traceback 10.1.2.3:8001';

function connect(target: string, changed: Partial<UpstreamLimits> = {}) {
  const lines: LogLine[] = [];
  const upstream = new TritonUpstream({
    httpUrl: undefined,
    grpcAddress: { target, tls: false },
    model: 'tiny-lm',
    device: 'test',
    limits: { ...limits, ...changed },
    log: (line) => lines.push(line),
  });
  onTestFinished(() => upstream.close());
  const run = (planned = call, signal = new AbortController().signal) => outcomeOf(upstream.call(planned, signal));
  return { upstream, lines, run };
}

async function connectTo(script: GrpcPeerScript, changed: Partial<UpstreamLimits> = {}) {
  const peer = await startGrpcPeer(script);
  return { peer, ...connect(peer.target, changed) };
}

const says =
  (...responses: object[]) =>
  (stream: StreamCall) => {
    for (const response of responses) stream.write(response);
    stream.end();
  };
const fails = (code: grpc.status) => (stream: StreamCall) => {
  stream.emit('error', { code, details: UPSTREAM_WORDS });
};

it('a stream that keeps the rules becomes tokens and one end, with usage', async () => {
  const { run, peer } = await connectTo({
    stream: says(tinyLmResponse('快'), tinyLmResponse('取', '', 2), tinyLmResponse('', 'stop')),
  });
  expect(
    (await run({ ...call, sampling: { temperature: 0.5, topP: 0.9, topK: 4, minP: 0.25, seed: 2 ** 31 - 1 } })).events,
  ).toEqual([
    { type: 'token', text: '快', tokenCount: 1 },
    { type: 'token', text: '取', tokenCount: 2 },
    { type: 'token', text: '', tokenCount: 1 },
    { type: 'ended', reason: 'stop', usage: { promptTokens: 5, outputTokens: 4 } },
  ]);
  const [request] = peer.requests;
  expect(request!.model_name).toBe('tiny-lm');
  expect(request!.inputs.map(({ name, datatype, shape }) => `${name} ${datatype} ${shape.join()}`)).toEqual([
    'PROMPT BYTES 1',
    'MAX_TOKENS INT32 1',
    'TEMPERATURE FP32 1',
    'TOP_K INT32 1',
    'TOP_P FP32 1',
    'MIN_P FP32 1',
    'SEED INT64 1',
  ]);
  const raw = request!.raw_input_contents.map((bytes) => Buffer.from(bytes));
  expect(raw[0]).toEqual(Buffer.from([2, 0, 0, 0, 0x48, 0x69]));
  expect([raw[1]!.readInt32LE(), raw[2]!.readFloatLE(), raw[3]!.readInt32LE()]).toEqual([8, 0.5, 4]);
  expect([raw[5]!.readFloatLE(), raw[6]!.readBigInt64LE()]).toEqual([0.25, 2n ** 31n - 1n]);
});

const broken = { code: 'unavailable', reason: 'stream_broken' };
const failed = { code: 'internal', reason: 'engine_failed' };
const unreachable = { code: 'unavailable', reason: 'engine_unreachable' };
const first = tinyLmResponse('a');
const emptyTensor = tinyLmResponse('a');
emptyTensor.infer_response!.raw_output_contents[2] = new Uint8Array();

describe('a fault is said in the contract’s words, and nothing the engine said', () => {
  it.each<[string, GrpcPeerScript, object]>([
    ['an end without a last response', { stream: says(first) }, broken],
    ['an end without any response', { stream: says() }, broken],
    ['an error within the stream', { stream: says(first, { error_message: UPSTREAM_WORDS }) }, failed],
    [
      'an error within the stream, and the model is not ready',
      { stream: says({ error_message: UPSTREAM_WORDS }), ready: false },
      { code: 'not_found', reason: 'model_not_loaded' },
    ],
    ['more after the last response', { stream: says(tinyLmResponse('a', 'stop'), first) }, broken],
    ['a tensor without its bytes, as numpy 2 makes them', { stream: says(emptyTensor) }, failed],
    [
      'outputs of another model',
      {
        stream: says({
          infer_response: {
            ...first.infer_response,
            outputs: [first.infer_response!.outputs[0]],
            raw_output_contents: [first.infer_response!.raw_output_contents[0]],
          },
        }),
      },
      failed,
    ],
    ['UNAVAILABLE at once', { stream: fails(grpc.status.UNAVAILABLE) }, unreachable],
    ['NOT_FOUND', { stream: fails(grpc.status.NOT_FOUND) }, { code: 'not_found', reason: 'model_not_loaded' }],
    ['INVALID_ARGUMENT', { stream: fails(grpc.status.INVALID_ARGUMENT) }, failed],
    ['INTERNAL', { stream: fails(grpc.status.INTERNAL) }, failed],
    ['DEADLINE_EXCEEDED of its own', { stream: fails(grpc.status.DEADLINE_EXCEEDED) }, unreachable],
    [
      'RESOURCE_EXHAUSTED',
      { stream: fails(grpc.status.RESOURCE_EXHAUSTED) },
      { code: 'resource_exhausted', reason: 'server_busy' },
    ],
  ])('%s', async (_name, script, expected) => {
    const { run, lines, peer } = await connectTo(script);
    const { problem } = await run();
    expect(problem).toEqual(expected);
    const said = JSON.stringify([problem, lines]);
    for (const word of ['Traceback', peer.target]) expect(said).not.toContain(word);
    expect(lines).toHaveLength(1);
  });

  it('a server that goes away mid-stream', async () => {
    const { upstream, peer } = await connectTo({ stream: (stream) => stream.write(first) });
    const events = upstream.call(call, new AbortController().signal)[Symbol.asyncIterator]();
    expect((await events.next()).done).toBe(false);
    peer.server.forceShutdown();
    await expect(events.next()).rejects.toMatchObject({ problem: broken });
  });

  it('a port where nobody listens, and a server that speaks no HTTP/2', async () => {
    expect((await connect('127.0.0.1:1').run()).problem).toEqual(unreachable);
    const peer = await startPeer((socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\n'));
    // It may be noticed as a lost connection or as no answer; either way it is the engine that is not there.
    const { problem } = await connect(peer.url.host, { firstTokenMs: 2000 }).run();
    expect(problem?.reason).toBe('engine_unreachable');
  });

  it('an engine that says nothing, or stalls', async () => {
    const silent = await connectTo({ stream: () => undefined }, { firstTokenMs: 200 });
    expect((await silent.run()).problem).toEqual({ code: 'deadline_exceeded', reason: 'engine_unreachable' });
    const stalled = await connectTo({ stream: (stream) => stream.write(first) }, { betweenTokensMs: 200 });
    expect((await stalled.run()).problem).toEqual({ code: 'deadline_exceeded', reason: 'stream_broken' });
  });

  it('more tokens than were asked for are cut off', async () => {
    const { run } = await connectTo({ stream: says(...Array.from({ length: 20 }, () => first)) });
    const { events } = await run();
    expect(textOf(events)).toBe('a'.repeat(call.maxTokens));
    expect(events.at(-1)).toEqual({ type: 'ended', reason: 'length' });
  });
});

describe('when the reader leaves, the engine is told', () => {
  it.each([0, 1])('by aborting after %i tokens', async (tokens) => {
    let stream: StreamCall | undefined;
    const { upstream, lines } = await connectTo({
      stream: (opened) => {
        stream = opened;
        if (tokens > 0) opened.write(first);
      },
    });
    const controller = new AbortController();
    const events: CallEvent[] = [];
    const done = (async () => {
      for await (const event of upstream.call(call, controller.signal)) events.push(event);
    })();
    await expect.poll(() => stream !== undefined && events.length === tokens, SOON).toBe(true);
    controller.abort();
    await done;
    expect(events.at(-1)).toEqual({ type: 'ended', reason: 'canceled' });
    await expect.poll(() => stream!.cancelled, SOON).toBe(true);
    expect(lines).toEqual([]);
  });

  it('by leaving the loop', async () => {
    let stream: StreamCall | undefined;
    const { upstream } = await connectTo({
      stream: (opened) => {
        stream = opened;
        opened.write(first);
      },
    });
    for await (const event of upstream.call(call, new AbortController().signal)) {
      expect(event.type).toBe('token');
      break;
    }
    await expect.poll(() => stream!.cancelled, SOON).toBe(true);
  });

  it('before anything was sent: nothing is sent', async () => {
    const { run, peer } = await connectTo({ stream: says(first) });
    expect((await run(call, AbortSignal.abort())).events).toEqual([{ type: 'ended', reason: 'canceled' }]);
    expect(peer.requests).toEqual([]);
  });

  it('while a unary inference runs', async () => {
    let isCancelled = false;
    const { upstream, peer } = await connectTo({
      infer: (_request, _callback, unary) => unary.on('cancelled', () => (isCancelled = true)),
    });
    const controller = new AbortController();
    const answer = upstream.infer({ model: 'm', inputs: [] }, 'grpc', controller.signal);
    await expect.poll(() => peer.requests.length, SOON).toBe(1);
    controller.abort();
    await expect(answer).rejects.toBeDefined();
    await expect.poll(() => isCancelled, SOON).toBe(true);
  });
});

it('an engine that floods is held back while nobody reads', async () => {
  let written = 0;
  const total = 4000;
  const large = tinyLmResponse('x'.repeat(65_536), '', 0);
  const { upstream } = await connectTo({
    stream: (stream) => {
      stream.write(first);
      const flood = () => {
        while (written < total && !stream.cancelled) {
          written += 1;
          if (!stream.write(large)) return void stream.once('drain', flood);
        }
      };
      flood();
    },
  });
  const events = upstream.call(call, new AbortController().signal)[Symbol.asyncIterator]();
  expect((await events.next()).done).toBe(false);
  let last = -1;
  let same = 0;
  await expect
    .poll(
      () => {
        same = written === last ? same + 1 : 0;
        last = written;
        return same;
      },
      { interval: 10, timeout: 20_000 },
    )
    .toBeGreaterThanOrEqual(30);
  expect(written).toBeLessThan(total / 2);
  await events.return?.();
});

describe('a unary inference', () => {
  it('carries tensors of every type there and back', async () => {
    const { upstream } = await connectTo({
      infer: (request, callback) =>
        callback(null, {
          model_version: request.model_version || '3',
          parameters: {},
          outputs: request.inputs,
          raw_output_contents: request.raw_input_contents,
        }),
    });
    const inputs = [
      numberTensor('a', 'FP32', [1.5, -2], [2]),
      numberTensor('b', 'INT64', [2 ** 40], [1, 1]),
      numberTensor('c', 'UINT8', [0, 255]),
      numberTensor('d', 'FP16', [0.5]),
      textTensor('e', ['', '快取']),
    ];
    const { modelVersion, outputs, requestBytes, responseBytes } = await upstream.infer(
      { model: 'echo', version: 2, inputs },
      'grpc',
      new AbortController().signal,
    );
    expect(modelVersion).toBe('2');
    for (const input of inputs.slice(0, 4)) expect(numbersOf(outputs.get(input.name))).toEqual(numbersOf(input));
    expect(textsOf(outputs.get('e'))).toEqual(['', '快取']);
    expect(Math.min(requestBytes, responseBytes)).toBeGreaterThan(20);
  });

  it('that is larger than allowed never leaves, and one that comes back too large is refused', async () => {
    const { upstream, peer } = await connectTo({
      infer: (_request, callback) => {
        const answer = tinyLmResponse('x'.repeat(5_000_000)).infer_response!;
        callback(null, answer);
      },
    });
    const signal = new AbortController().signal;
    const inputs = [
      numberTensor(
        'a',
        'UINT8',
        Array.from({ length: limits.tensorBytes + 1 }, () => 0),
      ),
    ];
    await expect(upstream.infer({ model: 'm', inputs }, 'grpc', signal)).rejects.toThrow(ProblemError);
    expect(peer.requests).toEqual([]);
    await expect(upstream.infer({ model: 'm', inputs: [] }, 'grpc', signal)).rejects.toThrow(ProblemError);
  });
});

it('says whether it answers, and what it is', async () => {
  const { upstream } = await connectTo({});
  expect(await upstream.reachable()).toBe(true);
  expect(upstream.engine).toEqual({
    id: 'triton',
    name: 'Triton',
    version: '2.99.0',
    device: 'test',
    model: 'tiny-lm',
  });
  expect(await (await connectTo({ ready: false })).upstream.reachable()).toBe(false);
  expect(await connect('127.0.0.1:1').upstream.reachable()).toBe(false);
});
