/** What becomes of a request that waits in the queue. Field names: Triton's ModelQueuePolicy. */
export interface QueuePolicy {
  /** requests that may wait; one more is refused at once. 0 = no limit */
  maxQueueSize: number;
  /** how long a request may wait. 0 = no limit */
  timeoutMs: number;
  /** REJECT: an expired request is refused when the batcher reaches it. DELAY: it is served after all that are not expired. */
  timeoutAction: 'REJECT' | 'DELAY';
}

/** `dynamic_batching { ... }` of a model's config.pbtxt. */
export interface DynamicBatching {
  maxQueueDelayMs: number;
  /** empty: Triton puts max_batch_size in its place */
  preferredBatchSizes: readonly number[];
  /** 0 = one queue for all; else levels 1 (first) to this number */
  priorityLevels: number;
  /** of every level without one of its own */
  defaultPolicy: QueuePolicy;
  /** by level; only with priority levels */
  priorityPolicies: Readonly<Record<number, QueuePolicy>>;
}

/** Who sends, and when. Open loop: at given times, whatever the server does. Closed loop: a client sends its next request when the last was answered, until time or requests run out. */
export type Workload =
  | { kind: 'open'; arrivalsMs: readonly number[] }
  | { kind: 'closed'; clients: number; durationMs: number; maxRequests?: number };

export interface BatcherSettings {
  maxBatchSize: number;
  instances: number;
  /** undefined: no dynamic_batching, every request is an execution of its own */
  batching: DynamicBatching | undefined;
  /** how long the n-th execution (from 0) takes with so many requests in it */
  serviceMs: (batchSize: number, execution: number) => number;
  /** one way between client and queue; there and back */
  transferMs: number;
  /** requests come into the queue one by one, at least this far apart */
  entryGapMs: number;
  /** from a batch that is ready to an instance that was idle and has taken it; the batch can grow until then */
  handOverMs: number;
  workload: Workload;
  /** priority level of the n-th request, from 1; ignored without priority levels */
  priorityOf: (request: number) => number;
}

/** The usual cost of a batch: the same for each execution, and something for every request in it. */
export const linearServiceMs = (baseMs: number, itemMs: number) => (batchSize: number) => baseMs + itemMs * batchSize;

export const NO_POLICY: QueuePolicy = { maxQueueSize: 0, timeoutMs: 0, timeoutAction: 'REJECT' };

/** `dynamic_batching { }`: all of Triton's defaults. */
export const PLAIN_BATCHING: DynamicBatching = {
  maxQueueDelayMs: 0,
  preferredBatchSizes: [],
  priorityLevels: 0,
  defaultPolicy: NO_POLICY,
  priorityPolicies: {},
};

/** Triton prepares batches ahead of a free instance only from a queue without priorities and without any policy. */
export function preparesAhead({ priorityLevels, defaultPolicy }: DynamicBatching): boolean {
  return priorityLevels === 0 && defaultPolicy.timeoutMs === 0 && defaultPolicy.maxQueueSize === 0;
}
