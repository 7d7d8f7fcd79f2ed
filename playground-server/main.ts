import type { AddressInfo } from 'node:net';
import { type Config, readConfig } from './config.ts';
import { explainStartError } from './explain-start-error.ts';
import { buildApp } from './http/app.ts';
import { monotonicClock } from './runs/clock.ts';
import { OpenRuns } from './runs/open-runs.ts';
import { type Log, logToStderr } from './telemetry/log.ts';
import { startUpstreams as startConfigured } from './upstreams/start-upstreams.ts';
import type { Upstream } from './upstreams/upstream.ts';

export interface RunningServer {
  url: string;
  upstreams: readonly Upstream[];
  /** Refuses new runs, gives open ones their time, then stops listening and frees the engines. */
  close(): Promise<void>;
}

/** Config -> engines -> listening server. Rejects when an engine does not start or the port is taken. */
export async function startServer(
  config: Config,
  {
    log = logToStderr,
    startUpstreams = () => startConfigured(config, log),
  }: { log?: Log; startUpstreams?: () => Promise<readonly Upstream[]> } = {},
): Promise<RunningServer> {
  const upstreams = await startUpstreams();
  const runs = new OpenRuns(config.limits.maxRuns);
  const app = buildApp({ config, upstreams, runs, clock: monotonicClock, log });
  const closeUpstreams = () => Promise.all(upstreams.map((upstream) => upstream.close()));
  try {
    await app.listen({ port: config.port, host: config.host });
  } catch (error) {
    await closeUpstreams();
    throw error;
  }
  const { port } = app.server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  const close = async () => {
    log({ event: 'drain', openRuns: runs.count });
    await runs.drain(config.limits.drainFinishMs);
    await app.close();
    await closeUpstreams();
  };
  return { url: urlOf(config.host, port), upstreams, close: () => (closing ??= close()) };
}

/** The address to open in a browser; one that means "every interface" is reached as localhost. */
function urlOf(host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::') return `http://localhost:${port}/`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/`;
}

/** Ends the process in order on SIGTERM and Ctrl-C: drain, then exit code 0. A second signal does not wait. */
export function closeOnSignal(server: RunningServer): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      process.once(signal, () => process.exit(1));
      void server.close().then(() => process.exit(0));
    });
  }
}

if (import.meta.main) {
  try {
    const server = await startServer(readConfig(process.env));
    closeOnSignal(server);
    process.stdout.write(`${server.url}\n`);
  } catch (error) {
    process.stderr.write(`${explainStartError(error, process.env)}\n`);
    process.exitCode = 1;
  }
}
