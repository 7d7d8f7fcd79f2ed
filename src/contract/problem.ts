import * as z from 'zod/mini';

/**
 * The closed list of error codes, after gRPC's canonical codes.
 * Source: https://grpc.io/docs/guides/status-codes/
 */
export const ProblemCode = z.enum([
  'invalid_argument',
  'permission_denied',
  'not_found',
  'resource_exhausted',
  'deadline_exceeded',
  'unavailable',
  'canceled',
  'internal',
]);
export type ProblemCode = z.infer<typeof ProblemCode>;

/**
 * Why something was refused. Each is a key `problem.<reason>` in content/i18n, in both languages, so
 * that an error always reads in the reader's language; no upstream text ever stands in a Problem.
 */
export const ProblemReason = z.enum([
  'body_not_json',
  'body_too_large',
  'content_type_not_json',
  'contract_version_mismatch',
  'engine_failed',
  'engine_unreachable',
  'experiment_unknown',
  'experiment_not_offered',
  'model_not_loaded',
  'not_found',
  'origin_not_allowed',
  'parameter_missing',
  'parameter_out_of_range',
  'parameter_too_long',
  'parameter_unknown',
  'parameter_wrong_type',
  'request_malformed',
  'run_canceled',
  'run_timed_out',
  'server_busy',
  'server_draining',
  'stream_broken',
  'unexpected',
]);
export type ProblemReason = z.infer<typeof ProblemReason>;

/** One error, everywhere: as the body of a refused request, and inside a `failed` or `ended` event. */
export const Problem = z.object({
  code: ProblemCode,
  reason: ProblemReason,
  details: z.optional(
    z.object({
      /** name of the parameter at fault */
      parameter: z.optional(z.string()),
      /** what would have been accepted, e.g. "1 to 512" */
      allowed: z.optional(z.string()),
      /** what came, cut to 80 characters */
      received: z.optional(z.string()),
    }),
  ),
  retryAfterMs: z.optional(z.number()),
  requestId: z.string(),
});
export type Problem = z.infer<typeof Problem>;
