import type { Experiment } from './experiment.ts';
import { maxTokensParameter, promptParameter, samplingOf, samplingParameters } from './sampling-parameters.ts';

const SHOWN_ALTERNATIVES = 5;

/** One prompt, one stream: when does each token arrive, and what else could it have been? */
export const streamOnePrompt: Experiment = {
  id: 'stream-one-prompt',
  track: 'vllm',
  upstreams: ['embedded', 'vllm', 'triton'],
  browser: true,
  parameters: [promptParameter, maxTokensParameter, ...samplingParameters],
  plots: ['token-timeline', 'token-alternatives'],
  plan: (parameters) => [
    {
      kind: 'generate',
      startAtMs: 0,
      prompt: String(parameters['prompt']),
      maxTokens: Number(parameters['maxTokens']),
      sampling: samplingOf(parameters),
      alternatives: SHOWN_ALTERNATIVES,
    },
  ],
};
