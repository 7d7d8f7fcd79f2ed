import { Pool } from 'undici';
import type { ProblemError } from '#contract/problem-error.ts';
import { HttpExchange, type HttpHead, type HttpRequest, buildWatchedConnector } from './http-exchange.ts';
import type { Patience } from './patience.ts';
import { Fault, engineBusy, engineFailed, modelNotLoaded, streamBroken, unreachable } from './upstream-problem.ts';

/** More open requests to one engine than this wait here; not measured. A run opens at most 32. */
const CONNECTIONS = 256;
/** vLLM's server closes an idle connection after 5 s; ours leaves it first. */
const KEEP_ALIVE_MS = 4000;
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/** Connections to one engine. Follows no redirect, and reads no proxy from the environment. */
export class HttpPool {
  readonly #pool: Pool;
  readonly #prefix: string;
  readonly #headers: Record<string, string>;

  /** `url`: origin and a path that comes before every other. `headers` go with every request. */
  constructor(url: URL, connectMs: number, headers: Record<string, string> = {}) {
    this.#pool = new Pool(url.origin, {
      connections: CONNECTIONS,
      pipelining: 1,
      allowH2: false,
      connect: buildWatchedConnector(connectMs),
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
    });
    this.#prefix = url.pathname.replace(/\/$/, '');
    this.#headers = headers;
  }

  /**
   * Sends a request and resolves to the exchange when its head is there and says 200. Throws a ProblemError: engine_unreachable,
   * server_busy, model_not_loaded, engine_failed. A connection that could not be made, or was closed while idle, is tried once more.
   */
  async open(request: HttpRequest, patience: Patience, signal?: AbortSignal): Promise<[HttpExchange, HttpHead]> {
    for (let mayRetry = true; ; mayRetry = false) {
      signal?.throwIfAborted();
      const path = this.#prefix + request.path;
      const headers = { ...request.headers, ...this.#headers };
      const exchange = new HttpExchange(this.#pool, { ...request, path, headers }, signal);
      try {
        const head = await patience.wait(exchange.head());
        if (head.status !== 200) throw problemOfStatus(head);
        return [exchange, head];
      } catch (error) {
        if (mayRetry && exchange.mayRetry) continue;
        exchange.abort();
        throw error;
      }
    }
  }

  /** Sends a request and resolves to the whole body. Throws as `open` does, and stream_broken when the body is longer than `maxBytes`. */
  async fetch(
    request: HttpRequest,
    { maxBytes, patience, signal }: { maxBytes: number; patience: Patience; signal?: AbortSignal },
  ): Promise<[Buffer, HttpHead]> {
    const [exchange, head] = await this.open(request, patience, signal);
    try {
      const chunks: Uint8Array[] = [];
      let length = 0;
      for (let chunk = await patience.wait(exchange.read()); chunk; chunk = await patience.wait(exchange.read())) {
        length += chunk.length;
        if (length > maxBytes) throw streamBroken(new Fault('answer too long'));
        chunks.push(chunk);
      }
      return [Buffer.concat(chunks), head];
    } finally {
      exchange.abort();
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

/** What a status other than 200 means. The body is not read: its words are the engine's. */
function problemOfStatus({ status, headers }: HttpHead): ProblemError {
  const fault = new Fault(`HTTP ${status}`);
  const retryAfterMs = parseRetryAfter(headers['retry-after']);
  if (status === 429) return engineBusy(fault, retryAfterMs);
  if (status === 503) return unreachable(fault, retryAfterMs);
  return status === 404 ? modelNotLoaded(fault) : engineFailed(fault);
}

/** `Retry-After: 3` -> 3000, a date -> the time until then; undefined when it is neither. At most an hour. */
function parseRetryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), LONGEST_RETRY_AFTER_MS);
}
