/**
 * Passes on what `source` yields. When the signal aborts it throws the signal's reason at once, without
 * waiting for a source that may never answer again.
 */
export async function* untilAborted<Value>(
  source: AsyncIterable<Value>,
  signal: AbortSignal,
): AsyncGenerator<Value, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let refuse: (reason: unknown) => void = () => undefined;
  const onAbort = () => refuse(signal.reason);
  signal.addEventListener('abort', onAbort);
  try {
    for (;;) {
      signal.throwIfAborted();
      // One promise a step: racing against a single long-lived promise would keep every step in memory.
      const next = await new Promise<IteratorResult<Value>>((resolve, reject) => {
        refuse = reject;
        iterator.next().then(resolve, reject);
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Told, not awaited: a source stuck in `next` would keep us here.
    iterator.return?.().catch(() => undefined);
  }
}
