import { describe, expect, test } from 'vitest';
import { Engine } from '#engine/engine.ts';
import type { EngineOptions } from '#engine/engine-options.ts';
import type { EngineRequest } from '#engine/engine-request.ts';
import { parseModelFile } from '#engine/model-file.ts';
import { PromptLookup } from '#engine/prompt-lookup.ts';
import { makeRandomModelFile } from './random-model.ts';

/** Each part can be switched by an option, stepped, and read between two steps. */
const model = parseModelFile(makeRandomModelFile(1));
const request = (id: number, promptTokens: number, maxTokens: number): EngineRequest => ({
  id,
  promptIds: Array.from({ length: promptTokens }, (_, index) => 5 + index),
  maxTokens,
  sampling: { temperature: 0, topP: 1, topK: 0, minP: 0, seed: 1 },
  alternatives: 0,
  ignoreEnd: true,
});
const engineWith = (options: Partial<EngineOptions>, ...requests: EngineRequest[]) => {
  const engine = new Engine(model, { blockSize: 4, blockCount: 8, ...options });
  for (const each of requests) engine.add(each);
  return engine;
};
const finish = (engine: Engine) => {
  while (engine.hasWork) engine.step();
};

describe('the prefix cache', () => {
  test('is off unless asked for', () => {
    const engine = engineWith({}, request(1, 9, 1));
    finish(engine);
    engine.add(request(2, 9, 2));
    engine.step();
    expect(engine.snapshot()).toMatchObject({ cachedBlocks: [], prefixCache: { hitTokens: 0, queriedTokens: 0 } });
    expect(engine.snapshot().lastBatch).toEqual([{ id: 2, tokenCount: 9 }]);
  });

  test('shows what can still be found after a request ended, and computes only the rest of the next', () => {
    const engine = engineWith({ prefixCache: true }, request(1, 9, 1));
    finish(engine);
    const { cachedBlocks, blocks, freeBlocks } = engine.snapshot();
    expect(freeBlocks).toBe(8);
    expect(cachedBlocks).toHaveLength(2);
    for (const block of cachedBlocks)
      expect(blocks[block]).toEqual({ holders: 0, hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    engine.add(request(2, 9, 2));
    engine.step();
    const after = engine.snapshot();
    expect(after.lastBatch).toEqual([{ id: 2, tokenCount: 1 }]);
    expect(after.requests).toMatchObject([{ id: 2, cachedTokens: 8, computedTokens: 9 }]);
    expect(after.requests[0]!.blockTable.slice(0, 2)).toEqual(cachedBlocks.toReversed());
    expect(after.prefixCache).toEqual({ queriedTokens: 18, hitTokens: 8 });
  });
});

describe('preemption', () => {
  test('shows who lost its blocks, and that it computes everything again', () => {
    const engine = engineWith({ reserve: 'none', blockCount: 5 }, request(1, 8, 10), request(2, 7, 10));
    while (engine.snapshot().preemptionCount === 0) engine.step();
    const { lastPreempted, requests, lastBatch } = engine.snapshot();
    expect(lastPreempted).toEqual([2]);
    expect(lastBatch).toEqual([{ id: 1, tokenCount: 1 }]);
    const [, loser] = requests;
    expect(loser).toMatchObject({ id: 2, phase: 'waiting', computedTokens: 0, blockTable: [], preemptions: 1 });
    expect(loser!.outputTokens).toBeGreaterThan(0);
    while (engine.snapshot().requests.some(({ id }) => id === 1)) engine.step();
    engine.step();
    expect(engine.snapshot().lastBatch).toEqual([{ id: 2, tokenCount: 7 + loser!.outputTokens }]);
  });

  test('never happens when the worst case is reserved, as it is unless told otherwise', () => {
    const engine = engineWith({ blockCount: 5 }, request(1, 8, 10), request(2, 7, 10));
    engine.step();
    expect(engine.snapshot().requests.map(({ phase }) => phase)).toEqual(['decode', 'waiting']);
    finish(engine);
    expect(engine.snapshot()).toMatchObject({ preemptionCount: 0, lastPreempted: [] });
  });
});

describe('speculation', () => {
  test('is off unless asked for', () => {
    const engine = engineWith({}, request(1, 4, 4));
    finish(engine);
    expect(engine.snapshot()).not.toHaveProperty('speculation');
  });

  test('of a text that repeats itself shows which guesses wait, and what became of them', () => {
    const speculation = { draftTokens: 2, proposer: new PromptLookup({ shortest: 1, longest: 2 }) };
    const engine = engineWith({ speculation, blockCount: 30 }, { ...request(1, 1, 60), promptIds: [5, 6, 5, 6, 5] });
    let waiting = 0;
    while (engine.hasWork) {
      engine.step();
      waiting += engine.snapshot().requests[0]?.draftIds.length ?? 0;
    }
    const { drafts, draftTokens, acceptedTokens, acceptedAtPosition } = engine.snapshot().speculation!;
    expect(draftTokens).toBe(waiting);
    expect(draftTokens).toBeLessThanOrEqual(2 * drafts);
    expect(acceptedAtPosition.reduce((sum, count) => sum + count, 0)).toBe(acceptedTokens);
  });
});

test('a snapshot stays as it was while the engine goes on', () => {
  const speculation = { draftTokens: 2, proposer: new PromptLookup() };
  const engine = engineWith({ prefixCache: true, speculation }, request(1, 9, 8), request(2, 9, 8));
  engine.step();
  const snapshot = engine.snapshot();
  const before = structuredClone(snapshot);
  finish(engine);
  expect(snapshot).toEqual(before);
});
