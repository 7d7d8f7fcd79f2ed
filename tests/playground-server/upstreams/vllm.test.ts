import { once } from 'node:events';
import { type Socket, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CallEvent } from '#experiments/run-calls.ts';
import type { LogLine } from '../../../playground-server/telemetry/log.ts';
import type { UpstreamLimits } from '../../../playground-server/upstreams/upstream-limits.ts';
import { VllmUpstream } from '../../../playground-server/upstreams/vllm.ts';
import { SOON } from '../test-server.ts';
import { type Answer, type Peer, call, chunk, head, json, lastChunk, limits, outcomeOf, sse } from './peer.ts';
import { startPeer, streamHead, textOf } from './peer.ts';

const SECRET = 'key-that-nobody-may-see';
const UPSTREAM_WORDS = 'Traceback /srv/engine.py 10.1.2.3';

function connect(url: URL, changed: Partial<UpstreamLimits> = {}) {
  const lines: LogLine[] = [];
  const upstream = new VllmUpstream({
    url,
    model: 'tiny-1',
    apiKey: SECRET,
    device: 'test',
    limits: { ...limits, ...changed },
    log: (line) => lines.push(line),
  });
  onTestFinished(() => upstream.close());
  const run = (planned = call, signal = new AbortController().signal) => outcomeOf(upstream.call(planned, signal));
  return { upstream, lines, run };
}

async function connectTo(answer: Answer, changed: Partial<UpstreamLimits> = {}) {
  const peer = await startPeer(answer);
  return { peer, ...connect(peer.url, changed) };
}

