import { ProblemError } from '#contract/problem-error.ts';
import type { Alternative, EndReason, Origin, RunEvent, Usage } from '#contract/run-event.ts';
import type { EngineInfo } from '#contract/run-request.ts';
import type { PlannedCall } from './experiment.ts';

/** What one call to an engine yields, in contract terms; `ended` is last and comes exactly once. */
export type CallEvent =
  | { type: 'token'; text: string; tokenCount: number; alternatives?: Alternative[] }
  | { type: 'response'; output: Record<string, unknown>; statistics: Record<string, number> }
  | { type: 'wire'; direction: 'sent' | 'received'; headers: Record<string, string>; body: string }
  | { type: 'ended'; reason: EndReason; usage?: Usage };

/** What an engine's own counters say about the calls of a run. `name` is a key `gauge.<name>` of content/i18n. */
export interface Gauge {
  name: string;
  value: number;
  unit: 'ms' | 'count' | 'bytes';
}

/** Anything that can answer a planned call: the embedded engine, vLLM, Triton, or the engine in the reader's browser. */
export interface CallTarget {
  readonly engine: EngineInfo;
  /** Aborting the signal must free the engine's work at once. Throws a ProblemError when the engine fails. */
  call(call: PlannedCall, signal: AbortSignal): AsyncIterable<CallEvent>;
  /** Reads the engine's own counters; what it resolves to reads them again and tells the difference. */
  watch?(calls: readonly PlannedCall[], signal: AbortSignal): Promise<() => Promise<readonly Gauge[]>>;
}

