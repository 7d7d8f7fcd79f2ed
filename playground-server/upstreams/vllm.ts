import * as z from 'zod/mini';
import type { EngineInfo } from '#contract/run-request.ts';
import type { GenerateCall } from '#experiments/experiment.ts';
import type { CallEvent } from '#experiments/run-calls.ts';
import type { Log } from '../telemetry/log.ts';
import { postForEvents } from './event-request.ts';
import { Health } from './health.ts';
import { HttpPool } from './http-pool.ts';
import { parseBody } from './parse-body.ts';
import { Patience } from './patience.ts';
import type { UpstreamLimits } from './upstream-limits.ts';
import type { Upstream } from './upstream.ts';
import { watchCall } from './upstream-call.ts';
import { Fault, describeFault, streamBroken } from './upstream-problem.ts';
import { chatBody, parseChatChunk } from './vllm-chat.ts';

/** A page waits 3 s for the list of engines. */
const HEALTH_MS = 2000;
const HEALTH_BYTES = 65_536;
const END_MARK = '[DONE]';

const Version = z.object({ version: z.string() });
const Models = z.object({ data: z.array(z.object({ id: z.string() })).check(z.minLength(1)) });

export interface VllmOptions {
  url: URL;
  /** asked from the engine unless given */
  model: string | undefined;
  apiKey: string | undefined;
  /** what it runs on, for the badge: vLLM itself does not tell */
  device: string;
  limits: UpstreamLimits;
  log: Log;
}

/**
 * A vLLM server, through its OpenAI-compatible chat endpoint: the engine's own template is put around the prompt. vLLM, unlike the
 * tiny engine, reads the text of a special token in a prompt as that token.
 */
export class VllmUpstream implements Upstream {
  engine: EngineInfo;
  readonly #options: VllmOptions;
  readonly #pool: HttpPool;
  readonly #health: Health;

  constructor(options: VllmOptions) {
    const { url, model, apiKey, device, limits, log } = options;
    this.#options = options;
    this.engine = { id: 'vllm', name: 'vLLM', version: '?', device, model: model ?? '?' };
    const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
    this.#pool = new HttpPool(url, limits.connectMs, headers);
    this.#health = new Health(
      () => this.#identify(),
      (reachable, error) =>
        log({ event: 'upstream', upstream: 'vllm', reachable, fault: reachable ? undefined : describeFault(error) }),
    );
  }

  reachable(): Promise<boolean> {
    return this.#health.reachable();
  }

  call(call: GenerateCall, signal: AbortSignal): AsyncIterable<CallEvent> {
    return watchCall(this.#stream(call, signal), call, signal, (error) => {
      this.#health.doubt();
      this.#options.log({ event: 'upstream-fault', upstream: 'vllm', fault: describeFault(error) });
    });
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  async *#stream(call: GenerateCall, signal: AbortSignal): AsyncGenerator<CallEvent, void, undefined> {
    const { limits } = this.#options;
    if (this.engine.model === '?') await this.#identify();
    const patience = new Patience(limits);
    const body = chatBody(this.engine.model, call);
    const events = postForEvents({ pool: this.#pool, path: '/v1/chat/completions', body, patience, limits, signal });
    let ended: Extract<CallEvent, { type: 'ended' }> | undefined;
    for await (const data of events) {
      if (data === END_MARK) {
        if (!ended) throw streamBroken(new Fault('ended without a reason'));
        yield ended;
        await closeInPeace(events, patience);
        return;
      }
      const { text, tokenCount, alternatives, endReason, usage } = parseChatChunk(data);
      if (tokenCount > 0) {
        patience.renew();
        yield { type: 'token', text, tokenCount, ...(alternatives && { alternatives }) };
      }
      if (endReason) ended = { type: 'ended', reason: endReason };
      if (usage && ended) ended = { ...ended, usage };
    }
    throw streamBroken(new Fault(`ended without ${END_MARK}`));
  }

  /** Asks who it is. Rejects when it is not ready to answer. */
  async #identify(): Promise<void> {
    const get = async (path: string) => {
      const patience = new Patience({ firstTokenMs: HEALTH_MS, betweenTokensMs: HEALTH_MS });
      const request = { method: 'GET' as const, path, headers: {} };
      const [body] = await this.#pool.fetch(request, { maxBytes: HEALTH_BYTES, patience });
      return body;
    };
    const [version, models] = await Promise.all([get('/version'), get('/v1/models'), get('/health')]);
    const [first] = parseBody(Models, models).data;
    const model = this.#options.model ?? first!.id;
    this.engine = { ...this.engine, version: parseBody(Version, version).version, model };
  }
}

/** Lets the connection come to its end, so that it can be used again. Whatever happens, the answer is complete. */
async function closeInPeace(events: AsyncIterator<string>, patience: Patience): Promise<void> {
  patience.close();
  try {
    while (!(await events.next()).done);
  } catch {
    // the engine said all it had to say
  }
}
