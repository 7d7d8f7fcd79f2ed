import { describe, expect, it } from 'vitest';
import { ProblemError } from '#contract/problem-error.ts';
import { ScriptedUpstream, aborted, deaf, saying, silent, stalling, token } from './scripted-upstream.ts';
import { SOON, allEvents, problemOf, startTestServer, runOf } from './test-server.ts';

const shape = (events: { type: string }[]) => events.map(({ type }) => type).join(' ');

describe('a run as an event stream', () => {
  it('tells started, sent, the tokens, ended and done, in this order', async () => {
    const server = await startTestServer([new ScriptedUpstream(saying('The', ' KV', ' cache'))]);
    const response = await server.post(runOf());
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const events = await allEvents(response);
    expect(shape(events)).toBe('started sent token token token ended done');
    expect(events[0]).toMatchObject({ origin: 'live', engines: [{ id: 'embedded', name: 'scripted' }] });
    expect(events.at(-1)).toMatchObject({ summary: { requests: 1, completedRequests: 1, outputTokens: 3 } });
    const times = events.map(({ atMs }) => atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('carries text that looks like a frame, and characters of every length, unchanged', async () => {
    const texts = ['\n\ndata: {"type":"done"}\n\n', '快取', '🧊', '\u2028', '\r\n', ''];
    const server = await startTestServer([new ScriptedUpstream(saying(...texts))]);
    const events = await allEvents(await server.post(runOf()));
    expect(events.flatMap((event) => (event.type === 'token' ? [event.text] : []))).toEqual(texts);
  });

  it('ends with one failed when the engine fails before or after its first token, and tells nothing of the inside', async () => {
    for (const before of [[], [token('a')]]) {
      const upstream = new ScriptedUpstream(async function* () {
        yield* before;
        await Promise.reject(new Error('secret at /srv/engine.ts:12'));
      });
      const server = await startTestServer([upstream]);
      const events = await allEvents(await server.post(runOf()));
      expect(shape(events)).toBe(['started', 'sent', ...before.map(() => 'token'), 'ended', 'failed'].join(' '));
      expect(events.at(-1)).toMatchObject({ problem: { code: 'internal', reason: 'unexpected' } });
      expect(JSON.stringify(events)).not.toContain('secret');
    }
  });

  it('goes on when one call of many fails', async () => {
    let calls = 0;
    const upstream = new ScriptedUpstream(async function* (call, signal) {
      calls += 1;
      if (calls === 2) throw new ProblemError({ code: 'unavailable', reason: 'engine_failed' });
      yield* saying('a', 'b')(call, signal);
    });
    const server = await startTestServer([upstream]);
    const events = await allEvents(
      await server.post({ ...runOf({ concurrency: 4 }), experiment: 'concurrent-streams' }),
    );
    expect(events.at(-1)).toMatchObject({ type: 'done', summary: { requests: 4, completedRequests: 3 } });
    expect(events.filter((event) => event.type === 'ended' && event.reason === 'failed')).toHaveLength(1);
  });

  it('lets two runs interleave', async () => {
    // Each side speaks only after the other was heard: served one after the other, neither would ever end.
    const turn = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()] as const;
    const upstream = new ScriptedUpstream(async function* (call, signal) {
      const me = call.prompt === 'A' ? 0 : 1;
      yield token('1');
      turn[me].resolve(undefined);
      await turn[1 - me]!.promise;
      yield* saying('2')(call, signal);
    });
    const server = await startTestServer([upstream]);
    const [a, b] = await Promise.all([server.post(runOf({ prompt: 'A' })), server.post(runOf({ prompt: 'B' }))]);
    expect((await Promise.all([allEvents(a), allEvents(b)])).map(shape)).toEqual(
      Array(2).fill('started sent token token ended done'),
    );
    expect(a.headers.get('x-request-id')).not.toBe(b.headers.get('x-request-id'));
  });

  it('logs one line a run, without the prompt and the text', async () => {
    const server = await startTestServer([new ScriptedUpstream(saying('an answer'))]);
    const response = await server.post(runOf({ prompt: 'my private question' }));
    await allEvents(response);
    await expect.poll(() => server.lines.filter(({ event }) => event === 'run'), SOON).toHaveLength(1);
    expect(server.lines[0]).toMatchObject({
      requestId: response.headers.get('x-request-id'),
      experiment: 'stream-one-prompt',
      upstream: 'embedded',
      calls: 1,
      outcome: 'done',
    });
    expect(JSON.stringify(server.lines)).not.toMatch(/private|answer/);
  });
});

describe('a run has an end', () => {
  it('that the time limit sets, with the reason', async () => {
    const server = await startTestServer([new ScriptedUpstream(stalling)], { RUN_WALL_MS: '50' });
    const events = await allEvents(await server.post(runOf()));
    expect(events.at(-1)).toMatchObject({ problem: { code: 'deadline_exceeded', reason: 'run_timed_out' } });
  });

  it('even when the engine never looks at its signal', async () => {
    const server = await startTestServer([new ScriptedUpstream(deaf)], { RUN_WALL_MS: '50' });
    const events = await allEvents(await server.post(runOf()));
    expect(events.at(-1)).toMatchObject({ problem: { reason: 'run_timed_out' } });
  });

  it('and its place is free afterwards', async () => {
    const upstream = new ScriptedUpstream(silent);
    const server = await startTestServer([upstream], { MAX_RUNS: '1' });
    const client = new AbortController();
    const first = await server.post(runOf(), { signal: client.signal });
    const refused = await server.post(runOf());
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await problemOf(refused)).toMatchObject({ code: 'resource_exhausted', reason: 'server_busy' });

    client.abort();
    await aborted(upstream.signals[0]!);
    await expect(allEvents(first)).rejects.toThrow();
    await expect.poll(() => server.lines.filter(({ event }) => event === 'run'), SOON).toHaveLength(1);
    upstream.script = saying('free');
    expect(shape(await allEvents(await server.post(runOf())))).toContain('done');
  });

  it('or does not begin while the engine is down', async () => {
    const upstream = new ScriptedUpstream(silent);
    const server = await startTestServer([upstream]);
    upstream.isReachable = false;
    const response = await server.post(runOf());
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await problemOf(response)).toMatchObject({ reason: 'engine_unreachable', retryAfterMs: 1000 });
  });
});
