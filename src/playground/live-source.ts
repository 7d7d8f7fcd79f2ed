import { type ParseError, createParser } from 'eventsource-parser';
import * as z from 'zod/mini';
import { Problem } from '#contract/problem.ts';
import { RunEvent, isTerminal } from '#contract/run-event.ts';
import { canceled, failedEvent, notReached, streamBroken } from './failed-event.ts';
import type { RunSource } from './run-source.ts';

/** No event of the contract comes near this; a peer that sends more is not ours. */
const MAX_EVENT_CHARACTERS = 1024 * 1024;

/** The companion server at `address` ('' = the page's own origin) as a source of runs. */
export function liveSource(address: string): RunSource {
  return {
    origin: 'live',
    async *run(request, { signal }) {
      let response: Response;
      try {
        response = await fetch(`${address}/runs`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
          body: JSON.stringify(request),
          signal,
        });
      } catch {
        yield failedEvent(signal.aborted ? canceled : notReached, 0);
        return;
      }
      if (response.ok && response.body) yield* runEvents(response.body, signal);
      else yield { type: 'failed', atMs: 0, problem: await problemOf(response) };
    },
  };
}

/**
 * Bytes of a `text/event-stream` -> events of one run, ending with exactly one terminal event: garbage, an early end
 * and a broken connection are all `stream_broken`, an abort is `run_canceled`. Leaving early cancels the body.
 */
export async function* runEvents(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<RunEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const messages: string[] = [];
  const errors: ParseError[] = [];
  let atMs = 0;
  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARACTERS,
    onEvent: ({ data }) => messages.push(data),
    onError: (error) => errors.push(error),
  });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      parser.feed(decoder.decode(value, { stream: true }));
      for (const message of messages.splice(0)) {
        const event = parseEvent(message);
        if (!event) {
          yield failedEvent(streamBroken, atMs);
          return;
        }
        atMs = event.atMs;
        yield event;
        if (isTerminal(event)) return;
      }
      // Only this error stops the parser; a line it does not know is skipped, as the standard asks.
      if (errors.splice(0).some((error) => error.type === 'max-buffer-size-exceeded')) break;
    }
    yield failedEvent(streamBroken, atMs);
  } catch {
    yield failedEvent(signal.aborted ? canceled : streamBroken, atMs);
  } finally {
    reader.cancel().catch(() => undefined); // already broken: nothing left to cancel
  }
}

function parseEvent(message: string): RunEvent | undefined {
  try {
    return RunEvent.parse(JSON.parse(message));
  } catch {
    return undefined;
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const parsed = z.safeParse(Problem, await response.json().catch(() => undefined));
  return parsed.success ? parsed.data : { ...notReached, requestId: '' };
}
