import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { type RunEvent, isTerminal } from '#contract/run-event.ts';
import { liveSource, runEvents } from '#playground/live-source.ts';
import { wholeRun } from './events.ts';
import { serve } from './serve.ts';

const request = { contractVersion: 1, experiment: 'stream-one-prompt', parameters: { prompt: '為什麼？' } };
const encode = (events: readonly RunEvent[]) =>
  new TextEncoder().encode(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
const broken = { type: 'failed', problem: { code: 'unavailable', reason: 'stream_broken' } };
const never = new AbortController().signal;

async function collect(events: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const all: RunEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

function bodyOf(...chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

/** Runs against a real server that answers as told. */
async function runAgainst(answer: (response: ServerResponse) => void, signal = never): Promise<RunEvent[]> {
  const address = await serve((_, response) => answer(response));
  return collect(liveSource(address).run(request, { signal }));
}

describe('a stream of events', () => {
  const bytes = encode(wholeRun);

  it('is the same wherever it is cut in two, within characters too', async () => {
    for (let cut = 0; cut <= bytes.length; cut++)
      expect(await collect(runEvents(bodyOf(bytes.slice(0, cut), bytes.slice(cut)), never))).toEqual(wholeRun);
  });

  it('is the same byte by byte', async () => {
    expect(await collect(runEvents(bodyOf(...Array.from(bytes, (byte) => Uint8Array.of(byte))), never))).toEqual(
      wholeRun,
    );
  });

  it('that ends without its terminal event has failed at the time of its last event', async () => {
    const events = await collect(runEvents(bodyOf(encode(wholeRun.slice(0, -1))), never));
    expect(events.slice(0, -1)).toEqual(wholeRun.slice(0, -1));
    expect(events.at(-1)).toMatchObject({ ...broken, atMs: 8 });
  });

  it.each([
    ['JSON that is no event', 'data: {"type":"token"}\n\n'],
    ['an event of no known type', 'data: {"type":"surprise","atMs":1}\n\n'],
    ['no JSON', 'data: {{{\n\n'],
    ['nothing', ''],
    ['an event that never closes', 'data: {"type":"done"'],
    ['a line without end', `data: ${'x'.repeat(2 ** 21)}`],
  ])('of %s has failed', async (_, text) => {
    expect(await collect(runEvents(bodyOf(new TextEncoder().encode(text)), never))).toMatchObject([broken]);
  });

  it('passes over comments, which keep a connection open, and lines the standard ignores', async () => {
    const around = (text: string) => new TextEncoder().encode(text);
    const events = await collect(runEvents(bodyOf(around(': ping\n\nnonsense\n\n'), bytes), never));
    expect(events).toEqual(wholeRun);
  });

  it('is not read past its terminal event', async () => {
    const events = await collect(runEvents(bodyOf(bytes, bytes), never));
    expect(events).toEqual(wholeRun);
  });

  it('cancels its body when the reader leaves early', async () => {
    let canceled = false;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(bytes.slice(0, 200)),
      cancel: () => void (canceled = true),
    });
    for await (const event of runEvents(body, never)) if (event.type === 'queued') break;
    expect(canceled).toBe(true);
  });
});

describe('the live source', () => {
  it('posts the request as JSON and yields the events', async () => {
    const seen: string[] = [];
    const address = await serve((incoming, response) => {
      seen.push(`${incoming.method ?? ''} ${incoming.url ?? ''} ${incoming.headers['content-type'] ?? ''}`);
      incoming.on('data', (chunk: Buffer) => seen.push(chunk.toString()));
      incoming.on('end', () => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(encode(wholeRun)));
    });
    expect(await collect(liveSource(address).run(request, { signal: never }))).toEqual(wholeRun);
    expect(seen).toEqual(['POST /runs application/json', JSON.stringify(request)]);
  });

  it('passes on the problem of a refused request', async () => {
    const problem = { code: 'resource_exhausted', reason: 'server_busy', retryAfterMs: 500, requestId: 'r1' };
    const events = await runAgainst((response) => response.writeHead(429).end(JSON.stringify(problem)));
    expect(events).toEqual([{ type: 'failed', atMs: 0, problem }]);
  });

  it.each([
    ['refuses without a problem', (response: ServerResponse) => response.writeHead(502).end('<h1>Bad gateway</h1>')],
    ['hangs up at once', (response: ServerResponse) => response.destroy()],
  ])('never began when the server %s', async (_, answer) => {
    const problem = { code: 'unavailable', reason: 'engine_unreachable', requestId: '' };
    expect(await runAgainst(answer)).toEqual([{ type: 'failed', atMs: 0, problem }]);
  });

  it('fails as broken when the server dies in the middle', async () => {
    const events = await runAgainst((response) =>
      response.write(encode(wholeRun.slice(0, 3)), () => response.destroy()),
    );
    expect(events.at(-1)).toMatchObject(broken);
  });

  it('ends canceled when it is aborted, before the answer and in the middle of it', async () => {
    const stoppedEarly = await runAgainst(() => undefined, AbortSignal.timeout(50));
    expect(stoppedEarly).toMatchObject([{ type: 'failed', problem: { reason: 'run_canceled' } }]);

    const address = await serve((_, response) => response.write(encode(wholeRun.slice(0, 4))));
    const abort = new AbortController();
    const events: RunEvent[] = [];
    for await (const event of liveSource(address).run(request, { signal: abort.signal })) {
      events.push(event);
      if (event.type === 'token') abort.abort();
    }
    expect(events.at(-1)).toMatchObject({ type: 'failed', problem: { reason: 'run_canceled' } });
    expect(events.filter(isTerminal)).toHaveLength(1);
  });
});
