import { ProblemError } from '#contract/problem-error.ts';
import type { PlannedCall } from '#experiments/experiment.ts';
import type { BatcherConstants } from '#simulators/batcher-calibration.ts';
import { type BatcherSettings, PLAIN_BATCHING, linearServiceMs } from '#simulators/batcher-settings.ts';

/** The models of the course's repository that the simulator knows: their queue delay in milliseconds; null is without a batcher. */
const QUEUE_DELAY_MS: Readonly<Record<string, number | null>> = {
  'delay-plain': null,
  'delay-eager': 0,
  'delay-batched': 5,
  'delay-patient': 20,
};
/** Of all of them; tests hold these numbers to their config.pbtxt. */
const SERVICE_MS = { base: 10, item: 0.5 };
const MAX_BATCH_SIZE = 16;

/** The calls of a run as the simulator takes them: the same model, the same arrivals. Throws experiment_not_offered for another model. */
export function settingsOfCalls(
  calls: readonly PlannedCall[],
  constants: BatcherConstants,
): { model: string; settings: BatcherSettings } {
  const first = calls[0];
  const model = first?.kind === 'infer' ? first.model : '';
  const delayMs = QUEUE_DELAY_MS[model];
  if (delayMs === undefined) throw new ProblemError({ code: 'not_found', reason: 'experiment_not_offered' });
  // A call that waits for an earlier one is a client's next; those that do not are the clients' first.
  const isClosed = calls.every(({ startAtMs }) => startAtMs === 0);
  const settings: BatcherSettings = {
    maxBatchSize: MAX_BATCH_SIZE,
    instances: 1,
    batching: delayMs === null ? undefined : { ...PLAIN_BATCHING, maxQueueDelayMs: delayMs },
    serviceMs: linearServiceMs(SERVICE_MS.base + constants.executionMs, SERVICE_MS.item + constants.executionItemMs),
    transferMs: constants.transferMs,
    entryGapMs: constants.entryGapMs,
    handOverMs: constants.handOverMs,
    priorityOf: () => 1,
    workload: isClosed
      ? {
          kind: 'closed',
          clients: calls.filter(({ after }) => after === undefined).length,
          durationMs: Infinity,
          maxRequests: calls.length,
        }
      : { kind: 'open', arrivalsMs: calls.map(({ startAtMs }) => startAtMs) },
  };
  return { model, settings };
}
