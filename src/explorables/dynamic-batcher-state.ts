import type { Parameters } from '#contract/run-request.ts';
import { seededRandom } from '#experiments/seeded-random.ts';
import { type PageParameter, defaultParameters } from '#playground/parameter-url.ts';
import { poissonArrivalsMs } from '#simulators/arrivals.ts';
import type { BatcherConstants } from '#simulators/batcher-calibration.ts';
import { type BatcherSettings, NO_POLICY, PLAIN_BATCHING, linearServiceMs } from '#simulators/batcher-settings.ts';

/** How long requests keep coming, in milliseconds. */
export const WORKLOAD_MS = 10_000;
/** How much of it the timeline shows. */
export const WINDOW_MS = 400;

const number = (name: string, value: number, min: number, max: number, step = 1): PageParameter => ({
  kind: 'number',
  name,
  default: value,
  min,
  max,
  step,
});

/** In sight; the rest folds away. Labels: `batcher.parameter.<name>`, hints: `batcher.hint.<name>`. */
export const mainParameters: readonly PageParameter[] = [
  number('requestsPerSecond', 60, 10, 900, 10),
  number('maxBatchSize', 16, 1, 32),
  number('maxQueueDelayMs', 0, 0, 50),
  number('instances', 1, 1, 4),
];
export const moreParameters: readonly PageParameter[] = [
  number('preferredBatchSize', 0, 0, 32),
  number('urgentPercent', 0, 0, 90, 10),
  number('maxQueueSize', 0, 0, 200, 5),
  number('timeoutMs', 0, 0, 1000, 10),
  { kind: 'choice', name: 'timeoutAction', default: 'REJECT', values: ['REJECT', 'DELAY'] },
  number('baseMs', 10, 1, 50),
  number('itemMs', 0.5, 0, 5, 0.1),
  number('seed', 1, 1, 99),
];
export const windowParameter = number('fromMs', 0, 0, WORKLOAD_MS - WINDOW_MS, WINDOW_MS / 4);
export const batcherParameters: readonly PageParameter[] = [...mainParameters, ...moreParameters, windowParameter];

/** Each makes one point; words: `batcher.preset.<id>` and `batcher.point.<id>`. */
export const PRESETS: Readonly<Record<string, Parameters>> = {
  quiet: { maxQueueDelayMs: 20 },
  saturated: { requestsPerSecond: 300 },
  starving: { requestsPerSecond: 290, maxBatchSize: 4, urgentPercent: 80 },
};

export const presetParameters = (id: string): Parameters => ({
  ...defaultParameters(batcherParameters),
  ...PRESETS[id],
});

/** One answer of a control as a number. */
export const numberOf = (parameters: Parameters, name: string): number => Number(parameters[name]);

/** What the controls ask for, as the simulator takes it. With a batch of at most 1 there is no dynamic batching at all. */
export function settingsOf(parameters: Parameters, constants: BatcherConstants): BatcherSettings {
  const get = (name: string) => numberOf(parameters, name);
  const [maxBatchSize, preferred, urgent] = [
    get('maxBatchSize'),
    get('preferredBatchSize'),
    get('urgentPercent') / 100,
  ];
  const policy = {
    maxQueueSize: get('maxQueueSize'),
    timeoutMs: get('timeoutMs'),
    timeoutAction: parameters['timeoutAction'] === 'DELAY' ? ('DELAY' as const) : ('REJECT' as const),
  };
  const hasQueue = maxBatchSize > 1 || urgent > 0 || policy.maxQueueSize > 0 || policy.timeoutMs > 0;
  const random = seededRandom(get('seed') + 1_000_000);
  const isUrgent: boolean[] = [];
  return {
    maxBatchSize,
    instances: get('instances'),
    batching: hasQueue
      ? {
          ...PLAIN_BATCHING,
          maxQueueDelayMs: get('maxQueueDelayMs'),
          preferredBatchSizes: preferred > 0 ? [Math.min(preferred, maxBatchSize)] : [],
          priorityLevels: urgent > 0 ? 2 : 0,
          // The policy is for those who can wait; urgent requests have none.
          ...(urgent > 0 ? { priorityPolicies: { 1: NO_POLICY, 2: policy } } : { defaultPolicy: policy }),
        }
      : undefined,
    serviceMs: linearServiceMs(get('baseMs') + constants.executionMs, get('itemMs') + constants.executionItemMs),
    transferMs: constants.transferMs,
    entryGapMs: constants.entryGapMs,
    handOverMs: constants.handOverMs,
    workload: {
      kind: 'open',
      arrivalsMs: poissonArrivalsMs(get('requestsPerSecond'), WORKLOAD_MS, get('seed')),
    },
    priorityOf: (id) => {
      while (isUrgent.length <= id) isUrgent.push(random() < urgent);
      return isUrgent[id] ? 1 : 2;
    },
  };
}

/** The same workload on the servers that a setting is compared with. */
export const comparisons = (parameters: Parameters): readonly { id: string; parameters: Parameters }[] => [
  { id: 'this', parameters },
  { id: 'noDelay', parameters: { ...parameters, maxQueueDelayMs: 0 } },
  { id: 'noBatching', parameters: { ...parameters, maxBatchSize: 1, maxQueueDelayMs: 0, preferredBatchSize: 0 } },
];

/** Names of the controls that stand where nothing was measured. */
export function unmeasured(parameters: Parameters): string[] {
  const get = (name: string) => numberOf(parameters, name);
  const outside = {
    requestsPerSecond: get('requestsPerSecond') > 500,
    instances: get('instances') > 2,
    urgentPercent: get('urgentPercent') > 0,
    maxQueueSize: get('maxQueueSize') > 0,
    timeoutMs: get('timeoutMs') > 0,
    baseMs: get('baseMs') !== 10,
    itemMs: get('itemMs') !== 0.5,
  };
  return Object.entries(outside).flatMap(([name, is]) => (is ? [name] : []));
}
