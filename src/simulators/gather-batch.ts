import type { TracedRequest } from './batcher-trace.ts';
import type { RequestQueue } from './request-queue.ts';

/** How soon after a time limit the batcher looks again; Triton waits 1 us. */
const AFTER_DEADLINE_MS = 0.001;

export interface BatchRules {
  maxBatchSize: number;
  maxQueueDelayMs: number;
  /** ascending, at least one; max_batch_size where the configuration has none */
  preferred: readonly number[];
}

/** What the batcher decided. */
export interface Gathered {
  /** waiting requests that go into the batch now */
  count: number;
  /** nothing more goes into the batch: the next request begins another */
  closes: boolean;
  /** when to look again; undefined: at once */
  lookAtMs?: number;
  /** the batcher need not be woken for fewer waiting requests than this; undefined: as before */
  nextPreferred?: number;
  expired: TracedRequest[];
}

/**
 * The decision at the heart of Triton's batcher: looks at the waiting requests for a batch that holds `already` requests.
 * Source: DynamicBatchScheduler::GetDynamicBatch in triton-inference-server/core, src/dynamic_batch_scheduler.cc, branch r24.10.
 */
export function gatherBatch(queue: RequestQueue, already: number, nowMs: number, rules: BatchRules): Gathered {
  const { maxBatchSize, maxQueueDelayMs, preferred } = rules;
  const largestPreferred = preferred.at(-1)!;
  const expired: TracedRequest[] = [];
  let pending = 0;
  let best = 0;
  let isFull = false;
  let closes = false;
  let oldestMs = Infinity;
  let deadlineMs = Infinity;
  for (const request of queue.walk(nowMs, (each) => expired.push(each))) {
    if (already + pending > 0) {
      if (already + pending + 1 > largestPreferred && best === 0) {
        best = pending;
        closes = true;
      }
      if (already + pending + 1 > maxBatchSize) {
        isFull = true;
        break;
      }
    }
    pending++;
    oldestMs = Math.min(oldestMs, request.queuedAtMs);
    deadlineMs = Math.min(deadlineMs, queue.deadlineMs(request));
    if (preferred.includes(already + pending)) best = pending;
  }

  const isOverdue = maxQueueDelayMs > 0 && nowMs >= oldestMs + maxQueueDelayMs;
  // A preferred size that was passed counts too, unless somebody has waited out the delay: then all go.
  if (best > 0 && !isOverdue) return { count: best, closes: closes || maxQueueDelayMs === 0, expired };
  if (pending === 0) return { count: 0, closes, expired };
  if (isFull || already + pending >= largestPreferred) return { count: pending, closes: true, expired };
  if (isOverdue || maxQueueDelayMs === 0) return { count: pending, closes, expired };

  const nextPreferred = (preferred.find((size) => size > already + pending) ?? preferred[0]!) - already;
  // A batch that waits for an instance, and is not at a preferred size, takes whatever there is.
  if (!closes && already > 0 && !preferred.includes(already)) return { count: pending, closes, nextPreferred, expired };
  const lookAtMs = Math.max(nowMs, Math.min(oldestMs + maxQueueDelayMs, deadlineMs + AFTER_DEADLINE_MS));
  return {
    count: 0,
    closes,
    nextPreferred,
    lookAtMs: lookAtMs === nowMs ? nowMs + AFTER_DEADLINE_MS : lookAtMs,
    expired,
  };
}
