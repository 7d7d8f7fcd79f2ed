import { describe, expect, it, onTestFinished } from 'vitest';
import { numberTensor, numbersOf, textTensor, textsOf } from '../../../playground-server/upstreams/tensor.ts';
import { TritonUpstream } from '../../../playground-server/upstreams/triton.ts';
import { type Answer, call, chunk, head, json, lastChunk, limits, outcomeOf, sse } from './peer.ts';
import { startPeer, streamHead } from './peer.ts';

const UPSTREAM_WORDS = 'Traceback 10.1.2.3:8000';
const failed = { code: 'internal', reason: 'engine_failed' };
const broken = { code: 'unavailable', reason: 'stream_broken' };

async function connectTo(answer: Answer) {
  const peer = await startPeer(answer);
  const upstream = new TritonUpstream({
    httpUrl: peer.url,
    grpcAddress: undefined,
    model: 'tiny-lm',
    device: 'test',
    limits,
    log: () => undefined,
  });
  onTestFinished(() => upstream.close());
  const { signal } = new AbortController();
  return { peer, upstream, signal, run: () => outcomeOf(upstream.call(call, signal)) };
}

const response = (TEXT: string, FINISH_REASON = '', TOKEN_COUNT = 1) =>
  sse({ model_name: 'tiny-lm', model_version: '1', TEXT, TOKEN_ID: 7, TOKEN_COUNT, PROMPT_TOKENS: 5, FINISH_REASON });
const says =
  (...pieces: string[]): Answer =>
  (socket) => {
    socket.write(streamHead);
    for (const piece of pieces) socket.write(chunk(piece));
    socket.write(lastChunk);
  };

describe('generate_stream', () => {
  it('becomes tokens and one end, with usage', async () => {
    const { run, peer } = await connectTo(says(response('快'), response('取', '', 2) + response('', 'length')));
    expect((await run()).events).toEqual([
      { type: 'token', text: '快', tokenCount: 1 },
      { type: 'token', text: '取', tokenCount: 2 },
      { type: 'token', text: '', tokenCount: 1 },
      { type: 'ended', reason: 'length', usage: { promptTokens: 5, outputTokens: 4 } },
    ]);
    expect(peer.requests[0]!.path).toBe('/v2/models/tiny-lm/generate_stream');
    expect(JSON.parse(peer.requests[0]!.body.toString())).toEqual({
      PROMPT: 'Hi',
      MAX_TOKENS: 8,
      TEMPERATURE: 0,
      TOP_K: 0,
      TOP_P: 1,
      MIN_P: 0,
      SEED: 1,
    });
  });

  it.each<[string, Answer, object]>([
    ['an error within a 200', says(response('a'), sse({ error: UPSTREAM_WORDS })), failed],
    ['an end without a reason', says(response('a')), broken],
    [
      'a reason and then a lost connection',
      (socket) => socket.end(Buffer.concat([Buffer.from(streamHead), chunk(response('a', 'stop'))])),
      broken,
    ],
    ['JSON that is none', says('data: {"TEXT"\n\n'), broken],
    ['a list', says(sse([1])), broken],
    ['outputs of another model', says(sse({ Y: 1 })), failed],
    ['status 400', (socket) => socket.write(json({ error: UPSTREAM_WORDS }, '400 Bad Request')), failed],
    [
      'status 404',
      (socket) => socket.write(json({ error: UPSTREAM_WORDS }, '404 Not Found')),
      { code: 'not_found', reason: 'model_not_loaded' },
    ],
  ])('%s is a problem in the contract’s words', async (_name, answer, expected) => {
    expect((await (await connectTo(answer)).run()).problem).toEqual(expected);
  });
});

const inputs = [numberTensor('X', 'FP32', [1.5, -2], [1, 2]), textTensor('T', ['快取'])];

