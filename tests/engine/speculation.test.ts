import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DraftModel } from '#engine/draft-model.ts';
import type { DraftProposer, DraftRequest } from '#engine/draft-proposer.ts';
import { Engine } from '#engine/engine.ts';
import type { EngineOptions } from '#engine/engine-options.ts';
import type { EngineRequest } from '#engine/engine-request.ts';
import { parseModelFile } from '#engine/model-file.ts';
import { PromptLookup } from '#engine/prompt-lookup.ts';
import { drawToken } from '#engine/sampler.ts';
import { verifyDraft } from '#engine/speculative-sampler.ts';
import { seededRandom } from '#experiments/seeded-random.ts';
import { chiSquare } from './chi-square.ts';
import { makeRandomModelFile } from './random-model.ts';

const DRAWS = 100_000;
const model = parseModelFile(makeRandomModelFile(1));
const smallModel = parseModelFile(makeRandomModelFile(2));
const greedy = { temperature: 0, topP: 1, topK: 0, minP: 0, seed: 1 };

/** Knows what will be said, or says the opposite: the best and the worst case. */
class Oracle implements DraftProposer {
  readonly #texts: readonly (readonly number[])[];
  readonly #isWrong: boolean;

  constructor(texts: readonly (readonly number[])[], isWrong = false) {
    this.#texts = texts;
    this.#isWrong = isWrong;
  }

