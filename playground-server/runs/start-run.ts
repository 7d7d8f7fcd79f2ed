import { ProblemError } from '#contract/problem-error.ts';
import { type RunEvent, isTerminal } from '#contract/run-event.ts';
import { type Clock, runCalls } from '#experiments/run-calls.ts';
import { summariseRun } from '#metrics/summarise-run.ts';
import type { Log } from '../telemetry/log.ts';
import type { OpenRun } from './open-runs.ts';
import type { RunPlan } from './plan-run.ts';
import { untilAborted } from './until-aborted.ts';

/** A run told to stop has this long to report what it did; an engine that ignores the signal is cut off. */
const STOP_GRACE_MS = 1000;

export interface StartRunOptions {
  plan: RunPlan;
  place: OpenRun;
  clock: Clock;
  wallMs: number;
  requestId: string;
  log: Log;
}

/**
 * Runs a plan on a live engine. Whatever happens the stream ends with exactly one `done` or `failed`:
 * the place's signal and the time limit say why they ended it, and no engine can hold the stream open.
 */
export async function* startRun(options: StartRunOptions): AsyncGenerator<RunEvent, void, undefined> {
  const { plan, place, clock, requestId } = options;
  const startMs = clock.nowMs();
  const cut = new AbortController();
  let graceTimer: NodeJS.Timeout | undefined;
  const onStop = () => {
    graceTimer ??= setTimeout(() => cut.abort(place.signal.reason), STOP_GRACE_MS);
  };
  place.signal.addEventListener('abort', onStop);
  const wallTimer = setTimeout(
    () => place.stop(new ProblemError({ code: 'deadline_exceeded', reason: 'run_timed_out' })),
    options.wallMs,
  );
  try {
    const events = runCalls({
      calls: plan.calls,
      targets: plan.targets,
      origin: 'live',
      clock,
      signal: place.signal,
      requestId,
      summarise: summariseRun,
    });
    for await (const event of untilAborted(events, cut.signal)) {
      yield event;
      if (isTerminal(event)) return;
    }
    throw new ProblemError({ code: 'internal', reason: 'stream_broken' });
  } catch (error) {
    const { problem, cause } = ProblemError.from(error);
    if (cause instanceof Error) options.log({ event: 'fault', requestId, stack: cause.stack });
    yield { type: 'failed', atMs: clock.nowMs() - startMs, problem: { ...problem, requestId } };
  } finally {
    clearTimeout(wallTimer);
    clearTimeout(graceTimer);
    place.signal.removeEventListener('abort', onStop);
  }
}
