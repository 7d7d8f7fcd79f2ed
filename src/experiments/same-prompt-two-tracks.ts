import type { Experiment, GenerateCall } from './experiment.ts';
import { maxTokensParameter, promptParameter, samplingOf, samplingParameters } from './sampling-parameters.ts';

const TRACKS = ['vllm', 'triton'] as const;

/** One prompt, one model, two servers at the same moment: same text, but when does each token come? */
export const samePromptTwoTracks: Experiment = {
  id: 'same-prompt-two-tracks',
  track: 'both',
  upstreams: TRACKS,
  together: true,
  browser: false,
  parameters: [promptParameter, maxTokensParameter, ...samplingParameters],
  plots: ['track-timelines'],
  plan: (parameters) =>
    TRACKS.map((upstream): GenerateCall => ({
      kind: 'generate',
      startAtMs: 0,
      upstream,
      prompt: String(parameters['prompt']),
      maxTokens: Number(parameters['maxTokens']),
      sampling: samplingOf(parameters),
      alternatives: 0,
    })),
};
