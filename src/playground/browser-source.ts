import { ProblemError } from '#contract/problem-error.ts';
import { findExperiment } from '#experiments/catalogue.ts';
import { checkParameters } from '#experiments/experiment.ts';
import { type Clock, runCalls } from '#experiments/run-calls.ts';
import { summariseRun } from '#metrics/summarise-run.ts';
import { browserEngine } from './browser-engine.ts';
import { canceled, failedEvent } from './failed-event.ts';
import type { RunSource } from './run-source.ts';

/** This tab's clock: monotonic, and coarser than a server's where the browser blurs it. */
const tabClock: Clock = {
  nowMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      const wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (signal.aborted) wake();
      signal.addEventListener('abort', wake, { once: true });
    }),
};

/** 128 random bits in hex. `crypto.randomUUID` is missing where a page comes by plain http from another machine. */
function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The tiny engine in the reader's browser as a source of runs: the server's plan, the server's engine, this tab's clock. */
export function browserSource(modelFile: string): RunSource {
  return {
    origin: 'browser',
    async *run(request, options) {
      const { signal } = options;
      try {
        const experiment = findExperiment(request.experiment);
        if (!experiment?.browser) throw new ProblemError({ code: 'not_found', reason: 'experiment_not_offered' });
        const calls = experiment.plan(checkParameters(experiment, request.parameters));
        const target = await browserEngine(modelFile, options);
        const requestId = randomId();
        yield* runCalls({
          calls,
          targets: [target],
          origin: 'browser',
          clock: tabClock,
          signal,
          requestId,
          summarise: summariseRun,
        });
      } catch (error) {
        yield failedEvent(signal.aborted ? canceled : ProblemError.from(error).problem, 0);
      }
    },
  };
}
