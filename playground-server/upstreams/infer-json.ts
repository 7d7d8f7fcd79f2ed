import * as z from 'zod/mini';
import type { InferAnswer, InferRequest } from './inference.ts';
import { type NumericTensor, type Tensor, numberTensor, requireNumericType, textTensor, textsOf } from './tensor.ts';
import { Fault, engineFailed } from './upstream-problem.ts';

const Output = z.object({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.number()),
  data: z.array(z.union([z.number(), z.string(), z.boolean()])),
});
const Answer = z.object({ model_version: z.string(), outputs: z.array(Output) });
/** Types whose numbers JSON cannot hold. */
const BINARY_ONLY = ['FP16', 'BF16'];

/** Request -> the JSON of POST /v2/models/{model}/infer. Throws engine_failed for FP16 and BF16, which only travel as binary. */
export function toInferJson({ inputs, outputs, parameters }: InferRequest): Record<string, unknown> {
  return {
    inputs: inputs.map((tensor) => ({
      name: tensor.name,
      datatype: tensor.datatype,
      shape: tensor.shape,
      data: tensor.datatype === 'BYTES' ? textsOf(tensor) : toJsonNumbers(tensor),
    })),
    ...(outputs && { outputs: outputs.map((name) => ({ name })) }),
    ...(parameters && { parameters }),
  };
}

/** JSON of an answer -> version and tensors. Throws engine_failed when it is not what the protocol says. */
export function parseInferJson(json: unknown): Pick<InferAnswer, 'modelVersion' | 'outputs'> {
  const parsed = Answer.safeParse(json);
  if (!parsed.success) throw engineFailed(parsed.error);
  const outputs = parsed.data.outputs.map((output) => [output.name, toTensor(output)] as const);
  return { modelVersion: parsed.data.model_version, outputs: new Map(outputs) };
}

function toJsonNumbers({ datatype, data }: NumericTensor): (number | boolean)[] {
  if (BINARY_ONLY.includes(datatype)) throw engineFailed(new Fault(`${datatype} as JSON`));
  const numbers = Array.from(data as ArrayLike<number | bigint>, Number);
  return datatype === 'BOOL' ? numbers.map(Boolean) : numbers;
}

function toTensor({ name, datatype, shape, data }: z.infer<typeof Output>): Tensor {
  if (data.length !== shape.reduce((product, size) => product * size, 1))
    throw engineFailed(new Fault('tensor and shape disagree'));
  if (datatype === 'BYTES') return textTensor(name, data.map(String), shape);
  return numberTensor(name, requireNumericType(datatype), data.map(Number), shape);
}
