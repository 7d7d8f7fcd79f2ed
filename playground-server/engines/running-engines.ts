import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { isAlive } from './process-session.ts';

const Identity = z.object({ pid: z.number(), startTicks: z.number() });

/** One engine that `npm run engines` started. */
export const RunningEngine = z.object({
  id: z.enum(['triton', 'vllm', 'triton-llm']),
  /** as the engine itself says, e.g. "2.51.0" */
  version: z.string(),
  /** leader of the session in which all of the engine's processes run */
  leader: Identity,
  /** our process that ends the rest when the leader ends */
  keeper: Identity,
  /** triton and triton-llm: http, grpc ("host:port"), metrics; vllm: http */
  urls: z.record(z.string(), z.string()),
  /** ISO 8601 */
  startedAt: z.string(),
  log: z.string(),
});
export type RunningEngine = z.infer<typeof RunningEngine>;
export type EngineId = RunningEngine['id'];

const RunningFile = z.object({ formatVersion: z.literal(1), engines: z.array(RunningEngine) });

/** Engines in the folder that `npm run engines` installs into, those that still run only. None when the file is missing or unreadable. */
export function readRunningEngines(directory: string): RunningEngine[] {
  let text: string;
  try {
    text = readFileSync(join(directory, 'running.json'), 'utf8');
  } catch {
    return [];
  }
  try {
    return RunningFile.parse(JSON.parse(text)).engines.filter(({ leader }) => isAlive(leader));
  } catch {
    return []; // written by another version of the course: what it says cannot be trusted
  }
}

/** Replaces the file in one step, so that a reader never sees half of it. */
export function writeRunningEngines(directory: string, engines: readonly RunningEngine[]): void {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'running.json');
  writeFileSync(`${file}.new`, `${JSON.stringify({ formatVersion: 1, engines }, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}
