import { setTimeout as sleep } from 'node:timers/promises';
import { ProblemError } from '#contract/problem-error.ts';

/** A guess, not a promise: most runs of the course end within a few seconds. */
const BUSY_RETRY_AFTER_MS = 2000;
const DRAINING_RETRY_AFTER_MS = 5000;
/** After `failed` was sent, how long a run may take to leave. */
const LEAVE_MS = 2000;

/** One run that holds a place. */
export interface OpenRun {
  /** aborts with a ProblemError that says why the run must end */
  readonly signal: AbortSignal;
  stop(problem: ProblemError): void;
  /** gives the place back; a second call does nothing */
  leave(): void;
}

/** Bounds how many runs are open, and ends them when the server drains. */
export class OpenRuns {
  readonly #limit: number;
  readonly #open = new Set<OpenRun>();
  readonly #whenEmpty: (() => void)[] = [];
  #draining = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get count(): number {
    return this.#open.size;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** Takes a place. Throws a ProblemError (server_draining, server_busy) when there is none. */
  enter(): OpenRun {
    if (this.#draining)
      throw new ProblemError({
        code: 'unavailable',
        reason: 'server_draining',
        retryAfterMs: DRAINING_RETRY_AFTER_MS,
      });
    if (this.#open.size >= this.#limit)
      throw new ProblemError({
        code: 'resource_exhausted',
        reason: 'server_busy',
        retryAfterMs: BUSY_RETRY_AFTER_MS,
      });
    const controller = new AbortController();
    const run: OpenRun = {
      signal: controller.signal,
      stop: (problem) => controller.abort(problem),
      leave: () => {
        this.#open.delete(run);
        if (this.#open.size === 0) for (const resolve of this.#whenEmpty.splice(0)) resolve();
      },
    };
    this.#open.add(run);
    return run;
  }

  /** Lets no new run in, gives open ones `finishMs`, then ends them; resolves when all have left or have had their time. */
  async drain(finishMs: number): Promise<void> {
    this.#draining = true;
    await this.#empty(finishMs);
    for (const run of this.#open)
      run.stop(
        new ProblemError({
          code: 'unavailable',
          reason: 'server_draining',
          retryAfterMs: DRAINING_RETRY_AFTER_MS,
        }),
      );
    await this.#empty(LEAVE_MS);
  }

  async #empty(withinMs: number): Promise<void> {
    if (this.#open.size === 0) return;
    const timer = new AbortController();
    const empty = new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
    await Promise.race([empty, sleep(withinMs, undefined, { signal: timer.signal }).catch(() => undefined)]);
    timer.abort();
  }
}
