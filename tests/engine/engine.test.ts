import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProblemError } from '#contract/problem-error.ts';
import { Engine } from '#engine/engine.ts';
import type { EngineEvent, EngineRequest } from '#engine/engine-request.ts';
import type { EngineSnapshot } from '#engine/engine-snapshot.ts';
import { parseModelFile } from '#engine/model-file.ts';
import { makeRandomModelFile } from './random-model.ts';

const model = parseModelFile(makeRandomModelFile(1));
const greedy = { temperature: 0, topP: 1, topK: 0, minP: 0, seed: 1 };
const request = (id: number, promptIds: number[], maxTokens: number): EngineRequest => ({
  id,
  promptIds,
  maxTokens,
  sampling: greedy,
  alternatives: 0,
  ignoreEnd: true,
});

const tokenIds = (events: EngineEvent[], id: number) =>
  events.flatMap((event) => (event.type === 'token' && event.id === id ? [event.tokenId] : []));

/** Tokens with their best alternatives: log probabilities show the last bit of the logits. */
const tokensOf = (events: EngineEvent[], id: number) =>
  events.flatMap((event) => (event.type === 'token' && event.id === id ? [{ ...event, id: 0 }] : []));

/** By itself, in one block, in one piece: what a request gets when nothing is shared, paged, cut or cached. */
function runAlone(one: EngineRequest): EngineEvent[] {
  const engine = new Engine(model, { maxBatchTokens: 128, blockSize: 128, blockCount: 1, maxSequences: 1 });
  engine.add(one);
  const events: EngineEvent[] = [];
  while (engine.hasWork) events.push(...engine.step());
  return events;
}

const LONGEST = 60;

/** A day in the life of an engine: requests of any kind that arrive, and some that are aborted, at any step. */
const scenario = fc.record({
  blockSize: fc.integer({ min: 1, max: 32 }),
  maxBatchTokens: fc.integer({ min: 1, max: 40 }),
  maxSequences: fc.integer({ min: 1, max: 6 }),
  // Room for one request of the longest kind, or for two.
  cacheTokens: fc.integer({ min: LONGEST, max: 2 * LONGEST }),
  prefixCache: fc.boolean(),
  chunkedPrefill: fc.boolean(),
  reserve: fc.constantFrom('worst-case' as const, 'none' as const),
  requests: fc.array(
    fc.record({
      arrivesAtStep: fc.nat(12),
      abortedAfterSteps: fc.option(fc.nat(15)),
      // Many start alike, so that a prefix cache has something to find.
      sharedTokens: fc.nat(24),
      ownIds: fc.array(fc.integer({ min: 5, max: 268 }), { minLength: 1, maxLength: 16 }),
      maxTokens: fc.integer({ min: 1, max: 20 }),
      copyCount: fc.constantFrom(0, 0, 0, 1, 3),
      ignoreEnd: fc.boolean(),
      sampling: fc.constantFrom(
        greedy,
        { temperature: 1, topP: 0.9, topK: 0, minP: 0, seed: 5 },
        { temperature: 0.7, topP: 1, topK: 8, minP: 0.02, seed: 6 },
      ),
    }),
    { minLength: 1, maxLength: 8 },
  ),
});

