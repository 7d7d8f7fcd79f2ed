import type { Problem } from './problem.ts';

const MAX_RECEIVED_CHARACTERS = 80;

/** A value as a Problem may quote it. Input -> output: `99999` -> `"99999"`, a long string -> its first 80 characters and "…". */
export function describeReceived(value: unknown): string {
  const text = typeof value === 'string' ? value : ((JSON.stringify(value) as string | undefined) ?? 'undefined');
  return text.length > MAX_RECEIVED_CHARACTERS ? `${text.slice(0, MAX_RECEIVED_CHARACTERS)}…` : text;
}

/** An error that carries a Problem without its request id, which only the edge knows. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Omit<Problem, 'requestId'>;

  constructor(problem: Omit<Problem, 'requestId'>, options?: ErrorOptions) {
    super(`${problem.code}: ${problem.reason}`, options);
    this.problem = problem;
  }

  /** Any thrown value as a ProblemError; what is not one already becomes `internal`, its text kept as the cause only. */
  static from(error: unknown): ProblemError {
    if (error instanceof ProblemError) return error;
    if (error instanceof DOMException && error.name === 'AbortError')
      return new ProblemError({ code: 'canceled', reason: 'run_canceled' }, { cause: error });
    return new ProblemError({ code: 'internal', reason: 'unexpected' }, { cause: error });
  }
}
