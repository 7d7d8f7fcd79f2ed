import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findAlternatives } from '#engine/alternatives.ts';
import {
  applyTemperature,
  bestToken,
  drawToken,
  filterMinP,
  filterTopK,
  filterTopP,
  sampleToken,
  softmax,
} from '#engine/sampler.ts';
import { seededRandom } from '#experiments/seeded-random.ts';

/** Logits whose probabilities are exactly in proportion to `weights`. */
const logitsOf = (...weights: number[]) => Float32Array.from(weights, (weight) => Math.log(weight));
const keptIds = (logits: Float32Array) => [...logits.keys()].filter((id) => logits[id] !== -Infinity);
const off = { temperature: 1, topP: 1, topK: 0, minP: 0, seed: 1 };
const neverRandom = () => expect.fail('greedy must not draw');

describe('greedy sampling', () => {
  test('takes the best token and draws no random number, whatever the filters say', () => {
    expect(sampleToken(logitsOf(1, 5, 2), { ...off, temperature: 0, topK: 2, minP: 1 }, neverRandom)).toBe(1);
  });
  test('takes the lowest id of equally good ones', () => {
    expect(bestToken(Float32Array.of(1, 3, 3))).toBe(1);
  });
});

describe('temperature', () => {
  test('divides the logits', () => {
    expect([...applyTemperature(Float32Array.of(2, -4), 0.5)]).toEqual([4, -8]);
  });
});

describe('min-p', () => {
  test('keeps tokens of at least minP x the largest probability, that one included', () => {
    expect(keptIds(filterMinP(Float32Array.of(Math.log(8), Math.log(4.01), Math.log(3.9)), 0.5))).toEqual([0, 1]);
    expect(keptIds(filterMinP(logitsOf(1, 2, 8), 1))).toEqual([2]);
  });
  test('0 keeps all', () => expect(keptIds(filterMinP(logitsOf(1, 1e-9), 0))).toEqual([0, 1]));
});

describe('top-k', () => {
  test('keeps the k best', () => expect(keptIds(filterTopK(logitsOf(1, 4, 3, 2), 2))).toEqual([1, 2]));
  test('keeps every token that ties with the last of them, as vLLM does', () => {
    expect(keptIds(filterTopK(Float32Array.of(1, 5, 3, 3), 2))).toEqual([1, 2, 3]);
  });
  test('0 and the whole vocabulary keep all', () => {
    for (const k of [0, 3, 100]) expect(keptIds(filterTopK(logitsOf(1, 2, 3), k))).toEqual([0, 1, 2]);
  });
});

describe('top-p', () => {
  // probabilities 0.5, 0.25, 0.125, 0.125
  const logits = logitsOf(4, 2, 1, 1);
  test.each([
    [0.1, [0]],
    [0.45, [0]],
    [0.6, [0, 1]],
    [0.8, [0, 1, 2]],
    [0.9, [0, 1, 2, 3]],
    [1, [0, 1, 2, 3]],
  ])('%d keeps the smallest set that sums to it; of a tie, the lowest id', (p, expected) => {
    expect(keptIds(filterTopP(logits, p))).toEqual(expected);
  });

  test('keeps a set that reaches p and would not without its least token', () => {
    const anyLogits = fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(anyLogits, fc.double({ min: 0.05, max: 0.99, noNaN: true }), (values, p) => {
        const before = Float32Array.from(values);
        const probabilities = softmax(before);
        const kept = keptIds(filterTopP(before, p)).map((id) => probabilities[id]!);
        const sum = kept.reduce((total, probability) => total + probability, 0);
        expect(sum).toBeGreaterThan(p - 1e-9);
        if (kept.length > 1) expect(sum - Math.min(...kept)).toBeLessThan(p + 1e-9);
      }),
    );
  });
});

describe('the filters together', () => {
  test('come after temperature: a hot one lets more tokens through min-p', () => {
    const kept = (temperature: number) => {
      const draws = Array.from({ length: 200 }, (_, index) =>
        sampleToken(logitsOf(8, 1), { ...off, temperature, minP: 0.3 }, () => index / 200),
      );
      return new Set(draws).size;
    };
    expect(kept(1)).toBe(1);
    expect(kept(2)).toBe(2);
  });

  test('let top-p count only what top-k left', () => {
    // Top-k 2 leaves 0.6 and 0.4 of what was 0.3 and 0.2: then 0.6 alone reaches top-p 0.55.
    const options = { ...off, topK: 2, topP: 0.55 };
    expect(sampleToken(logitsOf(3, 2, 1.9, 1.8, 1.3), options, () => 0.99)).toBe(0);
  });

  test('leave probabilities that sum to one', () => {
    const kept = softmax(filterTopK(logitsOf(5, 3, 2), 2));
    expect(kept[0]).toBeCloseTo(5 / 8, 6);
    expect(kept[1]).toBeCloseTo(3 / 8, 6);
    expect(kept[2]).toBe(0);
  });
});

describe('drawing', () => {
  test('repeats with the same seed and differs with another', () => {
    const draw = (seed: number) => {
      const random = seededRandom(seed);
      return Array.from({ length: 50 }, () => sampleToken(logitsOf(1, 2, 3, 4), off, random)).join('');
    };
    expect(draw(7)).toBe(draw(7));
    expect(draw(7)).not.toBe(draw(8));
  });

  test('never draws a dropped token, even at the ends of the line', () => {
    const probabilities = Float64Array.of(0, 0.5, 0.5 - 1e-12, 0);
    expect(drawToken(probabilities, 0)).toBe(1);
    expect(drawToken(probabilities, 1 - 2 ** -53)).toBe(2);
  });

  test('follows the probabilities (chi-square, 9 degrees of freedom, p > 0.001)', () => {
    const weights = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    const draws = 20_000;
    const random = seededRandom(42);
    const counts = weights.map(() => 0);
    for (let draw = 0; draw < draws; draw++) counts[sampleToken(logitsOf(...weights), off, random)]! += 1;
    const chiSquare = counts.reduce((sum, count, id) => {
      const expected = (draws * weights[id]!) / 55;
      return sum + (count - expected) ** 2 / expected;
    }, 0);
    expect(chiSquare).toBeLessThan(27.88);
  });
});

describe('alternatives', () => {
  test('are the best tokens with natural logarithms of their probabilities', () => {
    const found = findAlternatives(logitsOf(1, 4, 3, 2), 1, 2);
    expect(found.map(({ id, chosen }) => [id, chosen])).toEqual([
      [1, true],
      [2, false],
    ]);
    expect(found[0]!.logprob).toBeCloseTo(Math.log(0.4), 6);
  });
  test('list the chosen token even when it is not among the best', () => {
    expect(findAlternatives(logitsOf(1, 4, 3, 2), 0, 2).map(({ id }) => id)).toEqual([1, 2, 0]);
  });
  test('rank as sorting does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 5, maxLength: 30 }), (values) => {
        const found = findAlternatives(Float32Array.from(values), 0, 5).slice(0, 5);
        const sorted = [...values.keys()].sort((a, b) => values[b]! - values[a]! || a - b).slice(0, 5);
        expect(found.map(({ id }) => id)).toEqual(sorted);
      }),
    );
  });
});
