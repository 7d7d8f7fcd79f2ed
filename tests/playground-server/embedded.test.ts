import { copyFileSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '#contract/run-event.ts';
import { type EmbeddedOptions, startEmbedded } from '../../playground-server/upstreams/embedded.ts';
import { makeRandomModelFile } from '../engine/random-model.ts';
import { SOON, type TestServer, readEvents, allEvents, problemOf, startTestServer, runOf } from './test-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'model-'));
const modelFile = join(folder, 'random.safetensors');
writeFileSync(modelFile, new Uint8Array(makeRandomModelFile(1)));
/** The context of the random model is small. */
const SHORT = { prompt: 'hi', maxTokens: 40 };

const DEADLY_PROMPT = 'die now';
const fragileWorker = new URL('fragile-worker.ts', import.meta.url);

async function start(options: Partial<EmbeddedOptions> = {}): Promise<TestServer> {
  return startTestServer([await startEmbedded({ modelFile, log: () => undefined, ...options })]);
}

function expectHealthy(server: TestServer): Promise<void> {
  return expect.poll(async () => (await fetch(`${server.url}health`)).status, { timeout: 10_000 }).toBe(200);
}

const textOf = (events: RunEvent[]) => events.flatMap((event) => (event.type === 'token' ? [event.text] : [])).join('');

describe('the embedded engine behind the server', () => {
  it('streams the tokens of a real engine, with alternatives and usage', async () => {
    const server = await start();
    const events = await allEvents(await server.post(runOf(SHORT)));
    const tokens = events.filter((event) => event.type === 'token');
    expect(tokens.length).toBeGreaterThan(1);
    expect(tokens[0]!.alternatives!.length).toBeGreaterThanOrEqual(5);
    expect(events.find((event) => event.type === 'ended')).toMatchObject({ usage: { outputTokens: tokens.length } });
    expect(events.at(-1)).toMatchObject({ type: 'done', summary: { outputTokens: tokens.length } });
  });

  it('gives the same text for the same request, alone and beside others', async () => {
    const server = await start();
    const ask = async () => textOf(await allEvents(await server.post(runOf({ ...SHORT, temperature: 1, seed: 7 }))));
    const alone = await ask();
    expect(alone).not.toBe('');
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([alone, alone, alone]);
  });

  it('runs many streams in one run, interleaved', async () => {
    const server = await start();
    const response = await server.post({
      ...runOf({ prompt: 'hi', concurrency: 8, maxTokens: 16 }),
      experiment: 'concurrent-streams',
    });
    const events = await allEvents(response);
    expect(events.at(-1)).toMatchObject({ type: 'done', summary: { requests: 8, completedRequests: 8 } });
    const firstEnd = events.findIndex((event) => event.type === 'ended');
    const spokeBefore = new Set(
      events.slice(0, firstEnd).flatMap((event) => (event.type === 'token' ? [event.request] : [])),
    );
    expect(spokeBefore.size).toBeGreaterThan(1);
  });

  it('says which call was too long for the context of the model', async () => {
    const server = await start();
    const events = await allEvents(await server.post(runOf({ prompt: 'hi', maxTokens: 256 })));
    expect(events.at(-1)).toMatchObject({
      type: 'failed',
      problem: { reason: 'parameter_too_long', details: { parameter: 'prompt' } },
    });
  });
});

describe('a worker that dies mid-stream', () => {
  it('ends its runs with one failed each, is replaced, and the next run works', async () => {
    const server = await start({ workerUrl: fragileWorker });
    for (let death = 1; death <= 2; death += 1) {
      const [dead, bystander] = await Promise.all([
        server.post(runOf({ ...SHORT, prompt: DEADLY_PROMPT, maxTokens: 100 })),
        server.post(runOf({ ...SHORT, maxTokens: 100 })),
      ]);
      const deadEvents = await allEvents(dead);
      expect(deadEvents.at(-1)).toMatchObject({
        type: 'failed',
        problem: { code: 'internal', reason: 'engine_failed', requestId: dead.headers.get('x-request-id') },
      });
      await allEvents(bystander);
      await expectHealthy(server);
      expect((await allEvents(await server.post(runOf(SHORT)))).at(-1)!.type).toBe('done');
    }
  });

  it('is not offered while it cannot be replaced, and comes back by itself', async () => {
    const movedFile = join(folder, 'moved.safetensors');
    copyFileSync(modelFile, movedFile);
    const server = await start({ workerUrl: fragileWorker, modelFile: movedFile });
    renameSync(movedFile, `${movedFile}.away`);
    await allEvents(await server.post(runOf({ ...SHORT, prompt: DEADLY_PROMPT })));

    const health = await fetch(`${server.url}health`);
    expect([health.status, await health.json()]).toEqual([503, { status: 'engine_unreachable' }]);
    const refused = await server.post(runOf(SHORT));
    expect(refused.status).toBe(503);
    expect(await problemOf(refused)).toMatchObject({ reason: 'engine_unreachable', retryAfterMs: 1000 });

    renameSync(`${movedFile}.away`, movedFile);
    await expectHealthy(server);
    expect((await allEvents(await server.post(runOf(SHORT)))).at(-1)!.type).toBe('done');
  });
});

it('a client that leaves frees the engine: the next run has it alone', async () => {
  const server = await start();
  const client = new AbortController();
  const response = await server.post(runOf({ prompt: 'hi', maxTokens: 100 }), { signal: client.signal });
  for await (const event of readEvents(response)) if (event.type === 'token') break;
  client.abort();
  await expect
    .poll(() => server.lines.filter(({ event }) => event === 'run'), SOON)
    .toMatchObject([{ outcome: 'run_canceled' }]);
  expect((await allEvents(await server.post(runOf(SHORT)))).at(-1)!.type).toBe('done');
});

it('a model that cannot be read stops the start, with the reason', async () => {
  await expect(startEmbedded({ modelFile: join(folder, 'none'), log: () => undefined })).rejects.toMatchObject({
    problem: { reason: 'model_not_loaded' },
  });
});
