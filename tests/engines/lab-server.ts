import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Lab } from '../../src/site/labs.ts';

const READY_LIMIT_MS = 300_000;
const POLL_MS = 500;
const EXIT_LIMIT_MS = 30_000;

export interface LabServer {
  /** the variables through which a lab file finds it */
  variables: { PORT: string; BASE_URL: string };
  close(): Promise<void>;
}

/** Starts the lab's own server script on a free port and resolves when `/health` answers. */
export async function startLabServer(lab: Lab, script: string, variables: Record<string, string>): Promise<LabServer> {
  const port = String(await freePort());
  // A group of its own, so that the engine's worker processes end with it.
  const child = spawn('sh', [join(lab.folder, script)], {
    env: { ...process.env, ...variables, PORT: port },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-4000)));
  const exited = once(child, 'exit');
  const close = () => endGroup(child, exited);
  try {
    await untilHealthy(`http://127.0.0.1:${port}/health`, child);
  } catch (error) {
    await close();
    throw new Error(`${lab.id}/${script} did not become ready. Its last words:\n${log}`, { cause: error });
  }
  return { variables: { PORT: port, BASE_URL: `http://127.0.0.1:${port}/v1` }, close };
}

async function untilHealthy(url: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + READY_LIMIT_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await wait(POLL_MS);
  }
  throw new Error(`no answer from ${url} within ${READY_LIMIT_MS / 1000} s`);
}

async function endGroup(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  signalGroup(child, 'SIGTERM');
  await Promise.race([exited, wait(EXIT_LIMIT_MS, undefined, { ref: false })]);
  signalGroup(child, 'SIGKILL');
}

/** To the child and all it started; a group that has ended already is no fault. */
function signalGroup({ pid }: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
