import { expect, it } from 'vitest';
import { openRun } from './raw-request.ts';
import { ScriptedUpstream, aborted, flooding, stalling, stopped, token } from './scripted-upstream.ts';
import { allEvents, problemOf, runOf, startTestServer } from './test-server.ts';

it('a draining server refuses new runs, says so, and lets open runs finish', async () => {
  const mayEnd = Promise.withResolvers<undefined>();
  const upstream = new ScriptedUpstream(async function* () {
    yield token('a');
    await mayEnd.promise;
    yield stopped;
  });
  const server = await startTestServer([upstream], { DRAIN_FINISH_MS: '20000' });
  const open = await server.post(runOf());
  const closed = server.close();

  const refused = await server.post(runOf());
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('5');
  expect(await problemOf(refused)).toMatchObject({ code: 'unavailable', reason: 'server_draining' });
  const health = await fetch(`${server.url}health`);
  expect([health.status, await health.json()]).toEqual([503, { status: 'draining' }]);

  mayEnd.resolve(undefined);
  expect((await allEvents(open)).at(-1)!.type).toBe('done');
  await closed;
  await expect(fetch(`${server.url}health`)).rejects.toThrow();
});

it('runs that do not finish in time end with one failed, and the engine is told', async () => {
  const upstream = new ScriptedUpstream(stalling);
  const server = await startTestServer([upstream], { DRAIN_FINISH_MS: '50' });
  const open = await server.post(runOf());
  const closed = server.close();
  expect((await allEvents(open)).at(-1)).toMatchObject({ problem: { reason: 'server_draining' } });
  await aborted(upstream.signals[0]!);
  await closed;
});

it('a reader that takes nothing cannot hold the drain', async () => {
  const upstream = new ScriptedUpstream(flooding('x'.repeat(65_536)).script);
  const server = await startTestServer([upstream], { DRAIN_FINISH_MS: '0' });
  const called = upstream.called();
  const socket = openRun(server.url);
  socket.pause();
  await called;
  await server.close();
  expect(upstream.signals[0]!.aborted).toBe(true);
  socket.destroy();
});

it('closing twice is closing once', async () => {
  const server = await startTestServer([]);
  await Promise.all([server.close(), server.close()]);
  expect(server.lines.filter(({ event }) => event === 'drain')).toHaveLength(1);
});
