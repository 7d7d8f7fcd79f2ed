import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Engine } from '#engine/engine.ts';
import type { EngineRequest } from '#engine/engine-request.ts';
import { dequantise, quantise } from '#engine/int8-groups.ts';
import { multiplyInt8 } from '#engine/int8-matmul.ts';
import { matmul } from '#engine/matmul.ts';
import { readRow } from '#engine/matrix.ts';
import { parseModelFile } from '#engine/model-file.ts';
import { measureError } from '#engine/quantisation-error.ts';
import { quantiseModel } from '#engine/quantised-model.ts';
import { seededRandom } from '#experiments/seeded-random.ts';
import { modelUrl, readHeldOutAnswers, readTinyModel } from './held-out-answers.ts';
import { GROUP_SIZES, summarise, sumLoss, type QuantisationReport } from './measure-quantisation.ts';
import { makeRandomModelFile } from './random-model.ts';

const SINGLE_EPSILON = 2 ** -23;

const matrix = fc.record({
  rows: fc.integer({ min: 1, max: 40 }),
  groups: fc.integer({ min: 1, max: 4 }).map((half) => half * 2),
  groupSize: fc.constantFrom(1, 3, 8, 32),
  seed: fc.nat(),
  /** weights of a trained model are small; a group may also be all zeros or hold one that stands out */
  scale: fc.constantFrom(1e-30, 1e-4, 0.05, 1, 1e4),
});
function draw({
  rows,
  groups,
  groupSize,
  seed,
  scale,
}: {
  rows: number;
  groups: number;
  groupSize: number;
  seed: number;
  scale: number;
}) {
  const random = seededRandom(seed);
  const columns = groups * groupSize;
  const weights = Float32Array.from({ length: rows * columns }, () =>
    random() < 0.1 ? 0 : (random() - 0.5) * scale * (random() < 0.05 ? 20 : 1),
  );
  return { weights, rows, columns, groupSize };
}

