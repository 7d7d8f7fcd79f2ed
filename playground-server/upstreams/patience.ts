import { ProblemError } from '#contract/problem-error.ts';
import { Fault } from './upstream-problem.ts';
import type { UpstreamLimits } from './upstream-limits.ts';

/** An engine that has said its last word may take this long to close the stream. */
const CLOSING_MS = 1000;

/**
 * How long a call waits for its engine: for the first token, then from token to token. Only time spent in `wait` counts,
 * so a slow reader never makes the engine late, and an engine that sends bytes without tokens does not gain time.
 */
export class Patience {
  readonly #betweenTokensMs: number;
  #leftMs: number;
  #hasToken = false;

  constructor({ firstTokenMs, betweenTokensMs }: Pick<UpstreamLimits, 'firstTokenMs' | 'betweenTokensMs'>) {
    this.#leftMs = firstTokenMs;
    this.#betweenTokensMs = betweenTokensMs;
  }

  /** A token came: the wait for the next one begins anew. */
  renew(): void {
    this.#hasToken = true;
    this.#leftMs = this.#betweenTokensMs;
  }

  /** All is said; only the end of the stream is to come. */
  close(): void {
    this.#leftMs = Math.min(CLOSING_MS, this.#betweenTokensMs);
  }

  /** What `promise` yields. Throws deadline_exceeded when it takes longer than is left. */
  async wait<Value>(promise: Promise<Value>): Promise<Value> {
    const startMs = performance.now();
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Value>((resolve, reject) => {
        timer = setTimeout(() => reject(this.#lost()), this.#leftMs);
        promise.then(resolve, reject);
      });
    } finally {
      clearTimeout(timer);
      this.#leftMs = Math.max(0, this.#leftMs - (performance.now() - startMs));
    }
  }

  #lost(): ProblemError {
    const cause = new Fault(this.#hasToken ? 'no further token in time' : 'no first token in time');
    return new ProblemError(
      { code: 'deadline_exceeded', reason: this.#hasToken ? 'stream_broken' : 'engine_unreachable' },
      { cause },
    );
  }
}
