import { poissonArrivalsMs } from './arrivals.ts';
import { type BatcherSettings, PLAIN_BATCHING, linearServiceMs } from './batcher-settings.ts';

/** What a real server adds to the model's own time, in milliseconds; fitted to measurements. */
export interface BatcherConstants {
  /** one way between client and queue */
  transferMs: number;
  /** requests come into the queue at least this far apart */
  entryGapMs: number;
  /** from a batch that is ready to an idle instance that has taken it */
  handOverMs: number;
  /** in each execution */
  executionMs: number;
  /** in each execution, for every request in it */
  executionItemMs: number;
}

/** One setting that was measured. */
export interface CalibrationPoint {
  id: string;
  /** constants are fitted to the one kind of points and judged by the other */
  role: 'fit' | 'check';
  maxBatchSize: number;
  instances: number;
  /** null: no dynamic_batching */
  batching: { maxQueueDelayMs: number; preferredBatchSizes: readonly number[] } | null;
  service: { baseMs: number; itemMs: number };
  workload: { requestsPerSecond: number; seed: number; durationMs: number } | { clients: number; durationMs: number };
}

/** The simulator's settings for a measured one: the same service time, the same arrivals. */
export function settingsOfPoint(point: CalibrationPoint, constants: BatcherConstants): BatcherSettings {
  const { workload, service, batching } = point;
  return {
    maxBatchSize: point.maxBatchSize,
    instances: point.instances,
    batching: batching ? { ...PLAIN_BATCHING, ...batching } : undefined,
    serviceMs: linearServiceMs(service.baseMs + constants.executionMs, service.itemMs + constants.executionItemMs),
    transferMs: constants.transferMs,
    entryGapMs: constants.entryGapMs,
    handOverMs: constants.handOverMs,
    priorityOf: () => 1,
    workload:
      'clients' in workload ? { kind: 'closed', ...workload } : { kind: 'open', arrivalsMs: wholeArrivalsMs(workload) },
  };
}

/** The arrivals of an open-loop point. Whole milliseconds, because the timers of the client that sends them are no finer. */
export function wholeArrivalsMs(workload: { requestsPerSecond: number; seed: number; durationMs: number }): number[] {
  return poissonArrivalsMs(workload.requestsPerSecond, workload.durationMs, workload.seed).map(Math.ceil);
}
