import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import type { GenerateCall } from '#experiments/experiment.ts';
import type { CallEvent } from '#experiments/run-calls.ts';
import { Engine } from '#engine/engine.ts';
import { EngineClient } from '#engine/engine-client.ts';
import { tinyEngineInfo } from '#engine/engine-info.ts';
import { serveEngine } from '#engine/engine-host.ts';
import { fromNodePort, fromWebPort } from '#engine/engine-port.ts';
import { parseModelFile } from '#engine/model-file.ts';
import { makeRandomModelFile } from './random-model.ts';

const file = makeRandomModelFile(1);
const info = tinyEngineInfo('CPU (test)');
const call: GenerateCall = {
  kind: 'generate',
  startAtMs: 0,
  prompt: 'the thin 快',
  maxTokens: 100,
  sampling: { temperature: 0, topP: 1, topK: 0, minP: 0, seed: 1 },
  alternatives: 2,
};
const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

/** Engine and client in one thread, joined by a real channel, so that a test can look into the engine. */
function joinInOneThread(options: ConstructorParameters<typeof Engine>[1] = {}) {
  const engine = new Engine(parseModelFile(file), options);
  const { port1, port2 } = new MessageChannel();
  closers.push(() => port1.close());
  void serveEngine(fromWebPort(port1), Promise.resolve(engine));
  return { engine, client: new EngineClient(fromWebPort(port2), info) };
}

/** The engine in a worker thread, as the companion server runs it. */
function startWorker(modelFile: ArrayBuffer) {
  const worker = new Worker(new URL('./engine-worker.ts', import.meta.url), { workerData: modelFile });
  closers.push(() => void worker.terminate());
  return { worker, client: new EngineClient(fromNodePort(worker), info) };
}

async function collect(events: AsyncIterable<CallEvent>): Promise<CallEvent[]> {
  const seen: CallEvent[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}
const textOf = (events: CallEvent[]) => events.map((event) => (event.type === 'token' ? event.text : '')).join('');
const never = new AbortController().signal;

describe('a call through a worker thread', () => {
  test('streams what the engine says, and ends once with its usage', async () => {
    const { client } = startWorker(file);
    await client.ready;
    const events = await collect(client.call(call, never));
    const tokens = events.slice(0, -1);
    expect(tokens.every((event) => event.type === 'token' && event.tokenCount === 1)).toBe(true);
    expect(tokens[0]).toHaveProperty('alternatives.length', 2);
    expect(events.at(-1)).toMatchObject({ type: 'ended', usage: { outputTokens: tokens.length } });
    const { client: local } = joinInOneThread();
    expect(textOf(await collect(local.call(call, never)))).toBe(textOf(events));
  });

  test('throws engine_failed when the worker dies mid-stream, and so does every later one', async () => {
    const { client, worker } = startWorker(file);
    const calls = [client.call(call, never), client.call(call, never)];
    await Promise.all(calls.map((open) => open.next()));
    await worker.terminate();
    for (const open of calls)
      await expect(collect(open)).rejects.toMatchObject({ problem: { code: 'internal', reason: 'engine_failed' } });
    await expect(collect(client.call(call, never))).rejects.toMatchObject({ problem: { reason: 'engine_failed' } });
  });

  test('throws engine_failed when the worker throws', async () => {
    const worker = new Worker('setTimeout(() => { throw new Error("on purpose") }, 1)', { eval: true });
    const client = new EngineClient(fromNodePort(worker), info);
    const failed = expect(collect(client.call(call, never))).rejects.toMatchObject({
      problem: { reason: 'engine_failed' },
    });
    await expect(once(worker, 'exit')).rejects.toThrow('on purpose');
    await failed;
  });

  test('throws model_not_loaded when the model file is broken', async () => {
    const { client } = startWorker(file.slice(0, 1000));
    await expect(collect(client.call(call, never))).rejects.toMatchObject({
      problem: { code: 'unavailable', reason: 'model_not_loaded' },
    });
    await expect(client.ready).rejects.toMatchObject({ problem: { reason: 'model_not_loaded' } });
  });
});

describe('a call', () => {
  test('that is aborted mid-stream ends canceled and frees its blocks, while others go on', async () => {
    const { engine, client } = joinInOneThread();
    const stop = new AbortController();
    const other = collect(client.call({ ...call, maxTokens: 40 }, never));
    const events: CallEvent[] = [];
    for await (const event of client.call(call, stop.signal)) {
      events.push(event);
      if (events.length === 3) stop.abort();
    }
    const ended = events.at(-1);
    expect(ended).toMatchObject({ type: 'ended', reason: 'canceled' });
    expect(events.length).toBeLessThan(call.maxTokens);
    expect((await other).at(-1)).toMatchObject({ reason: 'length', usage: { outputTokens: 40 } });
    expect(engine.snapshot()).toMatchObject({ requests: [], promisedBlocks: 0, freeBlocks: 256 });
  });

  test('whose signal was aborted before ends canceled without a token', async () => {
    const { client } = joinInOneThread();
    expect(await collect(client.call(call, AbortSignal.abort()))).toMatchObject([
      { type: 'ended', reason: 'canceled' },
    ]);
  });

  test('whose reader leaves is stopped in the engine', async () => {
    const { engine, client } = joinInOneThread();
    for await (const event of client.call(call, never)) if (event.type === 'token') break;
    // The answer to a later command shows that the abort before it was obeyed.
    await client.nextToken('in');
    expect(engine.hasWork).toBe(false);
  });

  test('that can never fit fails alone, with the reason', async () => {
    const { client } = joinInOneThread({ blockCount: 2 });
    await expect(collect(client.call(call, never))).rejects.toMatchObject({
      problem: { code: 'invalid_argument', reason: 'parameter_too_long' },
    });
    expect(await collect(client.call({ ...call, maxTokens: 2 }, never))).toHaveLength(3);
  });

  test('fails when a step throws, and the engine serves the next one', async () => {
    const { engine, client } = joinInOneThread();
    const open = client.call(call, never);
    await open.next();
    const broken = engine.step.bind(engine);
    engine.step = () => {
      engine.step = broken;
      throw new Error('a step fails, on purpose');
    };
    await expect(collect(open)).rejects.toMatchObject({ problem: { code: 'internal', reason: 'engine_failed' } });
    expect(await collect(client.call({ ...call, maxTokens: 2 }, never))).toHaveLength(3);
    expect(engine.snapshot().freeBlocks).toBe(256);
  });
});

test('the logits after a prompt name the token that greedy decoding takes', async () => {
  const { client } = joinInOneThread();
  const { logits, texts } = await client.nextToken(call.prompt);
  const best = texts[logits.indexOf(Math.max(...logits))];
  const [first] = await collect(client.call(call, never));
  expect(first).toMatchObject({ alternatives: [{ text: best, chosen: true }, { chosen: false }] });
  expect(texts[2]).toBe('<|end|>');
});
