import type { RunEvent } from '#contract/run-event.ts';

/** One answered question of a run. Times are milliseconds on the run's own clock (`atMs`). */
export interface InferenceTiming {
  request: number;
  sentAtMs: number;
  answeredAtMs: number;
  /** how long the model computed, by the model's own clock */
  computeMs: number;
  /** all the rest: in the queue, and on the way there and back */
  waitMs: number;
  /** requests that shared the execution */
  batchSize: number;
  instance: string;
}

/** Events of one run -> its answers that tell of a batch, in order of request index. */
export function inferenceTimings(events: readonly RunEvent[]): InferenceTiming[] {
  const sentAtMs = new Map<number, number>();
  const timings: InferenceTiming[] = [];
  for (const event of events) {
    if (event.type === 'sent') sentAtMs.set(event.request, event.atMs);
    if (event.type !== 'response') continue;
    const { batchSize, instance } = event.output;
    const { computeMs } = event.statistics;
    const sent = sentAtMs.get(event.request);
    if (typeof batchSize !== 'number' || !(batchSize >= 1) || computeMs === undefined || sent === undefined) continue;
    const latencyMs = event.atMs - sent;
    timings.push({
      request: event.request,
      sentAtMs: sent,
      answeredAtMs: event.atMs,
      computeMs: Math.min(computeMs, latencyMs),
      waitMs: Math.max(0, latencyMs - computeMs),
      batchSize,
      instance: typeof instance === 'string' ? instance : '',
    });
  }
  return timings.sort((a, b) => a.request - b.request);
}

/** Batch size -> how many executions had it, smallest first. Each of the n requests of a batch tells of 1/n of it. */
export function executionsBySize(timings: readonly InferenceTiming[]): Map<number, number> {
  const requests = new Map<number, number>();
  for (const { batchSize } of timings) requests.set(batchSize, (requests.get(batchSize) ?? 0) + 1);
  const sizes = [...requests].sort(([a], [b]) => a - b);
  return new Map(sizes.map(([size, count]) => [size, Math.round(count / size)]));
}
