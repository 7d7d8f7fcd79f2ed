import {
  type BatcherSettings,
  type DynamicBatching,
  PLAIN_BATCHING,
  linearServiceMs,
} from '#simulators/batcher-settings.ts';
import type { BatcherTrace } from '#simulators/batcher-trace.ts';

/** One instance, batches of at most 4, an execution of 10 ms whatever its size, and no cost anywhere else. */
export function settings(arrivalsMs: readonly number[], changes: Partial<BatcherSettings> = {}): BatcherSettings {
  return {
    maxBatchSize: 4,
    instances: 1,
    batching: PLAIN_BATCHING,
    serviceMs: linearServiceMs(10, 0),
    transferMs: 0,
    entryGapMs: 0,
    handOverMs: 0,
    priorityOf: () => 1,
    workload: { kind: 'open', arrivalsMs },
    ...changes,
  };
}

export const batching = (changes: Partial<DynamicBatching>): DynamicBatching => ({ ...PLAIN_BATCHING, ...changes });

/** Executions as `start: requests`, in order of their start. */
export function executions({ batches }: BatcherTrace): string[] {
  return batches.map(({ startedAtMs, requests }) => `${startedAtMs}: ${requests.join(' ')}`);
}
