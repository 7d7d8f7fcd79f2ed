import { DRAWING_SIDE, decodeDrawing } from '#experiments/drawing.ts';
import type { InferCall, InferInput } from '#experiments/infer-call.ts';
import type { InferAnswer, InferRequest } from './inference.ts';
import { knownDigit } from './known-digits.ts';
import { type Tensor, numberTensor, numbersOf, textsOf } from './tensor.ts';
import { Fault, engineFailed } from './upstream-problem.ts';

/* The tensors of the models in engines/model-repository, made from what an experiment names. */

const US_PER_MS = 1000;
/** of a pixel with ink; paper is 0 */
const INK = 255;
const DIGITS = 10;

/** A planned call -> the inference to ask for. */
export function toInferRequest({ model, version, input }: InferCall): InferRequest {
  return { model, ...(version !== undefined && { version }), inputs: [toTensor(input)] };
}

function toTensor(input: InferInput): Tensor {
  switch (input.kind) {
    case 'number':
      return numberTensor('X', 'FP32', [input.value], [1, 1]);
    case 'known-digit': {
      const image = knownDigit(input.digit);
      return numberTensor('IMAGE', 'FP32', image, [1, image.length]);
    }
    case 'drawing': {
      const ink = (decodeDrawing(input.drawing) ?? []).map((isInk) => (isInk ? INK : 0));
      return numberTensor('DRAWING', 'UINT8', ink, [1, DRAWING_SIDE, DRAWING_SIDE]);
    }
    default:
      return input satisfies never;
  }
}

/** An answer in contract terms. Throws engine_failed when it is not what the model's configuration says. */
export function toResponse(
  { input, version }: InferCall,
  { outputs, modelVersion, requestBytes, responseBytes }: InferAnswer,
  latencyMs: number,
): { output: Record<string, unknown>; statistics: Record<string, number> } {
  const number = (name: string) => numbersOf(outputs.get(name))[0] ?? NaN;
  const sizes = { requestBytes, responseBytes };
  switch (input.kind) {
    case 'number': {
      if (number('Y') !== Math.fround(input.value)) throw engineFailed(new Fault('another answer than was asked for'));
      const computeMs = number('COMPUTE_US') / US_PER_MS;
      return {
        output: { batchSize: number('BATCH_SIZE'), instance: textsOf(outputs.get('INSTANCE'))[0] },
        // Engine and server have no clock in common: what is not computing is the wait, with the way there and back.
        statistics: { latencyMs, computeMs, waitMs: Math.max(0, latencyMs - computeMs), ...sizes },
      };
    }
    case 'known-digit':
    case 'drawing': {
      const probabilities = numbersOf(outputs.get('PROBABILITIES'));
      if (probabilities.length !== DIGITS) throw engineFailed(new Fault('not a probability for each digit'));
      return {
        output: { probabilities, modelVersion, ...(version !== undefined && { askedVersion: version }) },
        statistics: { latencyMs, ...sizes },
      };
    }
    default:
      return input satisfies never;
  }
}
