import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installEngine } from '../../playground-server/engines/install.ts';
import { findPython, type Python } from '../../playground-server/engines/python.ts';
import { readSettings, type Settings } from '../../playground-server/engines/settings.ts';
import { triton } from '../../playground-server/engines/triton.ts';

/** A place where a test may start Triton: the installed one, free ports, a folder of its own for logs and running.json. */
export interface TritonPlace {
  settings: Settings;
  python: Python;
  /** variables that make `npm run engines` use the same place */
  environment: Record<string, string>;
  remove(): void;
}

/** Installs Triton into .engines unless it is there, and makes a new place. Throws with the reason where Triton cannot run. */
export async function makeTritonPlace(): Promise<TritonPlace> {
  const shared = readSettings(process.env);
  const python = findPython(shared.python);
  const obstacle = triton.findObstacle(python);
  if (obstacle !== undefined || !python) throw new Error(obstacle);
  const installed = join(shared.directory, 'triton');
  const { signal } = new AbortController();
  await installEngine({ engine: triton, python, directory: installed, signal, onProgress: () => undefined });

  const directory = mkdtempSync(join(tmpdir(), 'triton-test-'));
  mkdirSync(join(directory, 'triton'));
  for (const name of ['venv', 'installed']) symlinkSync(join(installed, name), join(directory, 'triton', name));
  const [http, grpc, metrics] = [await freePort(), await freePort(), await freePort()];
  const environment = {
    ENGINES_DIR: directory,
    TRITON_HTTP_PORT: String(http),
    TRITON_GRPC_PORT: String(grpc),
    TRITON_METRICS_PORT: String(metrics),
  };
  return {
    settings: readSettings({ ...process.env, ...environment }),
    python,
    environment,
    remove: () => rmSync(directory, { recursive: true }),
  };
}

/** Numbers of the processes whose command line holds the text, this one not counted. */
export function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => readCommandLine(pid).includes(text))
    .map(Number);
}

function readCommandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // it ended in the meantime
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
