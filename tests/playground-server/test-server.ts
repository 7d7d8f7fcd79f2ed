import { onTestFinished } from 'vitest';
import { Problem } from '#contract/problem.ts';
import { RunEvent, isTerminal } from '#contract/run-event.ts';
import { CONTRACT_VERSION } from '#contract/run-request.ts';
import { readConfig } from '../../playground-server/config.ts';
import { type RunningServer, startServer } from '../../playground-server/main.ts';
import type { LogLine } from '../../playground-server/telemetry/log.ts';
import type { Upstream } from '../../playground-server/upstreams/upstream.ts';

/** How long a poll waits on a busy machine; it is no measure of speed. */
export const SOON = { timeout: 10_000 };

export interface TestServer extends RunningServer {
  lines: LogLine[];
  /** POST /runs with any body; strings are sent as they are */
  post(body: unknown, init?: RequestInit): Promise<Response>;
}

/** The real server on a free port, closed when the test ends. */
export async function startTestServer(
  upstreams: readonly Upstream[],
  environment: Record<string, string> = {},
): Promise<TestServer> {
  const lines: LogLine[] = [];
  const config = readConfig({ PORT: '0', SITE_DIR: 'no-such-folder', DRAIN_FINISH_MS: '0', ...environment });
  const server = await startServer(config, {
    log: (line) => lines.push(line),
    startUpstreams: () => Promise.resolve(upstreams),
  });
  onTestFinished(() => server.close());
  const post = (body: unknown, init: RequestInit = {}) =>
    fetch(`${server.url}runs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
      ...init,
    });
  return { ...server, lines, post };
}

/** A request that every server accepts. */
export function runOf(parameters: Record<string, unknown> = {}, rest: Record<string, unknown> = {}) {
  return { contractVersion: CONTRACT_VERSION, experiment: 'stream-one-prompt', parameters, ...rest };
}

/** Frames of an event stream as they arrive, each parsed by the contract. */
export async function* readEvents(response: Response): AsyncGenerator<RunEvent, void, undefined> {
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const frames = text.split('\n\n');
    text = frames.pop()!;
    for (const frame of frames) yield RunEvent.parse(JSON.parse(frame.replace(/^data: /, '')));
  }
  if (text !== '') throw new Error(`the stream ended within a frame: ${text}`);
}

/** All events of a run. Throws unless exactly one terminal event came, and came last. */
export async function allEvents(response: Response): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of readEvents(response)) events.push(event);
  const terminals = events.filter(isTerminal);
  if (terminals.length !== 1 || !isTerminal(events.at(-1)!))
    throw new Error(`${terminals.length} terminal events in ${events.map(({ type }) => type).join(' ')}`);
  return events;
}

export async function problemOf(response: Response): Promise<Problem> {
  return Problem.parse(await response.json());
}
