import type { Python } from './python.ts';
import type { EngineId } from './running-engines.ts';
import type { Settings } from './settings.ts';
import type { EngineCommand } from './start-engine.ts';

/** One real engine: how it is installed, started, waited for and checked. */
export interface Engine {
  readonly id: EngineId;
  readonly name: string;
  /** for people, before anything is fetched */
  readonly size: string;
  /** disk the environment takes, in bytes, rounded up */
  readonly installedBytes: number;
  readonly lockFile: string;
  /** an environment to use as it is; nothing is installed then */
  existingVenv: (settings: Settings) => string | undefined;
  /** what this machine lacks for it, as a sentence; undefined when it can run */
  findObstacle(python: Python | undefined): string | undefined;
  /** what pip cannot do, after the packages are there */
  finishInstall(venv: string, python: Python): void;
  ports(settings: Settings): { variable: string; port: number }[];
  command(context: StartContext): EngineCommand;
  urls(settings: Settings): Record<string, string>;
  /** resolves to the version the engine says it has, when it takes requests; throws when a model cannot be loaded */
  waitUntilReady(settings: Settings, signal: AbortSignal): Promise<string>;
  /** asks every model what we know the answer to; throws an Error that names the model and the difference */
  check(settings: Settings, signal: AbortSignal, onProgress: (model: string) => void): Promise<void>;
}

export interface StartContext {
  settings: Settings;
  venv: string;
  python: Python | undefined;
  log: string;
}
