import { ProblemError } from '#contract/problem-error.ts';
import type { RunEvent, RunEventOf } from '#contract/run-event.ts';
import { findExperiment } from '#experiments/catalogue.ts';
import { type Experiment, checkParameters } from '#experiments/experiment.ts';
import type { RunRequest } from '#contract/run-request.ts';
import { summariseRun } from '#metrics/summarise-run.ts';
import type { BatcherTrace } from '#simulators/batcher-trace.ts';
import { constants, environment, measuredOn } from '#simulators/calibration/dynamic-batcher.json';
import { simulateBatcher } from '#simulators/dynamic-batcher.ts';
import { canceled, failedEvent } from './failed-event.ts';
import type { RunSource } from './run-source.ts';
import { settingsOfCalls } from './simulated-batcher.ts';

/** Models of an experiment's engine as a source of runs: every time in the events is computed, none is measured. */
export function simulatedSource(): RunSource {
  return {
    origin: 'simulated',
    // eslint-disable-next-line @typescript-eslint/require-await -- a source is asynchronous; this one has nothing to wait for
    async *run(request, { signal }) {
      try {
        const events = simulateRun(request);
        for (const event of events) {
          if (signal.aborted) throw new ProblemError(canceled);
          yield event;
        }
        yield { type: 'done', atMs: events.at(-1)?.atMs ?? 0, summary: summariseRun(events) };
      } catch (error) {
        yield failedEvent(ProblemError.from(error).problem, 0);
      }
    },
  };
}

function simulateRun(request: RunRequest): RunEvent[] {
  const experiment: Experiment | undefined = findExperiment(request.experiment);
  if (experiment?.simulator !== 'dynamic-batcher')
    throw new ProblemError({ code: 'not_found', reason: 'experiment_not_offered' });
  const calls = experiment.plan(checkParameters(experiment, request.parameters));
  const { model, settings } = settingsOfCalls(calls, constants);
  const engine = {
    id: 'triton' as const,
    name: 'dynamic-batcher simulator',
    version: measuredOn,
    device: environment.engine,
    model,
  };
  const trace = simulateBatcher(settings);
  return [{ type: 'started', atMs: 0, origin: 'simulated', engines: [engine] }, ...eventsOf(trace), ...gaugesOf(trace)];
}

/** What a real run would have told of each request, in order of time. */
function eventsOf({ requests, batches }: BatcherTrace): RunEvent[] {
  return requests
    .flatMap(({ id: request, sentAtMs, answeredAtMs = sentAtMs, batch: ran = -1 }): RunEvent[] => {
      const sent = { type: 'sent', atMs: sentAtMs, request, upstream: 'triton' } as const;
      const batch = batches[ran];
      if (!batch) return [sent, { type: 'ended', atMs: answeredAtMs, request, reason: 'rejected' }];
      const computeMs = batch.endedAtMs - batch.startedAtMs;
      const latencyMs = answeredAtMs - sentAtMs;
      const response = {
        type: 'response',
        atMs: answeredAtMs,
        request,
        output: { batchSize: batch.requests.length, instance: String(batch.instance) },
        statistics: { latencyMs, computeMs, waitMs: latencyMs - computeMs },
      } as const;
      return [sent, response, { type: 'ended', atMs: answeredAtMs, request, reason: 'stop' }];
    })
    .sort((a, b) => a.atMs - b.atMs);
}

function gaugesOf({ requests, batches }: BatcherTrace): RunEventOf<'gauge'>[] {
  const served = requests.filter(({ startedAtMs }) => startedAtMs !== undefined);
  if (served.length === 0) return [];
  const atMs = Math.max(...requests.map(({ answeredAtMs = 0 }) => answeredAtMs));
  const mean = (read: (request: (typeof served)[number]) => number) =>
    served.reduce((sum, request) => sum + read(request), 0) / served.length;
  const gauge = (name: string, value: number, unit: string) => ({ type: 'gauge' as const, atMs, name, value, unit });
  return [
    gauge('inferences', served.length, 'count'),
    gauge('executions', batches.length, 'count'),
    gauge(
      'queueMeanMs',
      mean(({ startedAtMs = 0, queuedAtMs }) => startedAtMs - queuedAtMs),
      'ms',
    ),
    gauge(
      'computeMeanMs',
      mean(({ startedAtMs = 0, endedAtMs = 0 }) => endedAtMs - startedAtMs),
      'ms',
    ),
  ];
}
