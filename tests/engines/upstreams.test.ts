import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEventOf } from '#contract/run-event.ts';
import type { GenerateCall, SamplingOptions } from '#experiments/experiment.ts';
import type { TensorTransport } from '#experiments/infer-call.ts';
import { bringUp } from '../../playground-server/engines/bring-up.ts';
import type { Engine } from '../../playground-server/engines/engine.ts';
import type { RunningEngine } from '../../playground-server/engines/running-engines.ts';
import type { Settings } from '../../playground-server/engines/settings.ts';
import { takeDown } from '../../playground-server/engines/take-down.ts';
import { tritonLlm } from '../../playground-server/engines/triton-llm.ts';
import { triton } from '../../playground-server/engines/triton.ts';
import { vllm } from '../../playground-server/engines/vllm.ts';
import { readConfig } from '../../playground-server/config.ts';
import { startEmbedded } from '../../playground-server/upstreams/embedded.ts';
import { numberTensor, numbersOf } from '../../playground-server/upstreams/tensor.ts';
import { TritonUpstream } from '../../playground-server/upstreams/triton.ts';
import type { Upstream } from '../../playground-server/upstreams/upstream.ts';
import { VllmUpstream } from '../../playground-server/upstreams/vllm.ts';
import { outcomeOf, textOf } from '../playground-server/upstreams/peer.ts';
import { makeTritonPlace, type TritonPlace } from './triton-under-test.ts';

const python = process.env['VLLM_PYTHON'];
if (python === undefined) throw new Error('vLLM is not installed: run "npm run engines -- --only vllm" first.');

const PROMPTS = 20;
/** Where the reference's two best logits are closer than this, rounding may decide: such a prompt proves nothing. */
const CLOSE_CALL = 1e-4;
const SOON = { timeout: 30_000, interval: 20 };
const greedy: SamplingOptions = { temperature: 0, topP: 1, topK: 0, minP: 0, seed: 1 };
const plan = (prompt: string, rest: Partial<GenerateCall> = {}): GenerateCall => ({
  ...{ kind: 'generate', startAtMs: 0, prompt, maxTokens: 64, sampling: greedy, alternatives: 0 },
  ...rest,
});

const reference = JSON.parse(readFileSync('tests/fixtures/parity/tiny-1.json', 'utf8')) as {
  prompts: { text: string; margins: number[] }[];
};
/** Both languages, the short and the long; without the text of a special token, which vLLM's chat endpoint reads as that token. */
const prompts = reference.prompts
  .filter(({ text, margins }) => Math.min(...margins) >= CLOSE_CALL && !text.includes('<|'))
  .filter(
    (_prompt, index, { length }) =>
      Math.floor((index * PROMPTS) / length) !== Math.floor(((index - 1) * PROMPTS) / length),
  )
  .map(({ text }) => text);

const { upstreamLimits: limits, modelFile } = readConfig({});
const common = { device: 'CPU', limits, log: () => undefined };
const { signal } = new AbortController();

let place: TritonPlace;
let settings: Settings;
let embedded: Upstream;
beforeAll(async () => {
  place = await makeTritonPlace();
  settings = { ...place.settings, vllmVenv: dirname(dirname(python)) };
  // One engine runs at a time, so Triton's ports serve for all.
  settings.ports = { ...settings.ports, tritonLlm: settings.ports.triton, vllm: settings.ports.triton.http };
  embedded = await startEmbedded({ modelFile, log: () => undefined });
});
afterAll(async () => {
  await embedded.close();
  place.remove();
});

/** Starts the engine for the tests of this block. */
function withEngine(engine: Engine): { urls: () => Record<string, string> } {
  let running: RunningEngine;
  beforeAll(async () => {
    running = await bringUp(engine, { settings, python: place.python, signal, onProgress: () => undefined });
  });
  afterAll(() => takeDown(running, settings.directory));
  return { urls: () => running.urls };
}

