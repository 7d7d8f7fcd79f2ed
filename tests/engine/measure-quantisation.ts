import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { readAnswerLoss } from '#engine/answer-loss.ts';
import type { RunnableModel } from '#engine/forward-pass.ts';
import { dequantise, quantise } from '#engine/int8-groups.ts';
import type { ModelFile } from '#engine/model-file.ts';
import { measureError, type QuantisationError } from '#engine/quantisation-error.ts';
import { quantiseModel } from '#engine/quantised-model.ts';
import { modelUrl, readHeldOutAnswers, readTinyModel, type HeldOutAnswer } from './held-out-answers.ts';

/*
 * node tests/engine/measure-quantisation.ts
 * What int8 weights cost the tiny model: perplexity on the right answers to all held-out questions, with weights as they
 * are and in int8 groups of three sizes, and how far the weights moved. Writes quantisation-tiny-1.json beside it; quantisation.test.ts checks it.
 */

export const GROUP_SIZES = [32, 64, 128] as const;

export interface Variant {
  /** absent: weights in single precision, as every engine reads them */
  groupSize?: number;
  /** bits a weight of a matrix takes, its share of the scales included */
  bitsPerWeight: number;
  /** mean loss in nats a token, over all answer tokens */
  loss: number;
  perplexity: number;
  perplexityByLanguage: Record<'en' | 'zh', number>;
  /** over the weights of all matrices together */
  weightError?: QuantisationError;
}

export interface QuantisationReport {
  model: string;
  sha256: string;
  command: string;
  node: string;
  variants: Variant[];
  /** summed loss in nats of each answer, in the order of the variants */
  answers: { id: string; language: 'en' | 'zh'; tokens: number; losses: number[] }[];
}

/** Loss of one answer, in nats, rounded so that another machine's last bits do not show. */
export function sumLoss(model: RunnableModel, { promptIds, answerIds }: HeldOutAnswer): number {
  const sum = readAnswerLoss(model, promptIds, answerIds).reduce((total, loss) => total + loss, 0);
  return Number(sum.toFixed(6));
}

/** Every matrix of the model, one after another, with its number of columns. */
function matricesOf({ config, weights }: ModelFile): [Float32Array, number][] {
  const { hiddenSize, headCount, headSize, feedForwardSize } = config;
  return [
    [weights.embedding, hiddenSize],
    ...weights.layers.flatMap(({ query, key, value, attentionOutput, gate, up, down }): [Float32Array, number][] => [
      [query, hiddenSize],
      [key, hiddenSize],
      [value, hiddenSize],
      [attentionOutput, headCount * headSize],
      [gate, hiddenSize],
      [up, hiddenSize],
      [down, feedForwardSize],
    ]),
  ];
}

function measureWeights(model: ModelFile, groupSize: number): QuantisationError {
  const matrices = matricesOf(model);
  const join = (parts: Float32Array[]) => Float32Array.from(parts.flatMap((part) => [...part]));
  const restored = matrices.map(([matrix, columns]) => dequantise(quantise(matrix, columns, groupSize)));
  return measureError(join(matrices.map(([matrix]) => matrix)), join(restored));
}

/** Numbers of a variant from its answers' losses: the only place where they are made. */
export function summarise(
  answers: QuantisationReport['answers'],
  variant: number,
): Pick<Variant, 'loss' | 'perplexity' | 'perplexityByLanguage'> {
  const meanOf = (rows: QuantisationReport['answers']) =>
    rows.reduce((sum, { losses }) => sum + losses[variant]!, 0) / rows.reduce((sum, { tokens }) => sum + tokens, 0);
  const loss = meanOf(answers);
  const perplexityIn = (language: 'en' | 'zh') => Math.exp(meanOf(answers.filter((row) => row.language === language)));
  return { loss, perplexity: Math.exp(loss), perplexityByLanguage: { en: perplexityIn('en'), zh: perplexityIn('zh') } };
}

function measure(): QuantisationReport {
  const model = readTinyModel();
  const models: RunnableModel[] = [model, ...GROUP_SIZES.map((groupSize) => quantiseModel(model, groupSize))];
  const answers = readHeldOutAnswers(model).map((answer) => ({
    id: answer.id,
    language: answer.language,
    tokens: answer.answerIds.length,
    losses: models.map((each) => sumLoss(each, answer)),
  }));
  return {
    model: 'tiny-1',
    sha256: createHash('sha256').update(readFileSync(modelUrl)).digest('hex'),
    command: 'node tests/engine/measure-quantisation.ts',
    node: process.versions.node,
    variants: [
      { bitsPerWeight: 32, ...summarise(answers, 0) },
      ...GROUP_SIZES.map((groupSize, index) => ({
        groupSize,
        bitsPerWeight: 8 + 32 / groupSize,
        ...summarise(answers, index + 1),
        weightError: measureWeights(model, groupSize),
      })),
    ],
    answers,
  };
}

if (import.meta.main) {
  const report = measure();
  const rows = report.answers.map((row) => `    ${JSON.stringify(row)}`).join(',\n');
  const head = JSON.stringify({ ...report, answers: [] }, null, 2).replace(
    '"answers": []',
    `"answers": [\n${rows}\n  ]`,
  );
  writeFileSync(new URL('quantisation-tiny-1.json', import.meta.url), `${head}\n`);
  console.table(
    report.variants.map(({ groupSize, bitsPerWeight, loss, perplexity, weightError }) => ({
      weights: groupSize === undefined ? 'fp32' : `int8, groups of ${groupSize}`,
      bitsPerWeight,
      loss,
      perplexity,
      signalToNoiseDb: weightError?.signalToNoiseDb,
    })),
  );
}
