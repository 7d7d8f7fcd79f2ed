import { ProblemError, describeReceived } from '#contract/problem-error.ts';
import { CONTRACT_VERSION, RunRequest, UpstreamKind } from '#contract/run-request.ts';

/** What each place of a RunRequest takes, in the words of the contract. */
const ALLOWED: Record<string, string> = {
  contractVersion: String(CONTRACT_VERSION),
  experiment: 'text',
  parameters: 'object',
  upstream: UpstreamKind.options.join(', '),
};

/** Any JSON value -> RunRequest. Throws contract_version_mismatch, or request_malformed with the path at fault. */
export function parseRunRequest(body: unknown): RunRequest {
  // First, because a request of another version may be malformed by this one's rules.
  const version = typeof body === 'object' && body !== null && 'contractVersion' in body && body.contractVersion;
  if (typeof version === 'number' && version !== CONTRACT_VERSION)
    throw new ProblemError({
      code: 'invalid_argument',
      reason: 'contract_version_mismatch',
      details: {
        parameter: 'contractVersion',
        allowed: String(CONTRACT_VERSION),
        received: describeReceived(version),
      },
    });

  const parsed = RunRequest.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  if (issue.code === 'unrecognized_keys')
    throw malformed(issue.keys[0]!, Object.keys(ALLOWED).join(', '), (body as Record<string, unknown>)[issue.keys[0]!]);
  const path = issue.path.map(String);
  const received = path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], body);
  if (path.length === 0) throw malformed('body', 'object', received);
  throw malformed(path.join('.'), path.length === 1 ? ALLOWED[path[0]!]! : 'number, text, true or false', received);
}

function malformed(parameter: string, allowed: string, received: unknown): ProblemError {
  return new ProblemError({
    code: 'invalid_argument',
    reason: 'request_malformed',
    details: { parameter: describeReceived(parameter), allowed, received: describeReceived(received) },
  });
}
