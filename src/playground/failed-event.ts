import type { ProblemError } from '#contract/problem-error.ts';
import type { RunEventOf } from '#contract/run-event.ts';

/** The closing event of a run that broke on this side of the wire, where there is no request id to quote. */
export function failedEvent(problem: ProblemError['problem'], atMs: number): RunEventOf<'failed'> {
  return { type: 'failed', atMs, problem: { ...problem, requestId: '' } };
}

/** The reader pressed Stop. */
export const canceled = { code: 'canceled', reason: 'run_canceled' } as const;

/** The code or the model of the browser engine did not arrive. */
export const notLoaded = { code: 'unavailable', reason: 'model_not_loaded' } as const;

/** No run began: nothing answers, or what answers is no companion server. */
export const notReached = { code: 'unavailable', reason: 'engine_unreachable' } as const;

/** The stream ended, or turned to garbage, before its terminal event. */
export const streamBroken = { code: 'unavailable', reason: 'stream_broken' } as const;
