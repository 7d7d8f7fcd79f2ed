import { isIP } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from '#contract/problem-error.ts';

const PREFLIGHT_SECONDS = 600;

/**
 * Is this the server's own page? Only when the Host header cannot be a name that somebody else pointed at
 * us (DNS rebinding): an address, localhost, or the name the server was told to listen on.
 */
function isOwnOrigin(origin: string, hostHeader: string | undefined, listenHost: string): boolean {
  if (hostHeader === undefined || !URL.canParse(origin)) return false;
  const { host, hostname } = new URL(origin);
  const name = hostname.replace(/^\[|\]$/g, '');
  return (
    host === hostHeader.toLowerCase() &&
    (isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost') || name === listenHost)
  );
}

/**
 * Lets a page in when its origin is our own or is listed, exactly. A request without an Origin header is
 * not from a page's script (curl, or a plain same-origin GET) and passes. Throws origin_not_allowed.
 */
export function admitOrigin(
  request: FastifyRequest,
  reply: FastifyReply,
  allowed: ReadonlySet<string>,
  listenHost: string,
): void {
  reply.header('vary', 'Origin');
  const { origin } = request.headers;
  if (origin === undefined) return;
  if (allowed.has(origin)) {
    reply.header('access-control-allow-origin', origin);
    reply.header('access-control-expose-headers', 'x-request-id, retry-after');
    return;
  }
  if (!isOwnOrigin(origin, request.headers.host, listenHost))
    throw new ProblemError({
      code: 'permission_denied',
      reason: 'origin_not_allowed',
      details: { parameter: 'origin', received: origin.slice(0, 80) },
    });
}

/** Answer to a preflight of an origin that `admitOrigin` let in. */
export function answerPreflight(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.header('access-control-allow-methods', 'GET, POST');
  reply.header('access-control-allow-headers', 'content-type');
  reply.header('access-control-max-age', PREFLIGHT_SECONDS);
  // A public page that talks to a learner's own machine: https://wicg.github.io/private-network-access/
  if (request.headers['access-control-request-private-network'] === 'true')
    reply.header('access-control-allow-private-network', 'true');
  return reply.code(204).send();
}
