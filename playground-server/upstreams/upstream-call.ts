import type { GenerateCall } from '#experiments/experiment.ts';
import type { CallEvent } from '#experiments/run-calls.ts';

/**
 * The rules of every call, whatever the engine: an aborted one ends `canceled`; one that gets more tokens than it asked for
 * ends `length` and is cut off; every other fault is told to `onFault` and thrown.
 */
export async function* watchCall(
  events: AsyncIterable<CallEvent>,
  call: GenerateCall,
  signal: AbortSignal,
  onFault: (error: unknown) => void,
): AsyncGenerator<CallEvent, void, undefined> {
  let outputTokens = 0;
  try {
    for await (const event of events) {
      if (event.type === 'token') outputTokens += event.tokenCount;
      if (outputTokens > call.maxTokens) {
        yield { type: 'ended', reason: 'length' };
        return;
      }
      yield event;
    }
  } catch (error) {
    if (!signal.aborted) {
      onFault(error);
      throw error;
    }
    yield { type: 'ended', reason: 'canceled' };
  }
}
