export type RejectReason = 'queue-full' | 'timeout';

/** One request's way through the server; times in milliseconds since the start. A request that was refused never starts. */
export interface TracedRequest {
  id: number;
  /** of 1 (first) to the number of levels; 0 without levels */
  priority: number;
  sentAtMs: number;
  /** in Triton's queue */
  queuedAtMs: number;
  startedAtMs?: number;
  endedAtMs?: number;
  /** back at the client, with a result or refused */
  answeredAtMs?: number;
  /** id of the batch that ran it */
  batch?: number;
  rejected?: RejectReason;
}

/** One execution of the model. */
export interface TracedBatch {
  id: number;
  instance: number;
  startedAtMs: number;
  endedAtMs: number;
  /** ids, in the order in which they were put in */
  requests: readonly number[];
}

export interface BatcherTrace {
  requests: readonly TracedRequest[];
  batches: readonly TracedBatch[];
  /** number of requests that wait, at each change of it */
  waiting: readonly { atMs: number; requests: number }[];
  instances: number;
}