/** The end of an answer is told before its connection is free again. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

const token = (content: string, tokenIds: number[] = [1], rest: object = {}) =>
  sse({ choices: [{ index: 0, delta: { content }, finish_reason: null, token_ids: tokenIds, ...rest }] });
const role = sse({ choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] });
const finish = (finish_reason: string) => token('', [2], { finish_reason });
const usage = sse({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 } });
const whole = role + token('a') + token('b') + finish('stop') + usage + sse('[DONE]');

const says =
  (...pieces: (string | Uint8Array)[]): Answer =>
  (socket) => {
    socket.write(streamHead);
    for (const piece of pieces) socket.write(chunk(piece));
    socket.write(lastChunk);
  };

describe('a stream that keeps the rules', () => {
  it('becomes tokens and one end, with usage', async () => {
    const { run } = await connectTo(says(whole));
    expect((await run()).events).toEqual([
      { type: 'token', text: 'a', tokenCount: 1 },
      { type: 'token', text: 'b', tokenCount: 1 },
      { type: 'token', text: '', tokenCount: 1 },
      { type: 'ended', reason: 'stop', usage: { promptTokens: 5, outputTokens: 3 } },
    ]);
  });

  it('is read the same in pieces of any size', async () => {
    const bytes = Buffer.from(whole.replace('"a"', '"🚀快"'));
    for (const size of [1, 2, 3, 7, 100]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      );
      const { run } = await connectTo(says(...pieces));
      const { events, problem } = await run();
      expect([textOf(events), problem]).toEqual(['🚀快b', undefined]);
    }
  });

  it('asks for exactly what was planned', async () => {
    const { peer, run } = await connectTo(says(whole));
    await run({ ...call, alternatives: 3, sampling: { temperature: 0.5, topP: 0.9, topK: 40, minP: 0.1, seed: 7 } });
    expect(JSON.parse(peer.requests[0]!.body.toString())).toEqual({
      model: 'tiny-1',
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
      stream_options: { include_usage: true },
      max_completion_tokens: 8,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      min_p: 0.1,
      seed: 7,
      repetition_penalty: 1,
      frequency_penalty: 0,
      presence_penalty: 0,
      return_token_ids: true,
      logprobs: true,
      top_logprobs: 3,
    });
    expect(peer.requests[0]!.headers['authorization']).toBe(`Bearer ${SECRET}`);
  });

  it('counts the tokens of a chunk by their ids, else by their logprobs, never as one', async () => {
    const entry = { token: 'x', logprob: -1 };
    const { run } = await connectTo(
      says(
        token('abc', [7, 8, 9]),
        token('de', [], { token_ids: null, logprobs: { content: [entry, entry] } }),
        finish('stop') + sse('[DONE]'),
      ),
    );
    expect((await run()).events.map((event) => event.type === 'token' && event.tokenCount)).toEqual([3, 2, 1, false]);
  });

  it('flags the chosen alternative, and adds it when it is not among the best', async () => {
    const best = [
      { token: 'x', logprob: -0.1 },
      { token: 'y', logprob: -2.5 },
    ];
    const entries = [best[1]!, { token: 'z', logprob: -9 }];
    const { run } = await connectTo(
      says(
        ...entries.map((entry) => token('t', [1], { logprobs: { content: [{ ...entry, top_logprobs: best }] } })),
        finish('length') + sse('[DONE]'),
      ),
    );
    const { events } = await run({ ...call, alternatives: 2 });
    const x = { text: 'x', logprob: -0.1, chosen: false };
    expect(events.slice(0, 2)).toMatchObject([
      { alternatives: [x, { text: 'y', logprob: -2.5, chosen: true }] },
      { alternatives: [x, { text: 'y', chosen: false }, { text: 'z', logprob: -9, chosen: true }] },
    ]);
    expect(events.at(-1)).toEqual({ type: 'ended', reason: 'length' });
  });

  it('leaves the connection open for the next call', async () => {
    const { peer, run } = await connectTo(says(whole));
    for (let count = 0; count < 3; count++) {
      expect((await run()).problem).toBeUndefined();
      await turn();
    }
    expect([peer.requests.length, peer.connections]).toEqual([3, 1]);
  });
});

const broken = { code: 'unavailable', reason: 'stream_broken' };
const failed = { code: 'internal', reason: 'engine_failed' };
const unreachable = { code: 'unavailable', reason: 'engine_unreachable' };
const cutAfter =
  (text: string, end: (socket: Socket) => void): Answer =>
  (socket) => {
    socket.write(Buffer.concat([Buffer.from(streamHead), text === '' ? Buffer.alloc(0) : chunk(text)]));
    // After the bytes have left, so that they arrive before the end does.
    setImmediate(() => end(socket));
  };
const closes = (socket: Socket) => void socket.end();
const resets = (socket: Socket) => void socket.resetAndDestroy();

describe('a fault is said in the contract’s words, and nothing the engine said', () => {
  it.each<[string, Answer, object]>([
    ['closing before any answer', (socket) => void socket.end(), unreachable],
    ['resetting before any answer', resets, unreachable],
    ['closing before the first token', cutAfter('', closes), broken],
    ['closing at the first token', cutAfter(role + token('a'), closes), broken],
    ['resetting mid-stream', cutAfter(role + token('a') + token('b'), resets), broken],
    ['closing within an event', cutAfter(role + token('a').slice(0, 20), closes), broken],
    ['closing between the finish reason and [DONE]', cutAfter(role + token('a') + finish('stop'), closes), broken],
    ['a whole answer without [DONE]', says(role + token('a') + finish('stop') + usage), broken],
    ['[DONE] without a finish reason', says(role + token('a') + sse('[DONE]')), broken],
    ['an empty answer', says(), broken],
    [
      'an error object within a 200',
      says(token('a'), sse({ error: { message: UPSTREAM_WORDS, type: 'InternalServerError', code: 500 } })),
      failed,
    ],
    ['JSON that is none', says(token('a'), sse(UPSTREAM_WORDS)), broken],
    ['JSON of another shape', says(sse({ text: UPSTREAM_WORDS })), broken],
    [
      'invalid UTF-8',
      says(Buffer.concat([Buffer.from('data: "'), Buffer.of(0xff, 0xfe), Buffer.from('"\n\n')])),
      broken,
    ],
    ['text without a token count', says(token('a', [], { token_ids: null })), failed],
    ['a finish reason nobody knows', says(token('a'), finish('abort'), sse('[DONE]')), failed],
    ['an event of 8 MiB', says('data: ' + 'x'.repeat(8 * 1024 * 1024)), broken],
    ['a stream without end', says(...Array.from({ length: 40 }, () => `: ${'x'.repeat(60_000)}\n\n`)), broken],
    [
      'an HTML page',
      (socket) => socket.write(head('200 OK', 'content-type: text/html', 'content-length: 2') + 'hi'),
      failed,
    ],
    ['no content type', (socket) => socket.write(head('200 OK', 'content-length: 2') + 'hi'), failed],
    ['garbage that is no HTTP', (socket) => void socket.end('\x00\x01garbage\r\n\r\n'), failed],
    ['status 400', (socket) => socket.write(json({ error: { message: UPSTREAM_WORDS } }, '400 Bad Request')), failed],
    ['status 401', (socket) => socket.write(json({ error: UPSTREAM_WORDS }, '401 Unauthorized')), failed],
    ['status 500 with a stack', (socket) => socket.write(json(UPSTREAM_WORDS, '500 Internal Server Error')), failed],
    [
      'a redirect',
      (socket) => socket.write(head('302 Found', 'location: http://127.0.0.1:1/secret', 'content-length: 0')),
      failed,
    ],
    [
      'status 404',
      (socket) => socket.write(json({ error: { message: UPSTREAM_WORDS } }, '404 Not Found')),
      { code: 'not_found', reason: 'model_not_loaded' },
    ],
  ])('%s', async (_name, answer, expected) => {
    const { run, lines, peer } = await connectTo(answer);
    const { problem, events } = await run();
    expect(problem).toEqual(expected);
    expect(events.filter(({ type }) => type === 'ended')).toEqual([]);
    const said = JSON.stringify([problem, lines]);
    for (const secret of [SECRET, 'Traceback', peer.url.port]) expect(said).not.toContain(secret);
    expect(lines.filter(({ event }) => event === 'upstream-fault')).toHaveLength(1);
  });

  it.each<[string, string, string[], object]>([
    [
      '429',
      '429 Too Many Requests',
      ['retry-after: 7'],
      { code: 'resource_exhausted', reason: 'server_busy', retryAfterMs: 7000 },
    ],
    ['429 without a hint', '429 Too Many Requests', [], { code: 'resource_exhausted', reason: 'server_busy' }],
    ['503', '503 Service Unavailable', ['retry-after: 2'], { ...unreachable, retryAfterMs: 2000 }],
    ['503 without a hint', '503 Service Unavailable', [], unreachable],
    ['503 with a senseless hint', '503 Service Unavailable', ['retry-after: soon'], unreachable],
    [
      '503 with a hint of a year',
      '503 Service Unavailable',
      ['retry-after: 31536000'],
      { ...unreachable, retryAfterMs: 3_600_000 },
    ],
    [
      '503 with a date in the past',
      '503 Service Unavailable',
      ['retry-after: Thu, 01 Jan 1970 00:00:00 GMT'],
      { ...unreachable, retryAfterMs: 0 },
    ],
  ])('status %s keeps the time to wait', async (_name, status, headers, expected) => {
    const { run } = await connectTo((socket) => socket.write(json({}, status, ...headers)));
    expect((await run()).problem).toEqual(expected);
  });

  it('a port where nobody listens, and a name that nobody has', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, 'close');
    for (const url of [`http://127.0.0.1:${port}`, 'http://no-such-host.invalid:8000'])
      expect((await connect(new URL(url)).run()).problem).toEqual(unreachable);
  });

  it('an end after [DONE] that never comes does not hold the call', async () => {
    const { run } = await connectTo((socket) => socket.write(Buffer.concat([Buffer.from(streamHead), chunk(whole)])));
    expect((await run()).problem).toBeUndefined();
  });

  it('more tokens than were asked for are cut off', async () => {
    const { run, peer } = await connectTo((socket) => {
      socket.write(streamHead);
      for (let count = 0; count < 20; count++) socket.write(chunk(token('x')));
    });
    const { events } = await run();
    expect(textOf(events)).toBe('x'.repeat(call.maxTokens));
    expect(events.at(-1)).toEqual({ type: 'ended', reason: 'length' });
    await peer.requests[0]!.gone;
  });
});

describe('an engine that is too slow', () => {
  const noFirst = { code: 'deadline_exceeded', reason: 'engine_unreachable' };
  const noNext = { code: 'deadline_exceeded', reason: 'stream_broken' };
  const drips =
    (before: string, drop: string): Answer =>
    (socket) => {
      socket.write(streamHead);
      socket.write(chunk(before));
      const timer = setInterval(() => socket.write(chunk(drop)), 20);
      socket.on('close', () => clearInterval(timer));
    };

  it.each<[string, Answer, object]>([
    ['sends no headers', () => undefined, noFirst],
    [
      'sends headers and no token',
      (socket) => socket.write(Buffer.concat([Buffer.from(streamHead), chunk(role)])),
      noFirst,
    ],
    ['sends comments and no token', drips(role, ': wait\n\n'), noFirst],
    [
      'stalls after a token',
      (socket) => socket.write(Buffer.concat([Buffer.from(streamHead), chunk(token('a'))])),
      noNext,
    ],
    ['sends comments after a token', drips(token('a'), ': wait\n\n'), noNext],
  ])('and %s is left', async (_name, answer, expected) => {
    const { run, peer } = await connectTo(answer, { firstTokenMs: 300, betweenTokensMs: 300 });
    expect((await run()).problem).toEqual(expected);
    await peer.requests[0]!.gone;
  });

  it('is not left while it is our reader who is slow', async () => {
    const { upstream } = await connectTo(says(whole), { betweenTokensMs: 200 });
    const events: CallEvent[] = [];
    for await (const event of upstream.call(call, new AbortController().signal)) {
      events.push(event);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(events.at(-1)?.type).toBe('ended');
  });
});

describe('a request is sent a second time', () => {
  it('once, when a connection that was kept alive is gone', async () => {
    let served = 0;
    const { run, peer } = await connectTo((socket, request) => {
      served += 1;
      // The connection stays open after the first answer, and dies of the second request.
      if (served === 2) socket.resetAndDestroy();
      else says(whole)(socket, request);
    });
    expect((await run()).problem).toBeUndefined();
    await turn();
    expect((await run()).problem).toBeUndefined();
    expect([peer.requests.length, peer.connections]).toEqual([3, 2]);
  });

  it('never, when a new connection dies, nor after the first byte', async () => {
    const { run, peer } = await connectTo(resets);
    expect((await run()).problem).toEqual(unreachable);
    expect(peer.requests).toHaveLength(1);
    const late = await connectTo(cutAfter(token('a'), resets));
    expect((await late.run()).problem).toEqual(broken);
    expect(late.peer.requests).toHaveLength(1);
  });
});

describe('when the reader leaves, the engine is told at once', () => {
  const canceled = { type: 'ended', reason: 'canceled' };
  const states: [string, Answer, number][] = [
    ['before the headers', () => undefined, 0],
    ['before the first token', (socket) => socket.write(Buffer.concat([Buffer.from(streamHead), chunk(role)])), 0],
    ['between tokens', (socket) => socket.write(Buffer.concat([Buffer.from(streamHead), chunk(token('a'))])), 1],
  ];

  it.each(states)('by aborting %s', async (_name, answer, tokens) => {
    const { upstream, peer, lines } = await connectTo(answer);
    const controller = new AbortController();
    const events: CallEvent[] = [];
    const done = (async () => {
      for await (const event of upstream.call(call, controller.signal)) events.push(event);
    })();
    await expect.poll(() => peer.requests.length === 1 && events.length === tokens, SOON).toBe(true);
    controller.abort();
    await done;
    await peer.requests[0]!.gone;
    expect(events.at(-1)).toEqual(canceled);
    expect(lines).toEqual([]);
  });

  it('by aborting before anything was sent: nothing is sent', async () => {
    const { run, peer } = await connectTo(says(whole));
    expect((await run(call, AbortSignal.abort())).events).toEqual([canceled]);
    expect(peer.connections).toBe(0);
  });

  it('by leaving the loop', async () => {
    const { upstream, peer } = await connectTo((socket) =>
      socket.write(Buffer.concat([Buffer.from(streamHead), chunk(token('a'))])),
    );
    for await (const event of upstream.call(call, new AbortController().signal)) {
      expect(event.type).toBe('token');
      break;
    }
    await peer.requests[0]!.gone;
  });

  it('by closing the upstream: open calls end', async () => {
    const { upstream, peer, run } = await connectTo(states[2]![1]);
    const outcome = run();
    await expect.poll(() => peer.requests.length, SOON).toBe(1);
    await upstream.close();
    expect((await outcome).problem?.code).toBe('unavailable');
  });
});

it('an engine that floods is held back while nobody reads', async () => {
  let written = 0;
  const total = 64 * 1024 * 1024;
  const piece = chunk(`: ${'x'.repeat(60_000)}\n\n`);
  const { upstream, peer } = await connectTo(
    (socket) => {
      socket.write(Buffer.concat([Buffer.from(streamHead), chunk(token('a'))]));
      const flood = () => {
        while (written < total && !socket.destroyed) {
          written += piece.length;
          if (!socket.write(piece)) return void socket.once('drain', flood);
        }
      };
      flood();
    },
    { streamBytes: 2 * total },
  );
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
  await peer.requests[0]!.gone;
});

describe('whether it answers', () => {
  const health =
    (models: unknown): Answer =>
    (socket, { path }) => {
      if (path === '/v1/models') socket.write(json(models));
      else if (path === '/version') socket.write(json({ version: '9.9.9' }));
      else socket.write(head('200 OK', 'content-length: 0'));
    };

  it('is asked on demand, once for many who want to know, and tells version and model', async () => {
    const peer = await startPeer(health({ data: [{ id: 'some-model' }] }));
    const upstream = new VllmUpstream({
      url: peer.url,
      model: undefined,
      apiKey: undefined,
      device: 'x',
      limits,
      log: () => undefined,
    });
    onTestFinished(() => upstream.close());
    expect(peer.connections).toBe(0);
    const answers = await Promise.all([upstream.reachable(), upstream.reachable(), upstream.reachable()]);
    expect(answers).toEqual([true, true, true]);
    expect(peer.requests.map(({ path }) => path).sort()).toEqual(['/health', '/v1/models', '/version']);
    expect(upstream.engine).toEqual({ id: 'vllm', name: 'vLLM', version: '9.9.9', device: 'x', model: 'some-model' });
  });

  it.each<[string, Answer]>([
    ['is not healthy', (socket) => socket.write(json({}, '503 Service Unavailable'))],
    ['has no models', health({ data: [] })],
    ['says something else', health('hello')],
    ['sends without end', (socket) => socket.write(head('200 OK', 'content-length: 99999999') + 'x'.repeat(100_000))],
    ['is no HTTP server', (socket) => void socket.end('SSH-2.0-OpenSSH_9.6\r\n')],
  ])('false when it %s, and the log says so once', async (_name, answer) => {
    const { upstream, lines } = await connectTo(answer);
    expect(await upstream.reachable()).toBe(false);
    expect(await upstream.reachable()).toBe(false);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ event: 'upstream', upstream: 'vllm', reachable: false });
  });

  it('is asked anew after a call has failed', async () => {
    let isBroken = false;
    const peer: Peer = await startPeer((socket, request) => {
      if (isBroken) socket.resetAndDestroy();
      else health({ data: [{ id: 'm' }] })(socket, request);
    });
    const { upstream, run } = connect(peer.url);
    expect(await upstream.reachable()).toBe(true);
    isBroken = true;
    expect((await run()).problem).toBeDefined();
    expect(await upstream.reachable()).toBe(false);
  });
});
