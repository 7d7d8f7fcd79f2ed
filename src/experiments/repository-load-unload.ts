import type { Experiment, PlannedCall } from './experiment.ts';
import { MODEL_TO_LOAD, type RepositoryCall } from './repository-call.ts';

/** Enough for a batch to be seen, few enough to be read one by one. */
const REQUESTS = 4;

/** A model is asked, loaded anew with another configuration, asked again, unloaded, asked in vain, and loaded as it was. */
export const repositoryLoadUnload: Experiment = {
  id: 'repository-load-unload',
  track: 'triton',
  upstreams: ['triton'],
  needs: { models: ['delay-plain'], transports: ['http-json'] },
  browser: false,
  parameters: [
    { kind: 'choice', name: 'override', default: 'delay-5', values: ['none', 'delay-0', 'delay-5', 'delay-20'] },
  ],
  plots: ['steps'],
  plan: (parameters) => {
    const calls: PlannedCall[] = [];
    const then = (call: Omit<RepositoryCall, 'kind' | 'startAtMs'>) =>
      calls.push({ kind: 'repository', startAtMs: 0, ...(calls.length > 0 && { after: calls.length - 1 }), ...call });
    const ask = (requests: number) => {
      const after = calls.length - 1;
      for (let request = 0; request < requests; request++)
        calls.push({
          kind: 'infer',
          startAtMs: 0,
          after,
          model: MODEL_TO_LOAD,
          input: { kind: 'number', value: request },
          transport: 'http-json',
        });
    };
    const delay = /^delay-(\d+)$/.exec(String(parameters['override']));
    then({ action: 'load' });
    ask(REQUESTS);
    then({ action: 'load', ...(delay && { maxQueueDelayMs: Number(delay[1]) }) });
    then({ action: 'index' });
    ask(REQUESTS);
    then({ action: 'unload' });
    then({ action: 'index' });
    ask(1);
    then({ action: 'load' });
    then({ action: 'index' });
    return calls;
  },
};
