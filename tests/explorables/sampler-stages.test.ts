import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleToken } from '#engine/sampler.ts';
import { seededRandom } from '#experiments/seeded-random.ts';
import { sampleInStages } from '#explorables/sampler-stages.ts';
import { parseAnswer, randomOf } from '#explorables/sampler-state.ts';
import { samplerSentences, samplerTable } from '#explorables/sampler-table.ts';
import { toMarkup } from '#playground/chart/markup.ts';
import { wordsOf } from '#playground/ui-strings.ts';
import en from '../../content/i18n/en.json' with { type: 'json' };

const off = { temperature: 1, topP: 1, topK: 0, minP: 0, seed: 1 };
/** Probabilities 0.5, 0.25, 0.125, 0.125, ids not in order of size. */
const halves = Float32Array.of(0.25, 0.5, 0.125, 0.125).map(Math.log);

describe('the stages of a draw', () => {
  it('by hand: top-k 3, then top-p, then renormalised', () => {
    // Of 4/8, 2/8, 1/8, 1/8 top-k 2 keeps two; their shares are 2/3 and 1/3, and top-p 0.6 keeps the first of them.
    const { candidates, kept } = sampleInStages(halves, { ...off, topK: 2, topP: 0.6 }, 0.99, 4);
    expect(kept).toEqual({ all: 4, minP: 4, topK: 2, topP: 1 });
    expect(candidates.map(({ id, droppedBy }) => [id, droppedBy])).toEqual([
      [1, undefined],
      [0, 'topP'],
      [2, 'topK'],
      [3, 'topK'],
    ]);
    for (const [place, share] of [0.5, 0.25, 0.125, 0.125].entries())
      expect(candidates[place]?.tempered).toBeCloseTo(share, 6);
    expect(candidates[0]?.final).toBe(1);
  });

  it('say which filter dropped a candidate first', () => {
    const { candidates } = sampleInStages(halves, { ...off, minP: 0.3, topK: 1 }, 0, 4);
    expect(candidates.map(({ droppedBy }) => droppedBy)).toEqual([undefined, 'topK', 'minP', 'minP']);
  });

  it('without temperature take the best and use no filter', () => {
    const stages = sampleInStages(halves, { ...off, temperature: 0, minP: 1, topK: 1 }, 0.99, 4);
    expect(stages).toMatchObject({ isGreedy: true, drawnId: 1, kept: { all: 4 } });
    expect(stages.candidates.every(({ droppedBy }) => droppedBy === undefined)).toBe(true);
  });

  it('draw what the engine draws, list it, and lose no probability, whatever the logits and options', () => {
    const anyOptions = fc.record({
      temperature: fc.constantFrom(0, 0.2, 0.8, 1, 2),
      topP: fc.double({ min: 0.05, max: 1, noNaN: true }),
      topK: fc.integer({ min: 0, max: 30 }),
      minP: fc.double({ min: 0, max: 1, noNaN: true }),
      seed: fc.constant(1),
    });
    const anyLogits = fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 12, maxLength: 40 });
    fc.assert(
      fc.property(
        anyLogits,
        anyOptions,
        fc.double({ min: 0, max: 0.999999, noNaN: true }),
        (values, options, random) => {
          const logits = Float32Array.from(values);
          const stages = sampleInStages(logits, options, random, 8);
          expect(stages.drawnId).toBe(sampleToken(logits, options, () => random));
          expect(stages.candidates.map(({ id }) => id)).toContain(stages.drawnId);
          for (const stage of ['tempered', 'final'] as const) {
            const sum = stages.candidates.reduce((total, candidate) => total + candidate[stage], stages.others[stage]);
            expect(sum).toBeCloseTo(1, 6);
          }
          const { all, minP, topK, topP } = stages.kept;
          expect([all >= minP, minP >= topK, topK >= topP, topP >= 1]).toEqual([true, true, true, true]);
        },
      ),
    );
  });
});

describe('the state of the sampler', () => {
  it('draws the n-th token with the n-th number of its seed, as the engine does', () => {
    const random = seededRandom(7);
    const first = [random(), random(), random()];
    expect([0, 1, 2].map((drawn) => randomOf({ seed: 7 }, drawn))).toEqual(first);
  });

  it.each([
    ['12-7', [12, 7]],
    ['', []],
    ['12--7', []],
    ['9999', []],
    ['-1', []],
    ['1e3', []],
    [Array(65).fill(1).join('-'), []],
  ])('reads the answer %s of a link as %j', (text, ids) => {
    expect(parseAnswer(text, 100)).toEqual(ids);
  });
});

it('the table shows a token as text, whatever the token is', () => {
  const words = wordsOf(en, 'en');
  const stages = sampleInStages(halves, off, 0.3, 4);
  const texts = ['<b>', ' the', '\n', '|end|'];
  const html = toMarkup(samplerTable(stages, texts, words));
  expect(html).toContain('&#60;b&#62;');
  expect(html).not.toContain('<b>');
  expect(html).toContain('25.0%'.replace('.0', ''));
  const [kept, draw] = samplerSentences(stages, texts, words);
  expect(kept).toBe('Of 4 tokens, min-p keeps 4, then top-k 4, then top-p 4.');
  expect(draw).toContain('0.3');
  expect(draw).toContain('␣the');
});