describe('unary inference as JSON', () => {
  it('carries tensors both ways', async () => {
    const { upstream, peer, signal } = await connectTo((socket) =>
      socket.write(
        json({
          model_name: 'm',
          model_version: '2',
          outputs: [
            { name: 'Y', datatype: 'FP32', shape: [2], data: [3, -4] },
            { name: 'L', datatype: 'BYTES', shape: [1], data: ['貓'] },
            { name: 'I', datatype: 'INT64', shape: [1], data: [5] },
          ],
        }),
      ),
    );
    const request = { model: 'm', version: 2, inputs, outputs: ['Y'], parameters: { priority: 1 } };
    const { modelVersion, outputs, requestBytes } = await upstream.infer(request, 'http-json', signal);
    expect(peer.requests[0]!.path).toBe('/v2/models/m/versions/2/infer');
    expect(JSON.parse(peer.requests[0]!.body.toString())).toEqual({
      inputs: [
        { name: 'X', datatype: 'FP32', shape: [1, 2], data: [1.5, -2] },
        { name: 'T', datatype: 'BYTES', shape: [1], data: ['快取'] },
      ],
      outputs: [{ name: 'Y' }],
      parameters: { priority: 1 },
    });
    expect(requestBytes).toBe(peer.requests[0]!.body.length);
    expect(modelVersion).toBe('2');
    expect([numbersOf(outputs.get('Y')), numbersOf(outputs.get('I')), textsOf(outputs.get('L'))]).toEqual([
      [3, -4],
      [5],
      ['貓'],
    ]);
  });

  it('refuses what JSON should not carry, before anything is sent', async () => {
    const { upstream, peer, signal } = await connectTo((socket) => socket.write(json({})));
    for (const input of [
      numberTensor('H', 'FP16', [1]),
      numberTensor(
        'B',
        'UINT8',
        Array.from({ length: 70_000 }, () => 0),
      ),
    ])
      await expect(upstream.infer({ model: 'm', inputs: [input] }, 'http-json', signal)).rejects.toMatchObject({
        problem: failed,
      });
    expect(peer.requests).toEqual([]);
  });

  it.each<[string, unknown]>([
    [
      'a shape that is not its data',
      { model_version: '1', outputs: [{ name: 'Y', datatype: 'FP32', shape: [2], data: [1] }] },
    ],
    [
      'a type nobody knows',
      { model_version: '1', outputs: [{ name: 'Y', datatype: 'toString', shape: [1], data: [1] }] },
    ],
    ['an error with status 200', { error: UPSTREAM_WORDS }],
    ['a text', 'hello'],
  ])('refuses %s', async (_name, body) => {
    const { upstream, signal } = await connectTo((socket) => socket.write(json(body)));
    await expect(upstream.infer({ model: 'm', inputs }, 'http-json', signal)).rejects.toMatchObject({
      problem: failed,
    });
  });
});

/** An answer whose tensors follow its JSON. */
function binary(outputs: object[], tensors: Buffer, jsonLength?: number): Buffer {
  const header = Buffer.from(JSON.stringify({ model_version: '1', outputs }));
  return Buffer.concat([
    Buffer.from(
      head(
        '200 OK',
        `inference-header-content-length: ${jsonLength ?? header.length}`,
        `content-length: ${header.length + tensors.length}`,
      ),
    ),
    header,
    tensors,
  ]);
}
const output = (name: string, datatype: string, shape: number[], binary_data_size: number) => ({
  name,
  datatype,
  shape,
  parameters: { binary_data_size },
});

