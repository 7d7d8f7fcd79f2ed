import { parentPort, workerData } from 'node:worker_threads';
import { Engine } from '#engine/engine.ts';
import { serveEngine } from '#engine/engine-host.ts';
import { fromNodePort } from '#engine/engine-port.ts';
import { parseModelFile } from '#engine/model-file.ts';

/** A worker thread that serves the model file it was given. Waits a moment first, as a real one does that loads from disk. */
async function load(): Promise<Engine> {
  await Promise.resolve();
  return new Engine(parseModelFile(workerData as ArrayBuffer));
}

if (!parentPort) throw new Error('Runs as a worker thread only.');
await serveEngine(fromNodePort(parentPort), load());
