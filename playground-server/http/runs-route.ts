import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from '#contract/problem-error.ts';
import { type RunEvent, isTerminal } from '#contract/run-event.ts';
import { planRun } from '../runs/plan-run.ts';
import { startRun } from '../runs/start-run.ts';
import type { AppOptions } from './app.ts';
import { sendEvents } from './event-stream.ts';
import { parseRunRequest } from './parse-run-request.ts';

/** `POST /runs`: RunRequest -> `text/event-stream` of RunEvents. Refusals come before the stream, as status and Problem. */
export function addRunsRoute(app: FastifyInstance, options: AppOptions): void {
  const { config, upstreams, runs, clock, log } = options;
  const { runWallMs, writeStallMs } = config.limits;

  app.post('/runs', async (request: FastifyRequest, reply: FastifyReply) => {
    const plan = await planRun(parseRunRequest(request.body), upstreams);
    const place = runs.enter();
    reply.hijack(); // from here Fastify's hooks and error handler do nothing
    const response = reply.raw;
    const cancel = () => place.stop(new ProblemError({ code: 'canceled', reason: 'run_canceled' }));
    response.on('close', cancel);
    if (response.destroyed) cancel();

    const startMs = clock.nowMs();
    let outcome = 'run_canceled';
    async function* watched(events: AsyncIterable<RunEvent>): AsyncGenerator<RunEvent, void, undefined> {
      for await (const event of events) {
        if (isTerminal(event) && !response.destroyed) outcome = event.type === 'done' ? 'done' : event.problem.reason;
        yield event;
      }
    }
    try {
      response.writeHead(200, {
        ...(reply.getHeaders() as OutgoingHttpHeaders),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      const events = startRun({ plan, place, clock, wallMs: runWallMs, requestId: request.id, log });
      await sendEvents(response, watched(events), writeStallMs);
    } catch (error) {
      outcome = 'unexpected';
      log({ event: 'fault', requestId: request.id, stack: error instanceof Error ? error.stack : String(error) });
      response.destroy();
    } finally {
      response.off('close', cancel);
      place.leave();
      log({
        event: 'run',
        requestId: request.id,
        experiment: plan.experiment.id,
        upstream: plan.targets.map(({ engine }) => engine.id).join(' '),
        calls: plan.calls.length,
        outcome,
        durationMs: Math.round(clock.nowMs() - startMs),
      });
    }
  });
}
