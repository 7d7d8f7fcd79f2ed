import { once } from 'node:events';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { onTestFinished } from 'vitest';
import type { GenerateCall } from '#experiments/experiment.ts';
import type { CallEvent } from '#experiments/run-calls.ts';
import type { Problem } from '#contract/problem.ts';
import { ProblemError } from '#contract/problem-error.ts';
import type { UpstreamLimits } from '../../../playground-server/upstreams/upstream-limits.ts';

export const limits: UpstreamLimits = {
  connectMs: 5000,
  firstTokenMs: 20_000,
  betweenTokensMs: 20_000,
  eventBytes: 65_536,
  streamBytes: 1_048_576,
  tensorBytes: 1_048_576,
};

export const call: GenerateCall = {
  kind: 'generate',
  startAtMs: 0,
  prompt: 'Hi',
  maxTokens: 8,
  sampling: { temperature: 0, topP: 1, topK: 0, minP: 0, seed: 1 },
  alternatives: 0,
};

/** One request as it came. */
export interface PeerRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
  /** resolves when the other side has closed or reset the connection */
  gone: Promise<unknown>;
}
export type Answer = (socket: Socket, request: PeerRequest) => void;

export interface Peer {
  url: URL;
  requests: PeerRequest[];
  connections: number;
}

/** A server of plain bytes: it reads requests properly and answers as badly as it is told. Closed when the test ends. */
export async function startPeer(answer: Answer): Promise<Peer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    peer.connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    const gone = once(socket, 'close').catch(() => undefined);
    let received = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      for (;;) {
        const end = received.indexOf('\r\n\r\n');
        if (end === -1) return;
        const [first, ...lines] = received.subarray(0, end).toString().split('\r\n');
        const headers = Object.fromEntries(
          lines.map((line) => [
            line.slice(0, line.indexOf(':')).toLowerCase(),
            line.slice(line.indexOf(':') + 1).trim(),
          ]),
        );
        const next = end + 4 + Number(headers['content-length'] ?? 0);
        if (received.length < next) return;
        const [method, path] = first!.split(' ') as [string, string];
        const request = { method, path, headers, body: received.subarray(end + 4, next), gone };
        received = received.subarray(next);
        peer.requests.push(request);
        answer(socket, request);
      }
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const peer: Peer = { url: new URL(`http://127.0.0.1:${port}`), requests: [], connections: 0 };
  return peer;
}

export const head = (status: string, ...headers: string[]) => ['HTTP/1.1 ' + status, ...headers, '', ''].join('\r\n');
export const streamHead = head('200 OK', 'content-type: text/event-stream', 'transfer-encoding: chunked');

/** One piece of a chunked body. */
export function chunk(text: string | Uint8Array): Buffer {
  const bytes = Buffer.from(text as string);
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}
export const lastChunk = '0\r\n\r\n';
export const sse = (data: unknown) => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

/** A complete answer with a JSON body. */
export function json(body: unknown, status = '200 OK', ...headers: string[]): string {
  const text = JSON.stringify(body);
  return (
    head(status, 'content-type: application/json', `content-length: ${Buffer.byteLength(text)}`, ...headers) + text
  );
}

export interface Outcome {
  events: CallEvent[];
  problem: Omit<Problem, 'requestId'> | undefined;
}

/** All that a call yields, and what it throws. */
export async function outcomeOf(events: AsyncIterable<CallEvent>): Promise<Outcome> {
  const outcome: Outcome = { events: [], problem: undefined };
  try {
    for await (const event of events) outcome.events.push(event);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    outcome.problem = error.problem;
  }
  return outcome;
}

export const textOf = (events: readonly CallEvent[]) =>
  events.map((event) => (event.type === 'token' ? event.text : '')).join('');