describe('unary inference with binary tensors', () => {
  it('puts tensors after the JSON, in order, and reads them the same way', async () => {
    const tensors = Buffer.concat([Buffer.from([5, 0, 0]), Buffer.from(new Float32Array([2.5]).buffer)]);
    // The second tensor begins at an odd place.
    const answer = binary([output('A', 'UINT8', [3], 3), output('Y', 'FP32', [1, 1], 4)], tensors);
    const { upstream, peer, signal } = await connectTo((socket) => socket.write(answer));
    const { outputs, requestBytes } = await upstream.infer(
      { model: 'm', inputs, outputs: ['A', 'Y'] },
      'http-binary',
      signal,
    );
    expect([numbersOf(outputs.get('A')), numbersOf(outputs.get('Y'))]).toEqual([[5, 0, 0], [2.5]]);
    const { body, headers } = peer.requests[0]!;
    const jsonLength = Number(headers['inference-header-content-length']);
    expect(JSON.parse(body.subarray(0, jsonLength).toString())).toMatchObject({
      inputs: [
        { name: 'X', parameters: { binary_data_size: 8 } },
        { name: 'T', parameters: { binary_data_size: 10 } },
      ],
      outputs: [{ name: 'A', parameters: { binary_data: true } }, { name: 'Y' }],
    });
    expect([
      body.readFloatLE(jsonLength),
      body.readUInt32LE(jsonLength + 8),
      body.subarray(jsonLength + 12).toString(),
    ]).toEqual([1.5, 6, '快取']);
    expect(requestBytes).toBe(body.length);
  });

  it.each<[string, Buffer]>([
    ['a tensor of no bytes, as numpy 2 makes them', binary([output('Y', 'FP32', [1], 0)], Buffer.alloc(0))],
    ['a tensor that is cut short', binary([output('Y', 'FP32', [2], 8)], Buffer.alloc(4))],
    ['an element longer than its tensor', binary([output('L', 'BYTES', [1], 4)], Buffer.from([9, 0, 0, 0]))],
    ['a length that is not there', binary([], Buffer.alloc(0), 10_000)],
    [
      'a length that is no number',
      Buffer.from(
        binary([], Buffer.alloc(0))
          .toString()
          .replace(/length: \d+/, 'length: x'),
      ),
    ],
    ['a negative size', binary([output('Y', 'FP32', [1], -4)], Buffer.alloc(4))],
  ])('refuses %s', async (_name, answer) => {
    const { upstream, signal } = await connectTo((socket) => socket.write(answer));
    await expect(upstream.infer({ model: 'm', inputs }, 'http-binary', signal)).rejects.toMatchObject({
      problem: failed,
    });
  });

  it('refuses an answer of more bytes than allowed, and sends none', async () => {
    const { upstream, peer, signal } = await connectTo((socket) =>
      socket.write(binary([output('Y', 'UINT8', [3_000_000], 3_000_000)], Buffer.alloc(3_000_000))),
    );
    await expect(upstream.infer({ model: 'm', inputs }, 'http-binary', signal)).rejects.toMatchObject({
      problem: broken,
    });
    const large = [
      numberTensor(
        'B',
        'UINT8',
        Array.from({ length: limits.tensorBytes + 1 }, () => 0),
      ),
    ];
    await expect(upstream.infer({ model: 'm', inputs: large }, 'http-binary', signal)).rejects.toMatchObject({
      problem: failed,
    });
    expect(peer.requests).toHaveLength(1);
  });

  it('closes the connection when it is aborted', async () => {
    const { upstream, peer } = await connectTo(() => undefined);
    const controller = new AbortController();
    const answer = upstream.infer({ model: 'm', inputs }, 'http-binary', controller.signal);
    await expect.poll(() => peer.requests.length).toBe(1);
    controller.abort();
    await expect(answer).rejects.toBeDefined();
    await peer.requests[0]!.gone;
  });
});

it('statistics come in milliseconds, summed over the versions of a model', async () => {
  const duration = (ms: number) => ({ count: 2, ns: ms * 1e6 });
  const version = {
    inference_count: 5,
    execution_count: 2,
    inference_stats: {
      success: duration(10),
      fail: { count: 1, ns: 5 },
      queue: duration(4),
      compute_input: duration(1),
      compute_infer: duration(3),
      compute_output: duration(2),
    },
  };
  const { upstream, peer } = await connectTo((socket) => socket.write(json({ model_stats: [version, version] })));
  expect(await upstream.statistics('m')).toEqual({
    requests: 4,
    failedRequests: 2,
    inferences: 10,
    executions: 4,
    requestMs: 20,
    queueMs: 8,
    computeInputMs: 2,
    computeInferMs: 6,
    computeOutputMs: 4,
  });
  expect(peer.requests[0]!.path).toBe('/v2/models/m/stats');
});

it('says whether it answers, and what it is', async () => {
  const { upstream, peer } = await connectTo((socket, { path }) => {
    if (path === '/v2') socket.write(json({ name: 'triton', version: '2.99.0' }));
    else socket.write(head('200 OK', 'content-length: 0'));
  });
  expect(await upstream.reachable()).toBe(true);
  expect(upstream.engine.version).toBe('2.99.0');
  expect(peer.requests.map(({ path }) => path).sort()).toEqual(['/v2', '/v2/models/tiny-lm/ready']);
  const other = await connectTo((socket) => socket.write(json({ error: UPSTREAM_WORDS }, '400 Bad Request')));
  expect(await other.upstream.reachable()).toBe(false);
});