describe('requests that share steps and cache', () => {
  test('get the same tokens and logits as alone: batching, paging, sharing, chunking and preemption change nothing', () => {
    const seen = { hitTokens: 0, preemptions: 0, copiedBlocks: 0 };
    fc.assert(
      fc.property(scenario, ({ requests, cacheTokens, ...drawn }) => {
        const options = { ...drawn, blockCount: Math.ceil(cacheTokens / drawn.blockSize) };
        if (!options.chunkedPrefill) options.maxBatchTokens += LONGEST;
        const engine = new Engine(model, options);
        const events: EngineEvent[] = [];
        const all = requests.map(({ sharedTokens, ownIds, copyCount, ...rest }, id) => ({
          ...rest,
          id,
          alternatives: 1,
          promptIds: [...Array.from({ length: sharedTokens }, (_, index) => 5 + index), ...ownIds],
          copies: Array.from({ length: copyCount }, (_, index) => ({ id: 100 * (index + 1) + id, seed: index })),
        }));
        let started = 0;
        for (let step = 0; started < all.length || engine.hasWork; step++) {
          // The oldest computes at least one token a step, so 32 requests with copies and the idle steps bound it.
          if (step > 32 * LONGEST + 12) expect.fail('the engine makes no progress');
          for (const request of all) {
            if (step === request.arrivesAtStep) {
              engine.add(request);
              started += 1;
            }
            if (request.abortedAfterSteps !== null && step === request.arrivesAtStep + request.abortedAfterSteps) {
              const ended = engine.abort(request.id);
              if (ended) events.push(ended);
            }
          }
          events.push(...engine.step());
          const snapshot = engine.snapshot();
          checkBlocks(snapshot);
          seen.copiedBlocks += snapshot.lastBatch.filter(({ copied }) => copied).length;
        }
        for (const { copies, ...request } of all)
          for (const { id, seed } of [{ id: request.id, seed: request.sampling.seed }, ...copies]) {
            const alone = tokensOf(runAlone({ ...request, id, sampling: { ...request.sampling, seed } }), id);
            const shared = tokensOf(events, id);
            const ends = events.filter((event) => event.type === 'ended' && event.id === id);
            expect(ends).toHaveLength(1);
            const [ended] = ends;
            if (ended?.type !== 'ended') throw new Error('unreachable');
            expect(ended.usage).toEqual({ promptTokens: request.promptIds.length, outputTokens: shared.length });
            if (ended.reason === 'canceled') expect(alone.slice(0, shared.length)).toEqual(shared);
            else {
              expect(shared).toEqual(alone);
              expect(ended.reason).toBe(shared.at(-1)?.tokenId === 2 && !request.ignoreEnd ? 'stop' : 'length');
            }
          }
        const { preemptionCount, prefixCache, ...rest } = engine.snapshot();
        expect(rest).toMatchObject({ freeBlocks: options.blockCount, promisedBlocks: 0, requests: [] });
        seen.preemptions += preemptionCount;
        seen.hitTokens += prefixCache.hitTokens;
      }),
      { numRuns: 100 },
    );
    for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(10);
  });
});

/** Plain comparisons: a matcher for every block of every step would take longer than the steps. */
function checkBlocks({ requests, freeBlocks, promisedBlocks, blockCount, blockSize, blocks }: EngineSnapshot): void {
  const held = new Map<number, number>();
  for (const { blockTable, computedTokens } of requests) {
    for (const block of blockTable) held.set(block, (held.get(block) ?? 0) + 1);
    if (blockTable.length !== Math.ceil(computedTokens / blockSize)) expect.fail('a table does not fit its tokens');
  }
  for (const [block, { holders }] of blocks.entries())
    if (holders !== (held.get(block) ?? 0)) expect.fail(`holders of block ${block} are miscounted`);
  if (held.size + freeBlocks !== blockCount) expect.fail('a block is lost');
  if (promisedBlocks < 0 || promisedBlocks > freeBlocks) expect.fail('a promise cannot be kept');
}

describe('a step', () => {
  test('interleaves a long prompt with requests that decode', () => {
    const engine = new Engine(model, { maxBatchTokens: 8, blockSize: 4, blockCount: 40 });
    engine.add(request(1, [5, 6], 10));
    engine.step();
    engine.add(
      request(
        2,
        Array.from({ length: 20 }, (_, index) => index + 5),
        2,
      ),
    );
    engine.step();
    expect(engine.snapshot().lastBatch).toEqual([
      { id: 1, tokenCount: 1 },
      { id: 2, tokenCount: 7 },
    ]);
    expect(engine.snapshot().requests.map(({ phase, computedTokens }) => [phase, computedTokens])).toEqual([
      ['decode', 3],
      ['prefill', 7],
    ]);
  });

  test('does nothing when there is no work', () => {
    expect(new Engine(model).step()).toEqual([]);
  });

  test('keeps a request waiting until the blocks it may need are free', () => {
    const engine = new Engine(model, { blockSize: 4, blockCount: 4, maxBatchTokens: 16 });
    engine.add(request(1, [5, 6, 7, 8], 9));
    engine.add(request(2, [5], 5));
    engine.step();
    expect(engine.snapshot().requests.map(({ phase }) => phase)).toEqual(['decode', 'waiting']);
    engine.abort(1);
    engine.step();
    expect(engine.snapshot().requests).toMatchObject([{ id: 2, phase: 'decode', blockTable: [expect.any(Number)] }]);
  });
});

