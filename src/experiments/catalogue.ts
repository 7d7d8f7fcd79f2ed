import { classifyDigit } from './classify-digit.ts';
import { concurrentStreams } from './concurrent-streams.ts';
import type { Experiment } from './experiment.ts';
import { queueAgainstCompute } from './queue-against-compute.ts';
import { repositoryLoadUnload } from './repository-load-unload.ts';
import { samePromptTwoTracks } from './same-prompt-two-tracks.ts';
import { streamOnePrompt } from './stream-one-prompt.ts';
import { tritonBatching } from './triton-batching.ts';
import { versionPin } from './version-pin.ts';

/** Every experiment there is. Server, playground, recorder and content checks all read this one list. */
export const catalogue: readonly Experiment[] = [
  streamOnePrompt,
  concurrentStreams,
  tritonBatching,
  repositoryLoadUnload,
  versionPin,
  classifyDigit,
  samePromptTwoTracks,
  queueAgainstCompute,
];

/** The experiment of that id, or undefined. */
export function findExperiment(id: string): Experiment | undefined {
  return catalogue.find((experiment) => experiment.id === id);
}
