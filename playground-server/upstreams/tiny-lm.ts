import * as z from 'zod/mini';
import type { GenerateCall } from '#experiments/experiment.ts';
import type { CallEvent } from '#experiments/run-calls.ts';
import type { Patience } from './patience.ts';
import { type Tensor, numberTensor, numbersOf, textTensor, textsOf } from './tensor.ts';
import { Fault, engineFailed, streamBroken } from './upstream-problem.ts';

/* The tensors of a decoupled text model: those of engines/model-repository/tiny-lm/config.pbtxt. */

const Response = z.object({
  TEXT: z.string(),
  TOKEN_COUNT: z.number(),
  PROMPT_TOKENS: z.number(),
  /** '' until the last one */
  FINISH_REASON: z.enum(['', 'stop', 'length']),
});
type Response = z.infer<typeof Response>;

/** A planned call as input tensors. */
export function tinyLmInputs({ prompt, maxTokens, sampling }: GenerateCall): Tensor[] {
  return [
    textTensor('PROMPT', [prompt]),
    numberTensor('MAX_TOKENS', 'INT32', [maxTokens]),
    numberTensor('TEMPERATURE', 'FP32', [sampling.temperature]),
    numberTensor('TOP_K', 'INT32', [sampling.topK]),
    numberTensor('TOP_P', 'FP32', [sampling.topP]),
    numberTensor('MIN_P', 'FP32', [sampling.minP]),
    numberTensor('SEED', 'INT64', [sampling.seed]),
  ];
}

/** A planned call as the JSON body of `generate_stream`, which fills tensors by name. */
export function tinyLmBody(call: GenerateCall): Record<string, unknown> {
  return Object.fromEntries(
    tinyLmInputs(call).map((tensor) => [
      tensor.name,
      tensor.datatype === 'BYTES' ? textsOf(tensor)[0] : numbersOf(tensor)[0],
    ]),
  );
}

/** Output tensors -> the object that `generate_stream` would send. */
export function tinyLmObject(outputs: ReadonlyMap<string, Tensor>): Record<string, unknown> {
  const number = (name: string) => numbersOf(outputs.get(name))[0];
  const text = (name: string) => textsOf(outputs.get(name))[0];
  return {
    TEXT: text('TEXT'),
    TOKEN_COUNT: number('TOKEN_COUNT'),
    PROMPT_TOKENS: number('PROMPT_TOKENS'),
    FINISH_REASON: text('FINISH_REASON'),
  };
}

/** Responses, as objects -> what a call yields. `ended` comes when the stream has come to its end, not before. */
export async function* tinyLmEvents(
  responses: AsyncIterable<Record<string, unknown>>,
  patience: Patience,
): AsyncGenerator<CallEvent, void, undefined> {
  let outputTokens = 0;
  let ended: CallEvent | undefined;
  for await (const response of responses) {
    const parsed = Response.safeParse(response);
    if (!parsed.success) throw engineFailed(parsed.error);
    if (ended) throw streamBroken(new Fault('more after the last response'));
    const { TEXT, TOKEN_COUNT, PROMPT_TOKENS, FINISH_REASON } = parsed.data;
    outputTokens += TOKEN_COUNT;
    if (TOKEN_COUNT > 0) patience.renew();
    if (TOKEN_COUNT > 0 || TEXT !== '') yield { type: 'token', text: TEXT, tokenCount: TOKEN_COUNT };
    if (FINISH_REASON !== '')
      ended = { type: 'ended', reason: FINISH_REASON, usage: { promptTokens: PROMPT_TOKENS, outputTokens } };
  }
  if (!ended) throw streamBroken(new Fault('ended without a reason'));
  yield ended;
}
