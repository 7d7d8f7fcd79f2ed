import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProblemError } from '#contract/problem.ts';
import { BlockAllocator } from '#engine/block-allocator.ts';
import { Engine } from '#engine/engine.ts';
import type { EngineEvent, EngineRequest } from '#engine/engine-request.ts';
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

function runAlone(one: EngineRequest): number[] {
  const engine = new Engine(model, { maxBatchTokens: 128, blockSize: 128, blockCount: 1, maxSequences: 1 });
  engine.add(one);
  const events: EngineEvent[] = [];
  while (engine.hasWork) events.push(...engine.step());
  return tokenIds(events, one.id);
}

/** A day in the life of an engine: requests of any kind that arrive, and some that are aborted, at any step. */
const scenario = fc.record({
  blockSize: fc.integer({ min: 1, max: 32 }),
  maxBatchTokens: fc.integer({ min: 1, max: 40 }),
  maxSequences: fc.integer({ min: 1, max: 6 }),
  // Room for 60 tokens, which any request fits, to 240.
  cacheTokens: fc.integer({ min: 60, max: 240 }),
  requests: fc.array(
    fc.record({
      arrivesAtStep: fc.nat(12),
      abortedAfterSteps: fc.option(fc.nat(15)),
      promptIds: fc.array(fc.integer({ min: 5, max: 268 }), { minLength: 1, maxLength: 40 }),
      maxTokens: fc.integer({ min: 1, max: 20 }),
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
  test('get the same tokens as alone, whatever arrives, is aborted, or how blocks and budget are cut', () => {
    fc.assert(
      fc.property(scenario, ({ requests, cacheTokens, ...options }) => {
        const blockCount = Math.ceil(cacheTokens / options.blockSize);
        const engine = new Engine(model, { ...options, blockCount });
        const events: EngineEvent[] = [];
        let started = 0;
        for (let step = 0; started < requests.length || engine.hasWork; step++) {
          // Each step computes at least one token of one request, so 8 requests of 60 tokens and 12 idle steps bound it.
          if (step > 8 * 60 + 12) expect.fail('the engine makes no progress');
          for (const [id, { arrivesAtStep, abortedAfterSteps, ...rest }] of requests.entries()) {
            if (step === arrivesAtStep) {
              engine.add({ id, alternatives: 0, ...rest });
              started += 1;
            }
            if (abortedAfterSteps !== null && step === arrivesAtStep + abortedAfterSteps) {
              const ended = engine.abort(id);
              if (ended) events.push(ended);
            }
          }
          events.push(...engine.step());
          expectBlocksAccountedFor(engine);
        }
        for (const [id, { promptIds, maxTokens, sampling, ignoreEnd }] of requests.entries()) {
          const alone = runAlone({ id, promptIds, maxTokens, sampling, ignoreEnd, alternatives: 0 });
          const shared = tokenIds(events, id);
          const ends = events.filter((event) => event.type === 'ended' && event.id === id);
          expect(ends).toHaveLength(1);
          const [ended] = ends;
          if (ended?.type !== 'ended') throw new Error('unreachable');
          expect(ended.usage).toEqual({ promptTokens: promptIds.length, outputTokens: shared.length });
          if (ended.reason === 'canceled') expect(alone.slice(0, shared.length)).toEqual(shared);
          else {
            expect(shared).toEqual(alone);
            expect(ended.reason).toBe(shared.at(-1) === 2 && !ignoreEnd ? 'stop' : 'length');
          }
        }
        expect(engine.snapshot()).toMatchObject({ freeBlocks: blockCount, promisedBlocks: 0, requests: [] });
      }),
      { numRuns: 150 },
    );
  });
});

function expectBlocksAccountedFor(engine: Engine): void {
  const { requests, freeBlocks, promisedBlocks, blockCount, blockSize } = engine.snapshot();
  const held = requests.flatMap(({ blockTable }) => blockTable);
  expect(new Set(held).size, 'no block is held twice').toBe(held.length);
  expect(held.length + freeBlocks, 'no block is lost').toBe(blockCount);
  expect(promisedBlocks).toBeGreaterThanOrEqual(0);
  expect(promisedBlocks, 'every promise can be kept').toBeLessThanOrEqual(freeBlocks);
  for (const { blockTable, computedTokens } of requests)
    expect(blockTable.length).toBe(Math.ceil(computedTokens / blockSize));
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
    const engine = new Engine(model);
    expect(refusal(engine)).toThrow();
    expect(engine.hasWork).toBe(false);
    expect(() => engine.add(request(1, prompt, 28))).not.toThrow();
  });

  test('stops at the end token, which counts but adds no text', () => {
    const prompt = [5, 6, 7];
    const alone = runAlone(request(1, prompt, 5));
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

describe('the block allocator', () => {
  test('never gives a block twice and never loses one, for any order of taking and freeing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.array(fc.nat(20)), (count, choices) => {
        const allocator = new BlockAllocator(count);
        const held: number[] = [];
        for (const choice of choices) {
          if (choice % 2 === 0 && held.length < count) held.push(allocator.take());
          else if (held.length > 0) allocator.free(held.splice(choice % held.length, 1)[0]!);
          expect(new Set(held).size).toBe(held.length);
          expect(held.every((block) => block >= 0 && block < count)).toBe(true);
          expect(allocator.freeCount).toBe(count - held.length);
        }
      }),
    );
  });

  test('refuses to free a block twice, and to give what it does not have', () => {
    const allocator = new BlockAllocator(1);
    const block = allocator.take();
    expect(() => allocator.take()).toThrow('No free KV block');
    allocator.free(block);
    expect(() => allocator.free(block)).toThrow('not taken');
  });
});
