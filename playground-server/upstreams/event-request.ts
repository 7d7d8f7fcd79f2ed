import type { HttpPool } from './http-pool.ts';
import type { Patience } from './patience.ts';
import { SseReader } from './sse.ts';
import type { UpstreamLimits } from './upstream-limits.ts';
import { Fault, engineFailed } from './upstream-problem.ts';

export interface EventRequestOptions {
  pool: HttpPool;
  path: string;
  body: unknown;
  patience: Patience;
  limits: UpstreamLimits;
  signal: AbortSignal;
}

/**
 * Posts JSON and yields the data of each server-sent event of the answer. Ends when the answer does, whole; leaving the loop
 * before closes the connection. Throws a ProblemError; text after the last blank line is dropped, as the format asks.
 */
export async function* postForEvents(options: EventRequestOptions): AsyncGenerator<string, void, undefined> {
  const { pool, path, patience, limits, signal } = options;
  const request = {
    method: 'POST' as const,
    path,
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify(options.body),
  };
  const [exchange, { headers }] = await pool.open(request, patience, signal);
  try {
    const contentType = headers['content-type'] ?? '';
    if (!/^text\/event-stream\b/i.test(contentType)) throw engineFailed(new Fault('answer is no event stream'));
    const reader = new SseReader(limits);
    for (let chunk = await patience.wait(exchange.read()); chunk; chunk = await patience.wait(exchange.read()))
      yield* reader.read(chunk);
  } finally {
    exchange.abort();
  }
}