  propose({ tokenIds, count }: DraftRequest) {
    const text = this.#texts.find((known) => tokenIds.every((id, index) => id === known[index])) ?? [];
    const next = text.slice(tokenIds.length, tokenIds.length + count);
    return { tokenIds: this.#isWrong ? next.map((id) => (id + 1) % 250) : next };
  }

  forget(): void {}
}

function runAll(requests: readonly EngineRequest[], options: Partial<EngineOptions>) {
  const engine = new Engine(model, options);
  for (const request of requests) engine.add(request);
  const outputs = new Map(requests.map(({ id }): [number, number[]] => [id, []]));
  let steps = 0;
  for (; engine.hasWork; steps++) {
    if (steps > 5000) expect.fail('the engine makes no progress');
    for (const event of engine.step()) if (event.type === 'token') outputs.get(event.id)!.push(event.tokenId);
  }
  return { outputs, steps, snapshot: engine.snapshot() };
}

describe('verifying a draft', () => {
  const weights = (...values: number[]) => {
    const total = values.reduce((sum, value) => sum + value, 0);
    return Float64Array.from(values, (value) => value / total);
  };

  test('keeps a guess that is certain and replaces one that is impossible', () => {
    const target = weights(0, 1, 0);
    const never = () => 0.999999;
    expect(verifyDraft({ tokenIds: [1] }, () => target, never)).toEqual({ acceptedCount: 1, tokenIds: [1, 1] });
    expect(verifyDraft({ tokenIds: [0, 1] }, () => target, never)).toEqual({ acceptedCount: 0, tokenIds: [1] });
  });

  test('asks for no distribution after the first guess that is rejected', () => {
    const asked: number[] = [];
    const targetAt = (index: number) => {
      asked.push(index);
      return index === 1 ? weights(1, 0) : weights(0, 1);
    };
    verifyDraft({ tokenIds: [1, 1, 1, 1] }, targetAt, () => 0.5);
    expect(asked).toEqual([0, 1]);
  });

  test('draws from the model when rounding leaves nothing between the two', () => {
    const target = Float64Array.of(0.3, 0.7);
    const proposed = Float64Array.of(0.3 + 1e-16, 0.7);
    const verdict = verifyDraft(
      { tokenIds: [0], probabilities: [proposed] },
      () => target,
      () => 1 - 2 ** -53,
    );
    expect(verdict.tokenIds.every((id) => id === 0 || id === 1)).toBe(true);
  });

  /** Two drafted positions whose model and draft depend on the token before: a whole small language. */
  const targets = [weights(5, 1, 3, 0, 2, 4), weights(1, 1, 8, 2, 0, 3), weights(0, 3, 1, 6, 2, 2)];
  const drafts = [weights(1, 5, 3, 2, 0, 4), weights(2, 2, 2, 2, 2, 2), weights(0, 0, 0, 1, 0, 9)];
  const targetAfter = (history: number[]) => targets[history.reduce((sum, id) => sum + id, 0) % targets.length]!;
  const draftAfter = (history: number[]) => drafts[history.reduce((sum, id) => sum + 2 * id, 0) % drafts.length]!;

  /** How often each text of three tokens should come. */
  const expected = Array.from({ length: 6 ** 3 }, (_, text) => {
    const ids = [Math.floor(text / 36), Math.floor(text / 6) % 6, text % 6];
    return ids.reduce((product, id, index) => product * targetAfter(ids.slice(0, index))[id]!, DRAWS);
  });

  test.each([
    ['drawn from another distribution', true],
    ['that are certain, as those of prompt lookup', false],
  ])('%s leaves the distribution of three tokens as it was (chi-square, 10^5 draws)', (_, isDrawn) => {
    const random = seededRandom(20);
    const counts = expected.map(() => 0);
    const tally = { rounds: 0, accepted: 0 };
    for (let draw = 0; draw < DRAWS; draw++) {
      const text: number[] = [];
      while (text.length < 3) {
        const tokenIds: number[] = [];
        const probabilities: Float64Array[] = [];
        for (let guess = 0; guess < 2; guess++) {
          const history = [...text, ...tokenIds];
          const proposed = draftAfter(history);
          probabilities.push(proposed);
          // A certain guess may depend on anything but the draw that verifies it.
          tokenIds.push(isDrawn ? drawToken(proposed, random()) : (history.length + 2) % 6);
        }
        const draft = isDrawn ? { tokenIds, probabilities } : { tokenIds };
        const verdict = verifyDraft(draft, (index) => targetAfter([...text, ...tokenIds.slice(0, index)]), random);
        text.push(...verdict.tokenIds);
        tally.rounds += 1;
        tally.accepted += verdict.acceptedCount;
      }
      counts[text[0]! * 36 + text[1]! * 6 + text[2]!]! += 1;
    }
    const { statistic, bound } = chiSquare(counts, expected);
    expect(statistic).toBeLessThan(bound);
    // Both outcomes happen often, else the test would show nothing.
    expect(tally.accepted / tally.rounds).toBeGreaterThan(0.2);
    expect(tally.accepted / tally.rounds).toBeLessThan(1.8);
  });

  test('accepts a guess as often as the theory says: the sum of min(p, q)', () => {
    const random = seededRandom(5);
    const [target, proposed] = [targets[0]!, drafts[0]!];
    let accepted = 0;
    for (let draw = 0; draw < DRAWS; draw++) {
      const guess = drawToken(proposed, random());
      const draft = { tokenIds: [guess], probabilities: [proposed] };
      accepted += verifyDraft(draft, () => target, random).acceptedCount;
    }
    const rate = target.reduce((sum, p, id) => sum + Math.min(p, proposed[id]!), 0);
    const { statistic, bound } = chiSquare([accepted, DRAWS - accepted], [rate * DRAWS, (1 - rate) * DRAWS]);
    expect(statistic).toBeLessThan(bound);
  });
});

describe('prompt lookup', () => {
  const propose = (tokenIds: number[], count = 3) =>
    new PromptLookup({ shortest: 2, longest: 3 }).propose({ id: 0, tokenIds, count, sampling: greedy, random: () => 0 })
      .tokenIds;

  test('proposes what followed the longest earlier n-gram, the earliest of equals', () => {
    expect(propose([1, 2, 3, 4, 9, 2, 3, 7, 1, 2, 3])).toEqual([4, 9, 2]);
    expect(propose([2, 3, 5, 2, 3, 6, 2, 3])).toEqual([5, 2, 3]);
    expect(propose([1, 2, 1, 2], 1)).toEqual([1]);
  });

  test('proposes nothing when the text does not repeat itself', () => {
    expect(propose([1, 2, 3, 4])).toEqual([]);
    expect(propose([1, 2, 3, 2])).toEqual([]);
    expect(propose([])).toEqual([]);
  });
});

describe('a draft model', () => {
  const token = fc.integer({ min: 5, max: 268 });

  test('guesses what it would guess afresh, whatever became of its guesses before', () => {
    const rounds = fc.array(fc.record({ kept: fc.nat(3), next: fc.array(token, { minLength: 1, maxLength: 3 }) }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(fc.array(token, { minLength: 1, maxLength: 10 }), rounds, (promptIds, outcomes) => {
        const draftModel = new DraftModel(smallModel);
        const ask = (tokenIds: number[]): DraftRequest => ({
          id: 1,
          tokenIds,
          count: 3,
          sampling: greedy,
          random: () => 0,
        });
        const tokenIds = [...promptIds];
        for (const { kept, next } of outcomes) {
          const draft = draftModel.propose(ask([...tokenIds]));
          expect(draft).toEqual(new DraftModel(smallModel).propose(ask([...tokenIds])));
          tokenIds.push(...draft.tokenIds.slice(0, kept), ...next);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('guesses no further than its own context reaches', () => {
    const { contextLength } = smallModel.config;
    const ask = (length: number) =>
      new DraftModel(smallModel).propose({
        id: 1,
        tokenIds: Array.from({ length }, () => 5),
        count: 4,
        sampling: greedy,
        random: () => 0,
      }).tokenIds.length;
    expect([ask(contextLength - 3), ask(contextLength - 1), ask(contextLength), ask(contextLength + 1)]).toEqual([
      4, 2, 1, 0,
    ]);
  });
});

const workload = fc.record({
  blockSize: fc.integer({ min: 1, max: 8 }),
  maxBatchTokens: fc.integer({ min: 1, max: 24 }),
  maxSequences: fc.integer({ min: 1, max: 5 }),
  cacheTokens: fc.integer({ min: 60, max: 150 }),
  prefixCache: fc.boolean(),
  reserve: fc.constantFrom('worst-case' as const, 'none' as const),
  draftTokens: fc.integer({ min: 1, max: 5 }),
  requests: fc.array(
    fc.record({
      // Few different tokens, so that prompt lookup finds something.
      promptIds: fc.array(fc.integer({ min: 5, max: 8 }), { minLength: 1, maxLength: 40 }),
      maxTokens: fc.integer({ min: 1, max: 20 }),
      ignoreEnd: fc.boolean(),
    }),
    { minLength: 1, maxLength: 5 },
  ),
});

describe('an engine that guesses', () => {
  test.each(['prompt lookup', 'a small model', 'the model itself', 'an oracle', 'a liar'])(
    'with %s says greedily what it says without, however it is batched, cut and preempted',
    (name) => {
      const seen = { accepted: 0, rejected: 0 };
      fc.assert(
        fc.property(workload, ({ requests, cacheTokens, draftTokens, ...drawn }) => {
          const all = requests.map((rest, id) => ({ ...rest, id, sampling: greedy, alternatives: 0 }));
          const options = { ...drawn, blockCount: Math.ceil(cacheTokens / drawn.blockSize) };
          const plain = runAll(all, options);
          const texts = all.map(({ id, promptIds }) => [...promptIds, ...plain.outputs.get(id)!]);
          const proposers: Record<string, DraftProposer> = {
            'prompt lookup': new PromptLookup({ shortest: 1, longest: 3 }),
            'a small model': new DraftModel(smallModel),
            'the model itself': new DraftModel(model),
            'an oracle': new Oracle(texts),
            'a liar': new Oracle(texts, true),
          };
          const guessed = runAll(all, { ...options, speculation: { draftTokens, proposer: proposers[name]! } });
          expect(guessed.outputs).toEqual(plain.outputs);
          expect(guessed.snapshot).toMatchObject({ freeBlocks: options.blockCount, requests: [] });
          const { speculation } = guessed.snapshot;
          seen.accepted += speculation!.acceptedTokens;
          seen.rejected += speculation!.draftTokens - speculation!.acceptedTokens;
          expect(speculation!.acceptedAtPosition).toEqual(speculation!.acceptedAtPosition.toSorted((a, b) => b - a));
        }),
        { numRuns: 60 },
      );
      if (name !== 'a liar') expect(seen.accepted).toBeGreaterThan(0);
      // The end token may come before the last guess.
      if (name !== 'an oracle' && name !== 'the model itself') expect(seen.rejected).toBeGreaterThan(0);
      if (name === 'a liar') expect(seen.accepted).toBe(0);
    },
  );

  const repeated = [5, 6, 7, 8, 5, 6, 7, 8, 5, 6];
  const request = (id: number, maxTokens: number): EngineRequest => ({
    id,
    promptIds: repeated,
    maxTokens,
    sampling: greedy,
    alternatives: 0,
    ignoreEnd: true,
  });

  test('takes one step for several tokens when the guesses are right, and counts them by position', () => {
    const speculation = { draftTokens: 4, proposer: new DraftModel(model) };
    const { outputs, steps, snapshot } = runAll([request(1, 16)], { speculation });
    expect(outputs.get(1)).toHaveLength(16);
    // The prompt's step gives 1 token, three full rounds 5 each.
    expect(steps).toBe(4);
    expect(snapshot.speculation).toEqual({
      drafts: 3,
      draftTokens: 12,
      acceptedTokens: 12,
      acceptedAtPosition: [3, 3, 3, 3],
    });
  });

  test('shows its guesses between two steps and never guesses past the last token', () => {
    const engine = new Engine(model, { speculation: { draftTokens: 4, proposer: new DraftModel(model) } });
    engine.add(request(1, 4));
    engine.step();
    const [between] = engine.snapshot().requests;
    expect(between).toMatchObject({ phase: 'decode', outputTokens: 1 });
    expect(between!.draftIds).toHaveLength(2);
    const tokens = engine.step().flatMap((event) => (event.type === 'token' ? [event.tokenId] : []));
    expect(tokens.slice(0, 2)).toEqual(between!.draftIds);
    expect(engine.snapshot().lastBatch).toEqual([{ id: 1, tokenCount: 3, draftTokens: 2 }]);
  });

  const greedyText = [...repeated, ...runAll([request(1, 8)], {}).outputs.get(1)!];
  const sameModel = new DraftModel(model);
  /** Draws from another distribution than the model's, yet often what the model would say. */
  const hotDraft: DraftProposer = {
    propose: (asked) => sameModel.propose({ ...asked, sampling: { ...asked.sampling, temperature: 3 } }),
    forget: (id) => sameModel.forget(id),
  };

  test.each([
    ['guesses drawn from another distribution', hotDraft],
    ['guesses that are certain', new Oracle([greedyText])],
  ])('with %s samples texts as often as without (chi-square over two samples)', (_, proposer) => {
    const texts = 2000;
    const sample = (speculation: EngineOptions['speculation'], firstSeed: number) => {
      const sampling = { temperature: 1, topP: 1, topK: 3, minP: 0 };
      const requests = Array.from({ length: texts }, (_, id): EngineRequest => ({
        ...request(id, 3),
        sampling: { ...sampling, seed: firstSeed + id },
      }));
      const { outputs, snapshot } = runAll(requests, { ...(speculation && { speculation }), prefixCache: true });
      const counts = new Map<string, number>();
      for (const output of outputs.values()) counts.set(output.join(), (counts.get(output.join()) ?? 0) + 1);
      return { counts, snapshot };
    };
    const plain = sample(undefined, 0);
    const guessed = sample({ draftTokens: 2, proposer }, texts);
    const { acceptedTokens, draftTokens } = guessed.snapshot.speculation!;
    expect(acceptedTokens).toBeGreaterThan(0);
    expect(acceptedTokens).toBeLessThan(draftTokens);
    const keys = [...new Set([...plain.counts.keys(), ...guessed.counts.keys()])];
    const [a, b] = [plain, guessed].map(({ counts }) => keys.map((key) => counts.get(key) ?? 0)) as [
      number[],
      number[],
    ];
    // Two samples of equal size: each is compared with what both have in common.
    const common = keys.map((_, index) => (a[index]! + b[index]!) / 2);
    const { statistic, bound } = chiSquare(a, common);
    expect(2 * statistic).toBeLessThan(bound);
  });
});
