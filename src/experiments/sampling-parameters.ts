import type { Parameters } from '#contract/run-request.ts';
import type { NumberParameter, SamplingOptions, TextParameter } from './experiment.ts';

/** The tiny model's context is 512 tokens; a prompt byte is at most one token, so prompt, template and output always fit. */
export const promptParameter: TextParameter = {
  kind: 'text',
  name: 'prompt',
  default: { en: 'What is the KV cache for?', 'zh-TW': 'KV 快取有什麼用？' },
  maxBytes: 240,
};

export const maxTokensParameter: NumberParameter = {
  kind: 'number',
  name: 'maxTokens',
  default: 64,
  min: 1,
  max: 256,
  step: 1,
  unit: 'tokens',
};

export const samplingParameters: readonly NumberParameter[] = [
  { kind: 'number', name: 'temperature', default: 0, min: 0, max: 2, step: 0.05 },
  { kind: 'number', name: 'topP', default: 1, min: 0.05, max: 1, step: 0.05 },
  { kind: 'number', name: 'topK', default: 0, min: 0, max: 100, step: 1 },
  { kind: 'number', name: 'minP', default: 0, min: 0, max: 1, step: 0.01 },
  { kind: 'number', name: 'seed', default: 1, min: 0, max: 2 ** 31 - 1, step: 1, control: 'field' },
];

/** Checked parameters -> sampling options. */
export function samplingOf(parameters: Parameters): SamplingOptions {
  const read = (name: string) => Number(parameters[name]);
  return {
    temperature: read('temperature'),
    topP: read('topP'),
    topK: read('topK'),
    minP: read('minP'),
    seed: read('seed'),
  };
}