describe('quantising to int8 by group', () => {
  test('moves no weight by more than half the scale of its group, keeps zeros and signs, and the largest of a group', () => {
    fc.assert(
      fc.property(matrix, (shape) => {
        const { weights, columns, groupSize } = draw(shape);
        const quantised = quantise(weights, columns, groupSize);
        const restored = dequantise(quantised);
        for (const [index, weight] of weights.entries()) {
          const scale = quantised.scales[Math.floor(index / groupSize)]!;
          const bound = scale / 2 + 2 * SINGLE_EPSILON * Math.abs(weight) + 2 ** -149;
          if (Math.abs(restored[index]! - weight) > bound) expect.fail(`${weight} became ${restored[index]!}`);
          if (weight === 0) expect(restored[index]).toBeCloseTo(0, 30);
          if (restored[index]! * weight < 0) expect.fail('a sign was turned');
        }
        for (let start = 0; start < weights.length; start += groupSize) {
          const group = quantised.values.subarray(start, start + groupSize);
          const largest = Math.max(...group.map(Math.abs));
          expect(largest).toBe(weights.subarray(start, start + groupSize).some((weight) => weight !== 0) ? 127 : 0);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('treats a weight and its negative alike', () => {
    fc.assert(
      fc.property(matrix, (shape) => {
        const { weights, columns, groupSize } = draw(shape);
        const turned = quantise(
          weights.map((weight) => -weight),
          columns,
          groupSize,
        );
        const { values } = quantise(weights, columns, groupSize);
        // Math.round takes halves upwards, so that at an exact half the two may differ by one.
        values.forEach((value, index) => expect(Math.abs(value + turned.values[index]!)).toBeLessThanOrEqual(1));
      }),
    );
  });

  test('changes nothing the second time', () => {
    fc.assert(
      fc.property(matrix, (shape) => {
        const { weights, columns, groupSize } = draw({ ...shape, scale: Math.max(shape.scale, 1e-4) });
        const once = quantise(weights, columns, groupSize);
        expect(quantise(dequantise(once), columns, groupSize).values).toEqual(once.values);
      }),
    );
  });

  test('refuses rows that cannot be cut into whole groups', () => {
    for (const groupSize of [0, 3, 2.5, 128])
      expect(() => quantise(new Float32Array(64), 64, groupSize)).toThrow('groups');
  });
});

describe('a product with int8 groups', () => {
  test('is to the last bit that with the restored weights, and the same for a token whatever is beside it', () => {
    fc.assert(
      fc.property(matrix, fc.integer({ min: 1, max: 5 }), (shape, tokens) => {
        const { weights, rows, columns, groupSize } = draw({ ...shape, scale: 1 });
        const quantised = quantise(weights, columns, groupSize);
        const random = seededRandom(shape.seed + 1);
        const input = Float32Array.from({ length: tokens * columns }, () => random() - 0.5);
        const output = new Float32Array(tokens * rows);
        multiplyInt8(output, input, quantised, tokens, rows, columns);
        const expected = new Float32Array(tokens * rows);
        const restored = dequantise(quantised);
        matmul(expected, input, restored, tokens, rows, columns);
        expect(output).toEqual(expected);
        for (let token = 0; token < tokens; token++) {
          const alone = new Float32Array(rows);
          multiplyInt8(alone, input.subarray(token * columns, (token + 1) * columns), quantised, 1, rows, columns);
          expect(output.subarray(token * rows, (token + 1) * rows)).toEqual(alone);
        }
        for (let row = 0; row < rows; row++)
          expect(readRow(quantised, row, columns)).toEqual(restored.subarray(row * columns, (row + 1) * columns));
      }),
      { numRuns: 100 },
    );
  });
});

test('error statistics are those of their definitions', () => {
  const error = measureError(Float32Array.of(3, -4), Float32Array.of(3, -3.5));
  expect(error.largest).toBe(0.5);
  expect(error.rootMeanSquare).toBeCloseTo(Math.sqrt(0.125), 12);
  expect(error.relative).toBeCloseTo(0.1, 12);
  expect(error.signalToNoiseDb).toBeCloseTo(20, 12);
});

test('an engine with int8 weights gives a request the same tokens alone and in company', () => {
  const model = parseModelFile(makeRandomModelFile(1));
  const sampling = { temperature: 0, topP: 1, topK: 0, minP: 0, seed: 1 };
  const requests = Array.from({ length: 5 }, (_, id): EngineRequest => ({
    id,
    promptIds: [5 + id, 60, 70 + 3 * id],
    maxTokens: 12,
    sampling,
    alternatives: 2,
    ignoreEnd: true,
  }));
  const run = (some: EngineRequest[], int8GroupSize?: number) => {
    const engine = new Engine(model, { maxBatchTokens: 7, ...(int8GroupSize !== undefined && { int8GroupSize }) });
    for (const request of some) engine.add(request);
    const events = [];
    while (engine.hasWork) events.push(...engine.step());
    return events.filter(({ type }) => type === 'token');
  };
  const together = run(requests, 8);
  for (const request of requests) expect(run([request], 8)).toEqual(together.filter(({ id }) => id === request.id));
  expect(run(requests)).not.toEqual(together);
  expect(() => new Engine(model, { int8GroupSize: 24 })).toThrow('groups of 24');
});

describe('the measured cost of int8 on the tiny model', () => {
  const report = JSON.parse(
    readFileSync(new URL('quantisation-tiny-1.json', import.meta.url), 'utf8'),
  ) as QuantisationReport;
  const model = readTinyModel();
  const answers = readHeldOutAnswers(model);

  test('is of the published weights and of every held-out answer', () => {
    expect(report.sha256).toBe(createHash('sha256').update(readFileSync(modelUrl)).digest('hex'));
    const named = report.answers.map(({ id, language, tokens }) => ({ id, language, tokens }));
    expect(named).toEqual(answers.map(({ id, language, answerIds }) => ({ id, language, tokens: answerIds.length })));
    expect(report.variants.map(({ groupSize }) => groupSize)).toEqual([undefined, ...GROUP_SIZES]);
  });

  test('follows from the answers it lists', () => {
    for (const [index, variant] of report.variants.entries()) {
      const { loss, perplexity, perplexityByLanguage } = summarise(report.answers, index);
      expect(variant.loss).toBeCloseTo(loss, 9);
      expect(variant.perplexity).toBeCloseTo(perplexity, 9);
      expect(variant.perplexityByLanguage.en).toBeCloseTo(perplexityByLanguage.en, 9);
      expect(variant.perplexityByLanguage.zh).toBeCloseTo(perplexityByLanguage.zh, 9);
    }
  });

  test('is measured again on every eightieth answer', () => {
    const models = [model, ...GROUP_SIZES.map((groupSize) => quantiseModel(model, groupSize))];
    for (let index = 0; index < answers.length; index += 80)
      for (const [variant, each] of models.entries()) {
        const expected = report.answers[index]!.losses[variant]!;
        expect(Math.abs(sumLoss(each, answers[index]!) - expected)).toBeLessThan(1e-4 + 1e-4 * expected);
      }
  });

  test('starts from the loss that training itself reported', () => {
    const log = readFileSync(new URL('training-log.jsonl', modelUrl), 'utf8').trim().split('\n');
    const losses = log.map((line) => (JSON.parse(line) as { heldOutAnswerLoss?: number }).heldOutAnswerLoss);
    // Training measured in bfloat16, before the weights were rounded to fp16.
    expect(report.variants[0]!.loss).toBeCloseTo(
      losses.findLast((loss) => loss !== undefined)!,
      2,
    );
  });

  test('grows with the group, in error of weights, and stays small in perplexity', () => {
    const ratios = report.variants.slice(1).map(({ weightError }) => weightError!.relative);
    expect(ratios).toEqual(ratios.toSorted((a, b) => a - b));
    const [exact, ...rounded] = report.variants.map(({ perplexity }) => perplexity);
    for (const perplexity of rounded) expect(Math.abs(perplexity / exact! - 1)).toBeLessThan(0.02);
  });
});