describe('a request', () => {
  test('that could never fit the context or the cache is refused at once', () => {
    const prompt = Array.from({ length: 100 }, () => 5);
    const refusal = (engine: Engine) => () => engine.add(request(1, prompt, 29));
    expect(refusal(new Engine(model))).toThrow(ProblemError);
    expect(refusal(new Engine(model, { blockCount: 2, blockSize: 8 }))).toThrow('parameter_too_long');
    // A prompt in one piece has to fit one step.
    expect(refusal(new Engine(model, { chunkedPrefill: false, maxBatchTokens: 120 }))).toThrow('parameter_too_long');
    const engine = new Engine(model);
    expect(refusal(engine)).toThrow();
    expect(engine.hasWork).toBe(false);
    expect(() => engine.add(request(1, prompt, 28))).not.toThrow();
  });

  test('stops at the end token, which counts but adds no text', () => {
    const prompt = [5, 6, 7];
    const alone = tokenIds(runAlone(request(1, prompt, 5)), 1);
    // Whatever the model says third becomes the end token.
    const third = alone[2]!;
    expect(alone.indexOf(third)).toBe(2);
    const engine = new Engine({ ...model, config: { ...model.config, endTokenId: third } });
    engine.add({ ...request(1, prompt, 5), ignoreEnd: false });
    const events: EngineEvent[] = [];
    while (engine.hasWork) events.push(...engine.step());
    expect(tokenIds(events, 1)).toEqual(alone.slice(0, 3));
    expect(events.at(-1)).toMatchObject({ reason: 'stop', usage: { promptTokens: 3, outputTokens: 3 } });
  });

  test('carries its alternatives, the chosen one marked', () => {
    const engine = new Engine(model);
    engine.add({ ...request(1, [5, 6, 7], 1), alternatives: 3 });
    const [token] = engine.step();
    if (token?.type !== 'token') throw new Error('no token');
    expect(token.alternatives?.map(({ chosen }) => chosen)).toEqual([true, false, false]);
    expect(token.alternatives?.[0]?.logprob).toBeLessThanOrEqual(0);
  });

  test('that was aborted while it waited leaves nothing behind', () => {
    const engine = new Engine(model, { maxSequences: 1 });
    engine.add(request(1, [5], 4));
    engine.add(request(2, [5], 4));
    engine.step();
    expect(engine.abort(2)).toMatchObject({ type: 'ended', reason: 'canceled', usage: { outputTokens: 0 } });
    expect(engine.abort(2)).toBeUndefined();
  });
});

describe('copies of a request', () => {
  const parent: EngineRequest = {
    ...request(1, [5, 6, 7, 8, 9], 6),
    sampling: { ...greedy, temperature: 1 },
    copies: [
      { id: 2, seed: 2 },
      { id: 3, seed: 3 },
    ],
  };

  test('wait for the prompt, then share its blocks, and differ by their seeds', () => {
    const engine = new Engine(model, { blockSize: 4, maxBatchTokens: 4 });
    engine.add(parent);
    engine.step();
    expect(engine.snapshot().requests.map(({ id, phase }) => [id, phase])).toEqual([
      [1, 'prefill'],
      [2, 'waiting'],
      [3, 'waiting'],
    ]);
    const events = engine.step();
    expect(events.map(({ type, id }) => [type, id])).toEqual([
      ['token', 1],
      ['token', 2],
      ['token', 3],
    ]);
    const { requests, blocks } = engine.snapshot();
    expect(new Set(requests.map(({ blockTable }) => blockTable.join())).size).toBe(1);
    expect(requests[0]!.blockTable.map((block) => blocks[block]!.holders)).toEqual([3, 3]);
    engine.step();
    // The last to write needs no copy of its own.
    expect(engine.snapshot().lastBatch.map(({ copied }) => copied !== undefined)).toEqual([true, true, false]);
    while (engine.hasWork) events.push(...engine.step());
    expect(new Set([1, 2, 3].map((id) => tokenIds(events, id).join())).size).toBe(3);
  });

  test('take over the prompt when the request itself is aborted, and can be aborted before it', () => {
    const engine = new Engine(model, { maxBatchTokens: 4 });
    engine.add(parent);
    engine.step();
    expect(engine.abort(1)).toMatchObject({ reason: 'canceled' });
    expect(engine.abort(3)).toMatchObject({ reason: 'canceled' });
    const events: EngineEvent[] = [];
    while (engine.hasWork) events.push(...engine.step());
    expect(tokenIds(events, 2)).toHaveLength(6);
    expect(events.filter(({ id }) => id !== 2)).toEqual([]);
  });

  test('need ids of their own', () => {
    const engine = new Engine(model);
    expect(() => engine.add({ ...parent, copies: [{ id: 1, seed: 2 }] })).toThrow('different ids');
    engine.add(request(3, [5], 2));
    expect(() => engine.add(parent)).toThrow('already here');
  });
});
