import type { FastifyInstance } from 'fastify';
import { CONTRACT_VERSION, type EnginesAnswer } from '#contract/run-request.ts';
import { offeredExperiments } from '../runs/plan-run.ts';
import type { AppOptions } from './app.ts';

/** `GET /engines`: what is behind the server now. `GET /health`: 200 while a new run has a chance, else 503. */
export function addStatusRoutes(app: FastifyInstance, { upstreams, runs }: AppOptions): void {
  app.get('/engines', async (_request, reply) => {
    const answer: EnginesAnswer = {
      contractVersion: CONTRACT_VERSION,
      engines: await Promise.all(
        upstreams.map(async (upstream) => {
          const reachable = await upstream.reachable(); // first: an engine that answers says what it is
          return { ...upstream.engine, reachable };
        }),
      ),
      experiments: await offeredExperiments(upstreams),
    };
    return reply.header('cache-control', 'no-store').send(answer);
  });

  app.get('/health', async (_request, reply) => {
    const status = runs.draining
      ? 'draining'
      : (await Promise.all(upstreams.map(async (each) => each.reachable()))).includes(true)
        ? 'ok'
        : 'engine_unreachable';
    return reply
      .code(status === 'ok' ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status });
  });
}
