import type { Experiment } from './experiment.ts';
import type { InferCall } from './infer-call.ts';

/** The versions in the repository, and one that is not. */
const VERSIONS = [undefined, 1, 2, 3];

/** One picture to a model without a version, to each of its versions, and to one that there is not. */
export const versionPin: Experiment = {
  id: 'version-pin',
  track: 'triton',
  upstreams: ['triton'],
  needs: { models: ['digits'] },
  browser: false,
  parameters: [{ kind: 'number', name: 'digit', default: 8, min: 0, max: 9, step: 1 }],
  plots: ['steps'],
  plan: (parameters) =>
    VERSIONS.map((version, at): InferCall => ({
      kind: 'infer',
      startAtMs: 0,
      ...(at > 0 && { after: at - 1 }),
      model: 'digits',
      ...(version !== undefined && { version }),
      input: { kind: 'known-digit', digit: Number(parameters['digit']) },
    })),
};