/** What every way to every engine must do. `connect` makes an upstream that is closed after the block. */
function behavesAsText(connect: () => Upstream): () => Upstream {
  let upstream: Upstream;
  beforeAll(() => {
    upstream = connect();
  });
  afterAll(() => upstream.close());
  const answer = (call: GenerateCall) => outcomeOf(upstream.call(call, signal));

  it('is reachable and says its version', async () => {
    expect(await upstream.reachable()).toBe(true);
    expect(upstream.engine.version).toMatch(/^\d+\.\d+\.\d+/);
  });

  it(`writes greedily what the embedded engine writes, over ${PROMPTS} prompts, and counts the same tokens`, async () => {
    expect(prompts).toHaveLength(PROMPTS);
    const outcomes = await Promise.all(prompts.map((prompt) => answer(plan(prompt))));
    const expected = await Promise.all(prompts.map((prompt) => outcomeOf(embedded.call(plan(prompt), signal))));
    for (const [index, { events, problem }] of outcomes.entries()) {
      const own = expected[index]!.events;
      expect([problem, textOf(events), events.at(-1)], prompts[index]).toEqual([undefined, textOf(own), own.at(-1)]);
      const counted = events.reduce((sum, event) => sum + (event.type === 'token' ? event.tokenCount : 0), 0);
      expect(counted).toBe((events.at(-1) as RunEventOf<'ended'>).usage!.outputTokens);
    }
  });

  it.each<[string, Partial<SamplingOptions>]>([
    ['top-k of 1', { topK: 1 }],
    ['a tiny top-p', { topP: 0.0001 }],
    ['min-p of 1', { minP: 1 }],
  ])('leaves only the best token with %s, at a high temperature', async (_name, rest) => {
    const text = async (sampling: SamplingOptions) =>
      textOf((await answer(plan('Tell me a story about a dragon.', { sampling }))).events);
    const best = await text(greedy);
    const hot = (seed: number) => ({ ...greedy, temperature: 2, seed });
    const seeds = [1, 2, 3, 4];
    expect(await Promise.all(seeds.map((seed) => text({ ...hot(seed), ...rest })))).toEqual(seeds.map(() => best));
    // Else this would hold without the filter too.
    expect(await Promise.all(seeds.map((seed) => text(hot(seed))))).not.toEqual(seeds.map(() => best));
  });

  it('repeats itself with the same seed, and not with another', async () => {
    const text = async (seed: number) =>
      textOf((await answer(plan('Hi', { sampling: { ...greedy, temperature: 1.5, seed } }))).events);
    expect(await text(7)).toBe(await text(7));
    expect(await text(7)).not.toBe(await text(8));
  });

  it('ends by length after as many tokens as were asked for', async () => {
    const { events } = await answer(plan('Explain continuous batching.', { maxTokens: 3 }));
    expect(events.at(-1)).toMatchObject({ reason: 'length', usage: { outputTokens: 3 } });
  });

  it('says in the contract’s words that a prompt does not fit', async () => {
    const { problem } = await answer(plan('What is vLLM?', { maxTokens: 100_000 }));
    expect(problem).toEqual({ code: 'internal', reason: 'engine_failed' });
  });
  return () => upstream;
}

const metric = async (url: string, name: string) => {
  const text = await (await fetch(url)).text();
  const lines = [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))];
  if (lines.length === 0) throw new Error(`There is no ${name}.`);
  return lines.reduce((sum, line) => sum + Number(line[1]), 0);
};

/** Leaves after the first token of a long answer; resolves when the call has ended. */
async function leaveEarly(upstream: Upstream): Promise<void> {
  const controller = new AbortController();
  const sampling = { ...greedy, temperature: 2 };
  for await (const event of upstream.call(plan('Hi', { maxTokens: 400, sampling }), controller.signal)) {
    if (event.type === 'token') controller.abort();
    else expect(event).toEqual({ type: 'ended', reason: 'canceled' });
  }
}

describe('vLLM', () => {
  const { urls } = withEngine(vllm);
  const connect = (model?: string) =>
    new VllmUpstream({ ...common, url: new URL(urls()['http']!), model, apiKey: undefined });
  const upstream = behavesAsText(() => connect());

  it('names the same alternatives as the embedded engine', async () => {
    const call = plan('What is vLLM?', { maxTokens: 5, alternatives: 5 });
    const [live, own] = await Promise.all([upstream(), embedded].map((each) => outcomeOf(each.call(call, signal))));
    const alternatives = [live!, own!].map(({ events }) =>
      events.flatMap((event) => (event.type === 'token' ? [event.alternatives ?? []] : [])),
    );
    expect(alternatives[0]).toHaveLength(5);
    for (const [step, candidates] of alternatives[0]!.entries())
      for (const [rank, { text, logprob, chosen }] of candidates.entries()) {
        const other = alternatives[1]![step]![rank]!;
        expect([text, chosen]).toEqual([other.text, other.chosen]);
        expect(logprob).toBeCloseTo(other.logprob, 2);
      }
  });

  it('frees a request whose reader has left', async () => {
    const page = `${urls()['http']!}/metrics`;
    const before = await metric(page, 'vllm:generation_tokens_total');
    await leaveEarly(upstream());
    await expect.poll(() => metric(page, 'vllm:num_requests_running'), SOON).toBe(0);
    expect((await metric(page, 'vllm:generation_tokens_total')) - before).toBeLessThan(400);
  });

  it('that has another model says so', async () => {
    const other = connect('no-such-model');
    const { problem } = await outcomeOf(other.call(plan('Hi'), signal));
    expect(problem).toEqual({ code: 'not_found', reason: 'model_not_loaded' });
    await other.close();
  });
});

