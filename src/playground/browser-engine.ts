import { tinyEngineInfo } from '#engine/engine-info.ts';
import { EngineClient } from '#engine/engine-client.ts';
import { fromWebPort } from '#engine/engine-port.ts';
import type { EngineWorkerStart } from './engine-worker.ts';
import { downloadModel } from './model-download.ts';
import type { RunOptions } from './run-source.ts';

/** What the badge says in the drawer's data; the page shows it in the reader's language. */
const DEVICE = 'your browser';

let engine: { url: string; client: Promise<EngineClient> } | undefined;

/**
 * The tiny engine in a Web Worker of this page, started at the first call and shared from then on. A worker that dies, or a
 * model that does not load, is forgotten: the next call starts another. Rejects with a ProblemError.
 */
export async function browserEngine(modelFile: string, options: RunOptions): Promise<EngineClient> {
  const file = await downloadModel(modelFile, options);
  if (engine?.url !== modelFile) engine = { url: modelFile, client: startEngine(file) };
  return engine.client;
}

/**
 * Gets the engine ready ahead of any Run, where that costs the reader nothing: when the page comes from this very machine.
 * There one server often holds pages and engines, and once it is stopped it is too late to fetch the model from it.
 */
export function prepareBrowserEngine(modelFile: string): void {
  if (!['localhost', '127.0.0.1', '[::1]'].includes(location.hostname)) return;
  // What fails now is tried again, and reported, at Run.
  browserEngine(modelFile, { signal: new AbortController().signal }).catch(() => undefined);
}

async function startEngine(file: ArrayBuffer): Promise<EngineClient> {
  const worker = new Worker(new URL('./engine-worker.ts', import.meta.url), { type: 'module' });
  const { port1, port2 } = new MessageChannel();
  // The port carries the engine's messages; only the worker itself hears of its death.
  const port = {
    ...fromWebPort(port1),
    onFailure: (listener: (cause: unknown) => void) => fromWebPort(worker).onFailure(listener),
  };
  const forget = () => {
    engine = undefined;
    worker.terminate();
    port1.close();
  };
  port.onFailure(forget);
  const client = new EngineClient(port, tinyEngineInfo(DEVICE));
  // Copied, not transferred: the bytes stay for the next worker.
  worker.postMessage({ file, port: port2 } satisfies EngineWorkerStart, [port2]);
  try {
    await client.ready;
  } catch (error) {
    forget();
    throw error;
  }
  return client;
}
