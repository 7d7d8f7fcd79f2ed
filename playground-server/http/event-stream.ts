import type { ServerResponse } from 'node:http';
import type { RunEvent } from '#contract/run-event.ts';

/**
 * Writes events as `data: {json}` frames and ends the response. A reader that is slow is waited for before the
 * next event is pulled; one that takes nothing for `writeStallMs` is cut off. Returns early once the response is closed.
 * Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function sendEvents(
  response: ServerResponse,
  events: AsyncIterable<RunEvent>,
  writeStallMs: number,
): Promise<void> {
  for await (const event of events) {
    if (response.destroyed) return;
    if (!response.write(`data: ${JSON.stringify(event)}\n\n`)) await taken(response, 'drain', writeStallMs);
  }
  response.end();
  // A run has left when its last byte has: a server that drains then closes the connection.
  if (!response.writableFinished) await taken(response, 'finish', writeStallMs);
}

/** Resolves when the reader has taken what was written, or is gone; makes it gone after `writeStallMs`. */
function taken(response: ServerResponse, event: 'drain' | 'finish', writeStallMs: number): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      clearTimeout(timer);
      response.off(event, settle);
      response.off('close', settle);
      resolve();
    };
    const timer = setTimeout(() => response.destroy(), writeStallMs);
    response.on(event, settle);
    response.on('close', settle);
    if (response.destroyed) settle();
  });
}
