import type { DynamicBatching, QueuePolicy } from './batcher-settings.ts';
import type { TracedRequest } from './batcher-trace.ts';

interface Level {
  policy: QueuePolicy;
  waiting: TracedRequest[];
  /** expired under DELAY: after all others of the level */
  delayed: TracedRequest[];
}

/**
 * The queue of Triton's dynamic batcher: levels in order, within a level in order of arrival. Time limits are looked at
 * when the batcher comes past a request, not when they pass.
 * Source: PriorityQueue in triton-inference-server/core, src/scheduler_utils.cc, branch r24.10.
 */
export class RequestQueue {
  readonly #batching: DynamicBatching;
  readonly #levels: Level[];
  #size = 0;

  constructor(batching: DynamicBatching) {
    this.#batching = batching;
    const names =
      batching.priorityLevels === 0 ? [0] : Array.from({ length: batching.priorityLevels }, (_, index) => index + 1);
    this.#levels = names.map((name) => ({
      policy: batching.priorityPolicies[name] ?? batching.defaultPolicy,
      waiting: [],
      delayed: [],
    }));
  }

  get size(): number {
    return this.#size;
  }

  /** False when the request's level is full. */
  add(request: TracedRequest): boolean {
    const level = this.#levels[this.#batching.priorityLevels === 0 ? 0 : request.priority - 1]!;
    const { maxQueueSize } = level.policy;
    if (maxQueueSize > 0 && level.waiting.length + level.delayed.length >= maxQueueSize) return false;
    level.waiting.push(request);
    this.#size++;
    return true;
  }

  /**
   * The requests in the order in which a batch takes them. Each that has expired when it is reached is put back or, under
   * REJECT, taken out and given to `onReject`; the walk can be ended at any request and changes nothing beyond it.
   */
  *walk(nowMs: number, onReject: (request: TracedRequest) => void): Generator<TracedRequest> {
    for (const level of this.#levels) {
      for (let at = 0; at < level.waiting.length;) {
        const request = level.waiting[at]!;
        if (!isExpired(request, level.policy, nowMs)) {
          yield request;
          at++;
          continue;
        }
        level.waiting.splice(at, 1);
        if (level.policy.timeoutAction === 'DELAY') level.delayed.push(request);
        else {
          this.#size--;
          onReject(request);
        }
      }
      yield* level.delayed;
    }
  }

  /** Takes the first `count` requests out, in the order of `walk`. */
  take(count: number): TracedRequest[] {
    const taken: TracedRequest[] = [];
    for (const { waiting, delayed } of this.#levels) {
      taken.push(...waiting.splice(0, count - taken.length));
      taken.push(...delayed.splice(0, count - taken.length));
    }
    this.#size -= taken.length;
    return taken;
  }

  /** Takes out all that have expired under REJECT, wherever they stand. */
  takeExpired(nowMs: number): TracedRequest[] {
    return this.#levels.flatMap((level) => {
      if (level.policy.timeoutAction !== 'REJECT') return [];
      const expired = level.waiting.filter((request) => isExpired(request, level.policy, nowMs));
      level.waiting = level.waiting.filter((request) => !expired.includes(request));
      this.#size -= expired.length;
      return expired;
    });
  }

  /** When the request's time is up; Infinity when it has no limit. One that was put back has none any more. */
  deadlineMs(request: TracedRequest): number {
    const level = this.#levels[this.#batching.priorityLevels === 0 ? 0 : request.priority - 1]!;
    if (level.policy.timeoutMs === 0 || level.delayed.includes(request)) return Infinity;
    return request.queuedAtMs + level.policy.timeoutMs;
  }
}

function isExpired(request: TracedRequest, { timeoutMs }: QueuePolicy, nowMs: number): boolean {
  return timeoutMs > 0 && nowMs > request.queuedAtMs + timeoutMs;
}
