import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Lab, LabRow, ServerNeeds } from '../../src/site/labs.ts';

const READY_LIMIT_MS = 300_000;
const POLL_MS = 500;
const EXIT_LIMIT_MS = 30_000;

export type ServerRow = Extract<LabRow, { class: 'server' }>;

export interface LabServer {
  /** the variables through which a lab file finds it */
  variables: Record<string, string>;
  close(): Promise<void>;
}

interface ServerKind {
  /** variables that give the script a port each */
  ports: string[];
  /** answers 200 when the server takes requests */
  health: string;
  /** what the lab's files read, from the ports in the same order */
  variables(...ports: number[]): Record<string, string>;
}

const at = (port: number | undefined) => `http://127.0.0.1:${port ?? 0}`;

const kinds: Record<ServerNeeds, ServerKind> = {
  'vllm-server': { ports: ['PORT'], health: '/health', variables: (http) => ({ BASE_URL: `${at(http)}/v1` }) },
  'triton-server': {
    ports: ['PORT', 'GRPC_PORT', 'METRICS_PORT'],
    health: '/v2/health/ready',
    variables: (http, _grpc, metrics) => ({ BASE_URL: at(http), METRICS_URL: `${at(metrics)}/metrics` }),
  },
};

/** Starts the lab's own server script in a copy of its folder, on free ports, and resolves when the server is ready. */
export async function startLabServer(
  lab: Lab,
  { file, needs }: ServerRow,
  variables: Record<string, string>,
): Promise<LabServer> {
  const kind = kinds[needs];
  const ports = await freePorts(kind.ports.length);
  const given = Object.fromEntries(kind.ports.map((name, nth) => [name, String(ports[nth])]));
  const folder = mkdtempSync(join(tmpdir(), `lab-${lab.id}-`));
  cpSync(lab.folder, folder, { recursive: true });
  // A group of its own, so that the engine's worker processes end with it.
  const child = spawn('sh', [join(folder, file)], {
    env: { ...process.env, ...variables, ...given },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-4000)));
  const exited = once(child, 'exit');
  const close = async () => {
    await endGroup(child, exited);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilHealthy(`${at(ports[0])}${kind.health}`, child);
  } catch (error) {
    await close();
    throw new Error(`${lab.id}/${file} did not become ready. Its last words:\n${log}`, { cause: error });
  }
  return { variables: { ...given, ...kind.variables(...ports) }, close };
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

/** Different ports: all are held at once before any is given back. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  return Promise.all(
    servers.map(async (server) => {
      const address = server.address();
      server.close();
      await once(server, 'close');
      if (address === null || typeof address === 'string') throw new Error('no port');
      return address.port;
    }),
  );
}