/** The one monotonic clock of a run. */
export interface Clock {
  /** milliseconds since any fixed moment */
  nowMs(): number;
  /** resolves after `ms`, or at once when the signal aborts */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export interface RunCallsOptions {
  calls: readonly PlannedCall[];
  /** the engines of the run; a call that names none goes to the first */
  targets: readonly [CallTarget, ...CallTarget[]];
  origin: Origin;
  clock: Clock;
  signal: AbortSignal;
  requestId: string;
  /** all events of the run -> numbers for `done` */
  summarise: (events: readonly RunEvent[]) => Record<string, number>;
}

/** At most this many events wait for a slow reader; then the calls wait too. */
const BUFFERED_EVENTS = 256;

/**
 * Issues the calls of a run, each at its time, and merges what they answer into one ordered stream
 * that ends with exactly one `done` or `failed`. A call that fails ends itself, not the run, unless all fail.
 * The same code runs on the server and in the browser, so a run means the same in both.
 */
export async function* runCalls(options: RunCallsOptions): AsyncGenerator<RunEvent, void, undefined> {
  const { calls, targets, origin, clock, requestId } = options;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const startMs = clock.nowMs();
  const at = () => clock.nowMs() - startMs;
  const seen: RunEvent[] = [];
  const buffer = new EventBuffer(BUFFERED_EVENTS);
  let failures = 0;
  let firstProblem: ProblemError['problem'] | undefined;

  async function issue(call: PlannedCall, request: number, earlier?: Promise<void>): Promise<void> {
    const target = targets.find(({ engine }) => engine.id === call.upstream) ?? targets[0];
    if (earlier) await earlier;
    await clock.sleep(call.startAtMs - at(), signal);
    if (signal.aborted) return;
    await buffer.push({
      type: 'sent',
      atMs: at(),
      request,
      upstream: target.engine.id,
      ...(call.point !== undefined && { point: call.point }),
    });
    try {
      // Leaving the loop closes the call, so that an engine that overlooks the signal is stopped too.
      for await (const event of target.call(call, signal))
        if (!(await buffer.push({ ...event, atMs: at(), request }))) return;
    } catch (error) {
      const { problem } = ProblemError.from(error);
      failures += 1;
      firstProblem ??= problem;
      await buffer.push({
        type: 'ended',
        atMs: at(),
        request,
        reason: problem.code === 'canceled' ? 'canceled' : 'failed',
        problem: { ...problem, requestId },
      });
    }
  }

  try {
    const started: RunEvent = {
      type: 'started',
      atMs: at(),
      origin,
      engines: targets.map((target) => engineOf(target, calls)),
    };
    seen.push(started);
    yield started;
    const readGauges = await watchAll(targets, calls, signal);
    const issued: Promise<void>[] = [];
    for (const [request, call] of calls.entries())
      issued.push(issue(call, request, call.after === undefined ? undefined : issued[call.after]));
    void Promise.all(issued).then(
      () => buffer.close(),
      (error: unknown) => buffer.close(ProblemError.from(error)),
    );
    for await (const event of buffer) {
      seen.push(event);
      yield event;
    }
    for (const gauge of options.signal.aborted ? [] : await readGauges()) yield { type: 'gauge', atMs: at(), ...gauge };
    // Whoever aborts may say why with a ProblemError: a time limit, a server that drains. Else somebody pressed Stop.
    const reason: unknown = options.signal.reason;
    if (reason instanceof ProblemError) firstProblem = reason.problem;
    else if (options.signal.aborted) firstProblem = { code: 'canceled', reason: 'run_canceled' };
    const problem = options.signal.aborted || failures === calls.length ? firstProblem : undefined;
    if (problem) yield { type: 'failed', atMs: at(), problem: { ...problem, requestId } };
    else yield { type: 'done', atMs: at(), summary: options.summarise(seen) };
  } finally {
    stop.abort();
    buffer.drop();
  }
}

/** The engine, with the models that the calls name instead of the one it writes text with. */
function engineOf({ engine }: CallTarget, calls: readonly PlannedCall[]): EngineInfo {
  const models = new Set(calls.map((call) => (call.kind === 'infer' ? call.model : undefined)));
  models.delete(undefined);
  return models.size === 0 ? engine : { ...engine, model: [...models].join(', ') };
}

/** All engines' counters; one that cannot be read tells nothing, and fails no run. */
async function watchAll(targets: readonly CallTarget[], calls: readonly PlannedCall[], signal: AbortSignal) {
  const nothing = () => Promise.resolve<readonly Gauge[]>([]);
  const readers = await Promise.all(
    targets.map(async (target) => (await target.watch?.(calls, signal).catch(() => nothing)) ?? nothing),
  );
  return async () => (await Promise.all(readers.map((read) => read().catch(nothing)))).flat();
}

/** A bounded queue with one reader: `push` waits while it is full. */
class EventBuffer implements AsyncIterable<RunEvent> {
  readonly #capacity: number;
  readonly #events: RunEvent[] = [];
  #closed = false;
  #error: Error | undefined;
  #wakeReader: (() => void) | undefined;
  #wakeWriters: (() => void)[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Resolves to false when nobody will read the event. */
  async push(event: RunEvent): Promise<boolean> {
    while (this.#events.length >= this.#capacity && !this.#closed)
      await new Promise<void>((resolve) => this.#wakeWriters.push(resolve));
    if (this.#closed) return false;
    this.#events.push(event);
    this.#wakeReader?.();
    return true;
  }

  close(error?: Error): void {
    this.#closed = true;
    this.#error = error;
    this.#wakeReader?.();
    this.#releaseWriters();
  }

  /** The reader has left: forget what waits, release who waits. */
  drop(): void {
    this.#events.length = 0;
    this.close();
  }

  #releaseWriters(): void {
    for (const wake of this.#wakeWriters.splice(0)) wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RunEvent, void, undefined> {
    for (;;) {
      const event = this.#events.shift();
      if (event) {
        this.#releaseWriters();
        yield event;
      } else if (this.#closed) {
        if (this.#error) throw this.#error;
        return;
      } else {
        await new Promise<void>((resolve) => (this.#wakeReader = resolve));
        this.#wakeReader = undefined;
      }
    }
  }
}
