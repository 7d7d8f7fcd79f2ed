import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Engine } from './engine.ts';
import type { Python } from './python.ts';

/** pip, which the kernel ends (prctl 1 is PR_SET_PDEATHSIG) should this process crash: it must not write on into the next try. */
const PIP = `
import ctypes, runpy, signal
ctypes.CDLL(None).prctl(1, signal.SIGKILL)
runpy.run_module("pip", run_name="__main__", alter_sys=True)`;
/** Lines of pip that are shown when it fails. */
const LAST_LINES = 20;

export interface InstallOptions {
  engine: Engine;
  python: Python;
  /** folder of this engine: holds `venv` and `installed`, the stamp */
  directory: string;
  signal: AbortSignal;
  onProgress: (text: string) => void;
}

/**
 * Makes the engine's environment as its lock file says; does nothing when it is there already. Answers whether there was
 * something to do. What was half done, by Ctrl-C or a failure, is removed.
 */
export async function installEngine(options: InstallOptions): Promise<boolean> {
  const { engine, python, directory, signal } = options;
  const venv = join(directory, 'venv');
  const stamp = join(directory, 'installed');
  const lock = readFileSync(engine.lockFile, 'utf8');
  const wanted = `${createHash('sha256').update(lock).digest('hex')} python ${python.version}\n`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return false;

  rmSync(stamp, { force: true });
  rmSync(venv, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  requireSpace(directory, engine);
  try {
    options.onProgress('making a Python environment');
    await runToEnd(python.executable, ['-m', 'venv', venv], signal);
    await installPackages(options, join(venv, 'bin/python'), lock);
    options.onProgress('finishing');
    engine.finishInstall(venv, python);
  } catch (error) {
    rmSync(venv, { recursive: true, force: true });
    throw error;
  }
  writeFileSync(stamp, wanted); // last: without it the next run begins anew
  return true;
}

function requireSpace(directory: string, { name, installedBytes }: Engine): void {
  const { bavail, bsize } = statfsSync(directory);
  if (bavail * bsize >= installedBytes) return;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new Error(
    `${name} needs ${gigabytes(installedBytes)} of disk; ${directory} has ${gigabytes(bavail * bsize)} left.`,
  );
}

async function installPackages({ engine, signal, onProgress }: InstallOptions, python: string, lock: string) {
  const total = lock.split('\n').filter((line) => /^[\w.-]+==/.test(line)).length;
  let collected = 0;
  let current = '';
  const flags = ['--disable-pip-version-check', '--no-input', '--no-deps', '--progress-bar', 'off'];
  await runToEnd(python, ['-c', PIP, 'install', ...flags, '-r', engine.lockFile], signal, (line) => {
    const name = /^Collecting (\S+?)==/.exec(line)?.[1];
    if (name !== undefined) {
      collected += 1;
      current = name;
    }
    const size = /^ *(?:Downloading|Using cached) .*(\(.*\))$/.exec(line)?.[1];
    if (line.startsWith('Installing')) onProgress(`unpacking ${total} packages`);
    else if (name !== undefined || size !== undefined)
      onProgress(`package ${collected} of ${total}: ${current} ${size ?? ''}`);
  });
}

/** Runs a program to its end. Throws with its last lines when it fails, and with the signal's reason when that aborts. */
async function runToEnd(command: string, args: string[], signal: AbortSignal, onLine?: (line: string) => void) {
  const lines: string[] = [];
  let failure: Error | undefined;
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], signal });
  child.on('error', (error) => (failure = error));
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on('line', (line) => {
      lines.push(line);
      if (lines.length > LAST_LINES) lines.shift();
      onLine?.(line);
    });
  // Also after an abort: what is half done is removed only when nobody writes to it any more.
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  signal.throwIfAborted();
  if (failure) throw failure;
  if (code !== 0) throw new Error([`${command} ${args.join(' ')} ended with ${String(code)}:`, ...lines].join('\n'));
}
