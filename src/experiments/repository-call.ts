import type { CallPlace } from './experiment.ts';

/** The one model that a page may load and unload: nothing else of the course needs it. */
export const MODEL_TO_LOAD = 'on-demand';

/** Something asked of the model repository. */
export interface RepositoryCall extends CallPlace {
  kind: 'repository';
  action: 'index' | 'load' | 'unload';
  /** of `load`: this queue delay in milliseconds instead of the one in config.pbtxt */
  maxQueueDelayMs?: number;
}
