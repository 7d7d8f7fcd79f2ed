import { setTimeout as wait } from 'node:timers/promises';

const POLL_MS = 200;

/** Asks until there is an answer. An address that does not answer yet is no error; any other error ends the wait, and so does the signal. */
export async function untilAnswer<Answer>(
  signal: AbortSignal,
  ask: () => Promise<Answer | undefined>,
): Promise<Answer> {
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      signal.throwIfAborted();
      if (!isNotListening(error)) throw error;
    }
    await wait(POLL_MS, undefined, { signal });
  }
}

/** fetch throws a TypeError with the network's error as its cause. */
function isNotListening(error: unknown): boolean {
  return error instanceof TypeError && error.cause instanceof Error;
}
