import { Worker } from 'node:worker_threads';
import { ProblemError } from '#contract/problem-error.ts';
import { EngineClient } from '#engine/engine-client.ts';
import { tinyEngineInfo } from '#engine/engine-info.ts';
import { fromNodePort } from '#engine/engine-port.ts';
import type { GenerateCall } from '#experiments/experiment.ts';
import type { CallEvent } from '#experiments/run-calls.ts';
import type { Log } from '../telemetry/log.ts';
import type { EmbeddedWorkerData } from './embedded-worker.ts';
import type { Upstream } from './upstream.ts';

const FIRST_RESTART_MS = 100;
const LONGEST_RESTART_MS = 10_000;
/** A worker that lived this long was well: the next restart is quick again. */
const STEADY_MS = 10_000;

export interface EmbeddedOptions {
  modelFile: string;
  log: Log;
  /** the program of the thread; tests give one that can be made to die */
  workerUrl?: URL;
}

/** Starts the tiny engine in a worker thread, never on the event loop. Rejects with a ProblemError when the model cannot be loaded. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Upstream> {
  const upstream = new EmbeddedUpstream(options);
  await upstream.start();
  return upstream;
}

/** One worker at a time. When it dies its open calls end with `engine_failed`, and another is started after a pause that doubles. */
class EmbeddedUpstream implements Upstream {
  readonly engine = tinyEngineInfo('CPU (server)');
  readonly #options: EmbeddedOptions;
  #worker: Worker | undefined;
  /** set while the worker can take calls */
  #client: EngineClient | undefined;
  #restartMs = FIRST_RESTART_MS;
  #restartTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: EmbeddedOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { modelFile, workerUrl = new URL('embedded-worker.ts', import.meta.url) } = this.#options;
    const worker = new Worker(workerUrl, { workerData: { modelFile } satisfies EmbeddedWorkerData });
    this.#worker = worker;
    const client = new EngineClient(fromNodePort(worker), this.engine);
    try {
      await client.ready;
    } catch (error) {
      await worker.terminate();
      throw error;
    }
    const readyMs = performance.now();
    this.#client = client;
    worker.on('exit', () => {
      this.#client = undefined;
      if (performance.now() - readyMs >= STEADY_MS) this.#restartMs = FIRST_RESTART_MS;
      this.#restartLater();
    });
  }

  reachable(): boolean {
    return this.#client !== undefined;
  }

  call(call: GenerateCall, signal: AbortSignal): AsyncIterable<CallEvent> {
    if (!this.#client) throw new ProblemError({ code: 'unavailable', reason: 'engine_unreachable' });
    return this.#client.call(call, signal);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#restartTimer);
    await this.#worker?.terminate();
  }

  #restartLater(): void {
    if (this.#isClosed) return;
    const inMs = this.#restartMs;
    this.#restartMs = Math.min(inMs * 2, LONGEST_RESTART_MS);
    this.#options.log({ event: 'engine-restart', upstream: this.engine.id, inMs });
    this.#restartTimer = setTimeout(() => {
      this.start().catch(() => this.#restartLater());
    }, inMs);
  }
}
