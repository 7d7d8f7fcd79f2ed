import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Engine } from './engine.ts';
import { installEngine } from './install.ts';
import type { Python } from './python.ts';
import { type RunningEngine, readRunningEngines, writeRunningEngines } from './running-engines.ts';
import type { Settings } from './settings.ts';
import { startEngine } from './start-engine.ts';

/** Triton takes seconds, vLLM half a minute; three times that on a busy machine. */
const READY_LIMIT_MS = 180_000;
/** All checks of an engine together; they take 2 s. */
const CHECK_LIMIT_MS = 60_000;
/** Lines of an engine's log that are shown when it fails. */
const LAST_LINES = 15;

export interface BringUpContext {
  settings: Settings;
  python: Python | undefined;
  signal: AbortSignal;
  onProgress: (text: string) => void;
}

/**
 * Installs the engine unless it is there, starts it unless it runs, waits, and checks every model. Answers what runs; it
 * stands in running.json then. Throws an Error whose message is for people; in that case the engine does not run.
 */
export async function bringUp(engine: Engine, context: BringUpContext): Promise<RunningEngine> {
  const { settings, python, signal, onProgress } = context;
  const others = readRunningEngines(settings.directory).filter(({ id }) => id !== engine.id);
  const already = readRunningEngines(settings.directory).find(({ id }) => id === engine.id);
  if (already) return already;

  const venv = await provideVenv(engine, context);
  for (const { variable, port } of engine.ports(settings)) await requireFreePort(engine, variable, port);
  const log = join(settings.directory, engine.id, 'log.txt');
  mkdirSync(join(settings.directory, engine.id), { recursive: true });
  onProgress('starting');
  const started = await startEngine(engine.command({ settings, venv, python, log }));
  const tooLong = AbortSignal.timeout(READY_LIMIT_MS);
  const untilThen = AbortSignal.any([signal, started.ended, tooLong]);
  const startedMs = performance.now();
  const ticker = setInterval(
    () => onProgress(`waiting until it is ready, ${((performance.now() - startedMs) / 1000).toFixed(0)} s`),
    1000,
  );
  try {
    const version = await engine.waitUntilReady(settings, untilThen);
    clearInterval(ticker);
    let checked = '';
    const inTime = AbortSignal.any([untilThen, AbortSignal.timeout(CHECK_LIMIT_MS)]);
    await engine
      .check(settings, inTime, (model) => {
        checked = model;
        onProgress(`checking ${model}`);
      })
      .catch((error: unknown) => {
        throw new Error(`${checked}: ${inTime.aborted ? 'no answer in time' : messageOf(error)}`, { cause: error });
      });
    const running: RunningEngine = {
      id: engine.id,
      version,
      leader: started.leader,
      keeper: started.keeper,
      urls: engine.urls(settings),
      startedAt: new Date().toISOString(),
      log,
    };
    signal.throwIfAborted();
    writeRunningEngines(settings.directory, [...others, running]);
    started.keep();
    return running;
  } catch (error) {
    // Looked at before the engine is stopped. An aborted fetch says little; the reason of the abort says what happened.
    const reason: unknown = started.ended.aborted ? started.ended.reason : error;
    const why = tooLong.aborted ? `it was not ready within ${READY_LIMIT_MS / 1000} s` : messageOf(reason);
    const end = lastLines(log);
    await started.stop();
    signal.throwIfAborted();
    throw new Error(`${engine.name} was stopped: ${why}\nThe end of ${log}:\n${end}`, { cause: error });
  } finally {
    clearInterval(ticker);
  }
}

async function provideVenv(engine: Engine, { settings, python, signal, onProgress }: BringUpContext): Promise<string> {
  const existing = engine.existingVenv(settings);
  if (existing !== undefined) {
    if (!existsSync(join(existing, 'bin', 'python'))) throw new Error(`${existing} is not a Python environment.`);
    return existing;
  }
  if (!python) throw new Error(`${engine.name} needs a Python.`); // findObstacle has said so before
  const directory = join(settings.directory, engine.id);
  await installEngine({ engine, python, directory, signal, onProgress });
  return join(directory, 'venv');
}

async function requireFreePort({ name }: Engine, variable: string, port: number): Promise<void> {
  const probe = createServer().listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
  } catch (error) {
    throw new Error(`${name} needs port ${port}, which is in use. Choose another: ${variable}=${port + 1000}`, {
      cause: error,
    });
  }
  probe.close();
  await once(probe, 'close');
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function lastLines(file: string): string {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  return lines
    .slice(-LAST_LINES)
    .map((line) => `  ${line.slice(0, 200)}`)
    .join('\n');
}
