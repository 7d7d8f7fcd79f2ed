import { ProblemError } from '#contract/problem-error.ts';

/*
 * What may go wrong behind the server, in the contract's words. What the engine said, and its address, go into `cause`
 * for the log and never into the Problem.
 */

/** The engine cannot be reached, or did not begin to answer. */
export function unreachable(cause?: unknown, retryAfterMs?: number): ProblemError {
  return new ProblemError(
    { code: 'unavailable', reason: 'engine_unreachable', ...(retryAfterMs !== undefined && { retryAfterMs }) },
    { cause },
  );
}

/** The answer began and did not come to its proper end. */
export function streamBroken(cause?: unknown): ProblemError {
  return new ProblemError({ code: 'unavailable', reason: 'stream_broken' }, { cause });
}

/** The engine says that it failed, or answers what it should not. */
export function engineFailed(cause?: unknown): ProblemError {
  return new ProblemError({ code: 'internal', reason: 'engine_failed' }, { cause });
}

/** The engine does not know the model it is asked for. */
export function modelNotLoaded(cause?: unknown): ProblemError {
  return new ProblemError({ code: 'not_found', reason: 'model_not_loaded' }, { cause });
}

/** The engine has too much to do. */
export function engineBusy(cause?: unknown, retryAfterMs?: number): ProblemError {
  return new ProblemError(
    { code: 'resource_exhausted', reason: 'server_busy', ...(retryAfterMs !== undefined && { retryAfterMs }) },
    { cause },
  );
}

/** What a log line may say about a fault: an error code or our own words, never a message of the engine's. */
export function describeFault(error: unknown): string {
  const cause: unknown = error instanceof ProblemError ? error.cause : error;
  if (cause instanceof Fault) return cause.message;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.name : 'unknown';
}

/** A fault named in our own words. */
export class Fault extends Error {
  override readonly name = 'Fault';
}
