import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Problem, ProblemCode, ProblemReason } from '#contract/problem.ts';
import { ProblemError } from '#contract/problem-error.ts';
import type { Log } from '../telemetry/log.ts';

/** After google.rpc.Code's own table; 499 (client closed) is never read by anyone. */
const STATUS_OF_CODE: Record<ProblemCode, number> = {
  invalid_argument: 400,
  permission_denied: 403,
  not_found: 404,
  resource_exhausted: 429,
  deadline_exceeded: 504,
  unavailable: 503,
  canceled: 499,
  internal: 500,
};
/** Where HTTP has a word of its own. */
const STATUS_OF_REASON: Partial<Record<ProblemReason, number>> = {
  body_too_large: 413,
  content_type_not_json: 415,
};

/** Problem -> HTTP status. */
export function statusOf({ code, reason }: Pick<Problem, 'code' | 'reason'>): number {
  return STATUS_OF_REASON[reason] ?? STATUS_OF_CODE[code];
}

/** Any error of a request -> status and Problem. Its own text, stack and paths go to the log only. */
export function sendProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Log,
  bodyBytes: number,
): FastifyReply {
  const { problem, cause } = explain(error, request, bodyBytes);
  if (problem.code === 'internal') {
    const fault = cause instanceof Error ? cause : undefined;
    log({ event: 'fault', requestId: request.id, stack: fault?.stack });
  }
  if (problem.retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(problem.retryAfterMs / 1000));
  const body: Problem = { ...problem, requestId: request.id };
  return reply.code(statusOf(problem)).type('application/json; charset=utf-8').send(body);
}

/** Fastify's own errors have codes; everything else is already a ProblemError or a fault of ours. */
function explain(error: unknown, request: FastifyRequest, bodyBytes: number): ProblemError {
  if (error instanceof ProblemError || !(error instanceof Error)) return ProblemError.from(error);
  const { code, statusCode } = error as Error & { code?: string; statusCode?: number };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new ProblemError({
      code: 'invalid_argument',
      reason: 'body_too_large',
      details: { allowed: `${bodyBytes} bytes` },
    });
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return new ProblemError({
      code: 'invalid_argument',
      reason: 'content_type_not_json',
      details: {
        parameter: 'content-type',
        allowed: 'application/json',
        received: request.headers['content-type']?.slice(0, 80) ?? '-',
      },
    });
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new ProblemError(
      {
        code: 'invalid_argument',
        reason: 'request_malformed',
        details: { parameter: 'request', allowed: 'a complete HTTP/1.1 request' },
      },
      { cause: error },
    );
  return ProblemError.from(error);
}
