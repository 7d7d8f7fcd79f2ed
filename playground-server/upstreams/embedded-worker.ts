import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { Engine } from '#engine/engine.ts';
import { serveEngine } from '#engine/engine-host.ts';
import { fromNodePort } from '#engine/engine-port.ts';
import { parseModelFile } from '#engine/model-file.ts';

/** What `embedded.ts` hands to this thread. */
export interface EmbeddedWorkerData {
  modelFile: string;
}

async function load({ modelFile }: EmbeddedWorkerData): Promise<Engine> {
  const { buffer, byteOffset, byteLength } = await readFile(modelFile);
  // A small file may lie in a pool that Node shares between buffers.
  return new Engine(parseModelFile(buffer.slice(byteOffset, byteOffset + byteLength)));
}

if (parentPort) await serveEngine(fromNodePort(parentPort), load(workerData as EmbeddedWorkerData));