const transports: [string, boolean][] = [
  ['gRPC (ModelStreamInfer)', true],
  ['HTTP (generate_stream)', false],
];

describe('Triton', () => {
  const { urls } = withEngine(triton);
  const connect = (overGrpc: boolean, model = 'tiny-lm') =>
    new TritonUpstream({
      ...common,
      httpUrl: new URL(urls()['http']!),
      grpcAddress: overGrpc ? { target: urls()['grpc']!, tls: false } : undefined,
      model,
    });

  describe.each(transports)('over %s', (_name, overGrpc) => {
    const upstream = behavesAsText(() => connect(overGrpc));

    it('frees a request whose reader has left', async () => {
      const page = urls()['metrics']!;
      const before = await metric(page, 'tiny_lm_cancelled_requests');
      await leaveEarly(upstream());
      await expect.poll(() => metric(page, 'tiny_lm_cancelled_requests'), SOON).toBe(before + 1);
      await expect.poll(() => metric(page, 'tiny_lm_running_requests'), SOON).toBe(0);
    });

    it('without the model says so', async () => {
      const other = connect(overGrpc, 'no-such-model');
      expect(await other.reachable()).toBe(false);
      const { problem } = await outcomeOf(other.call(plan('Hi'), signal));
      expect(problem).toEqual({ code: 'not_found', reason: 'model_not_loaded' });
      await other.close();
    });
  });

  it('counts executions and how long requests waited', async () => {
    const upstream = connect(false);
    const request = { model: 'delay-batched', inputs: [numberTensor('X', 'FP32', [1], [1, 1])] };
    const before = await upstream.statistics('delay-batched');
    await Promise.all(Array.from({ length: 16 }, () => upstream.infer(request, 'http-binary', signal)));
    const after = await upstream.statistics('delay-batched');
    expect(after.inferences - before.inferences).toBe(16);
    expect(after.executions - before.executions).toBeLessThan(16);
    // Each execution takes 10 ms and more; what an engine that counts in nanoseconds says is turned into milliseconds.
    expect(after.computeInferMs - before.computeInferMs).toBeGreaterThanOrEqual(16 * 10);
    expect(after.queueMs).toBeGreaterThan(before.queueMs);
    await upstream.close();
  });

  it('classifies a drawing the same over every transport, with fewer bytes as binary', async () => {
    const upstream = connect(true);
    // A one: a stroke from top to bottom.
    const pixels = Array.from({ length: 64 * 64 }, (_, at) => (at % 64 >= 28 && at % 64 < 36 ? 255 : 0));
    const request = { model: 'digits-pipeline', inputs: [numberTensor('DRAWING', 'UINT8', pixels, [1, 64, 64])] };
    const ask = (transport: TensorTransport) => upstream.infer(request, transport, signal);
    const [json, binary, grpc] = await Promise.all([ask('http-json'), ask('http-binary'), ask('grpc')]);
    const probabilities = numbersOf(json.outputs.get('PROBABILITIES'));
    expect(probabilities.indexOf(Math.max(...probabilities))).toBe(1);
    for (const other of [binary, grpc])
      for (const [digit, value] of numbersOf(other.outputs.get('PROBABILITIES')).entries())
        expect(value).toBeCloseTo(probabilities[digit]!, 5);
    expect(binary.requestBytes).toBeLessThan(json.requestBytes);
    expect(grpc.requestBytes).toBeLessThan(json.requestBytes);
    await upstream.close();
  });
});

describe('vLLM inside Triton', () => {
  const { urls } = withEngine(tritonLlm);
  behavesAsText(
    () =>
      new TritonUpstream({
        ...common,
        httpUrl: undefined,
        grpcAddress: { target: urls()['grpc']!, tls: false },
        model: 'llm',
      }),
  );
});
