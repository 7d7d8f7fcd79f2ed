import { randomUUID } from 'node:crypto';
import compress from '@fastify/compress';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { ProblemError } from '#contract/problem-error.ts';
import type { Clock } from '#experiments/run-calls.ts';
import type { Config } from '../config.ts';
import type { OpenRuns } from '../runs/open-runs.ts';
import type { Log } from '../telemetry/log.ts';
import type { Upstream } from '../upstreams/upstream.ts';
import { admitOrigin, answerPreflight } from './origins.ts';
import { refuseBrokenRequest } from './client-error.ts';
import { parseJson } from './parse-json.ts';
import { sendProblem } from './problem-response.ts';
import { addRunsRoute } from './runs-route.ts';
import { addStaticSite } from './static-site.ts';
import { addStatusRoutes } from './status-routes.ts';

export interface AppOptions {
  config: Config;
  upstreams: readonly Upstream[];
  runs: OpenRuns;
  clock: Clock;
  log: Log;
}

/** Below this a packet is a packet. */
const COMPRESS_FROM_BYTES = 1024;
const API_PATHS = ['/runs', '/engines', '/health'];

/** The HTTP side: API and site on one origin, every refusal a Problem, nothing of the inside in any answer. */
export function buildApp(options: AppOptions): FastifyInstance {
  const { allowedOrigins, host, siteDir, limits } = options.config;
  const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
    sendProblem(error, request, reply, options.log, limits.bodyBytes);

  const app = Fastify({
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestTimeoutMs,
    forceCloseConnections: true, // open runs had their time in `drain`
    genReqId: () => randomUUID(), // never the client's
    clientErrorHandler: refuseBrokenRequest,
    frameworkErrors: (error, request, reply) => void refuse(error, request, reply),
    http: {
      headersTimeout: limits.headersTimeoutMs,
      connectionsCheckingInterval: limits.connectionsCheckingIntervalMs,
      maxHeaderSize: limits.headerBytes,
    },
  });
  app.server.maxConnections = limits.maxConnections;
  app.server.maxHeadersCount = limits.headerCount;

  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseJson(body as Buffer));
    } catch (error) {
      done(error as ProblemError);
    }
  });

  app.addHook('onRequest', (request, reply, done) => {
    reply.headers({
      'x-request-id': request.id,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'strict-origin-when-cross-origin',
    });
    done();
  });
  app.setErrorHandler(refuse);

  app.register((api, _options, done) => {
    api.addHook('onRequest', (request, reply, next) => {
      reply.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
      admitOrigin(request, reply, allowedOrigins, host);
      next();
    });
    addRunsRoute(api, options);
    addStatusRoutes(api, options);
    for (const path of API_PATHS) api.options(path, answerPreflight);
    done();
  });

  // Pages and code only: runs are hijacked streams, which no hook sees.
  app.register(compress, { encodings: ['br', 'gzip'], threshold: COMPRESS_FROM_BYTES });
  const hasNotFoundPage = addStaticSite(app, siteDir);
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0]!;
    const isPage = (request.method === 'GET' || request.method === 'HEAD') && !API_PATHS.includes(path);
    if (hasNotFoundPage && isPage) return reply.code(404).sendFile('404.html');
    return refuse(new ProblemError({ code: 'not_found', reason: 'not_found' }), request, reply);
  });
  return app;
}
