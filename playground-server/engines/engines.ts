/*
 * `npm run engines`: real Triton and real vLLM on this machine's processor, for the playgrounds.
 *   npm run engines                       install what is missing, start both
 *   npm run engines -- --only triton      one of them: triton, vllm, or triton-llm (vLLM inside Triton, after both are installed)
 *   npm run engines -- --status           what runs
 *   npm run engines -- --stop             end them, with everything they started
 */
import { parseArgs } from 'node:util';
import { bringUp } from './bring-up.ts';
import type { Engine } from './engine.ts';
import { holdExclusively } from './exclusive.ts';
import { ALTERNATIVES } from './platform.ts';
import { ProgressLine } from './progress-line.ts';
import { findPython } from './python.ts';
import { type RunningEngine, readRunningEngines } from './running-engines.ts';
import { type Settings, readSettings } from './settings.ts';
import { takeDown } from './take-down.ts';
import { tritonLlm } from './triton-llm.ts';
import { triton } from './triton.ts';
import { vllm } from './vllm.ts';

const ENGINES = [triton, vllm, tritonLlm];
/** What is started when no engine is named. */
const USUAL = [triton, vllm];
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => interrupted.abort(new Error('Stopped. Nothing was left running.')));

try {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, stop: { type: 'boolean' }, status: { type: 'boolean' } },
  });
  const chosen = values.only === undefined ? ENGINES : ENGINES.filter(({ id }) => id === values.only);
  if (chosen.length === 0) throw new Error(`--only takes ${ENGINES.map(({ id }) => id).join(' or ')}.`);
  const settings = readSettings(process.env);
  if (values.status) report(settings, chosen);
  else if (values.stop) await stop(settings, chosen);
  else await start(settings, values.only === undefined ? USUAL : chosen);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function start(settings: Settings, chosen: readonly Engine[]): Promise<void> {
  const python = process.platform === 'linux' ? findPython(settings.python) : undefined;
  const obstacles = chosen.map((engine) => engine.findObstacle(python));
  for (const obstacle of new Set(obstacles.filter((one) => one !== undefined))) say(obstacle);
  const possible = chosen.filter((_, index) => obstacles[index] === undefined);
  if (possible.length < chosen.length) {
    say(ALTERNATIVES);
    process.exitCode = 1;
  }
  if (possible.length === 0) return;

  const release = holdExclusively(settings.directory);
  try {
    for (const engine of possible) await startOne(engine, settings, python);
    say('\n"npm start" finds them. To end them: npm run engines -- --stop');
  } finally {
    release();
  }
}

async function startOne(engine: Engine, settings: Settings, python: ReturnType<typeof findPython>): Promise<void> {
  const line = new ProgressLine();
  say(`\n${engine.name} (${engine.existingVenv(settings) ?? `${engine.size}; only the first time`})`);
  const startedMs = performance.now();
  try {
    const running = await bringUp(engine, {
      settings,
      python,
      signal: interrupted.signal,
      onProgress: (text) => line.show(text),
    });
    line.end(`${describe(engine, running)}, after ${((performance.now() - startedMs) / 1000).toFixed(0)} s`);
  } finally {
    line.clear();
  }
}

async function stop(settings: Settings, chosen: readonly Engine[]): Promise<void> {
  const release = holdExclusively(settings.directory);
  try {
    for (const engine of chosen) {
      const running = readRunningEngines(settings.directory).find(({ id }) => id === engine.id);
      if (!running) {
        say(`${engine.name} does not run.`);
        continue;
      }
      await takeDown(running, settings.directory);
      say(`${engine.name} was stopped.`);
    }
  } finally {
    release();
  }
}

function report(settings: Settings, chosen: readonly Engine[]): void {
  const all = readRunningEngines(settings.directory);
  for (const engine of chosen) {
    const running = all.find(({ id }) => id === engine.id);
    say(running ? describe(engine, running) : `${engine.name} does not run.`);
  }
}

function describe(engine: Engine, { version, urls, leader, startedAt }: RunningEngine): string {
  return `${engine.name} ${version} runs: ${Object.values(urls).join(', ')} (process ${leader.pid}, since ${startedAt})`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
