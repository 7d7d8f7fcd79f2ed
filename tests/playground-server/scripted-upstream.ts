import type { CallEvent } from '#experiments/run-calls.ts';
import type { GenerateCall } from '#experiments/experiment.ts';
import type { Upstream } from '../../playground-server/upstreams/upstream.ts';

export type Script = (call: GenerateCall, signal: AbortSignal) => AsyncIterable<CallEvent>;

/** A peer that behaves as badly as its script says: an upstream of the server's own interface. */
export class ScriptedUpstream implements Upstream {
  readonly engine = { id: 'embedded', name: 'scripted', version: '1', device: 'test', model: 'none' } as const;
  /** signals of all calls so far, in order */
  readonly signals: AbortSignal[] = [];
  isReachable = true;
  script: Script;
  #tellCalled: (() => void)[] = [];

  constructor(script: Script) {
    this.script = script;
  }

  /** resolves at the next call */
  called(): Promise<void> {
    return new Promise((resolve) => this.#tellCalled.push(resolve));
  }

  call(call: GenerateCall, signal: AbortSignal): AsyncIterable<CallEvent> {
    this.signals.push(signal);
    for (const tell of this.#tellCalled.splice(0)) tell();
    return this.script(call, signal);
  }

  reachable(): boolean {
    return this.isReachable;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export function token(text: string): CallEvent {
  return { type: 'token', text, tokenCount: 1 };
}
export const stopped: CallEvent = { type: 'ended', reason: 'stop' };

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });
}

/** Says `texts`, one token each, then stops. */
export function saying(...texts: string[]): Script {
  return async function* () {
    for (const text of texts) {
      await Promise.resolve();
      yield token(text);
    }
    yield stopped;
  };
}

/** Says one token, then nothing until it is aborted, as an engine that computes for long. */
export const stalling: Script = async function* (_call, signal) {
  yield token('first');
  await aborted(signal);
};

/** Says nothing until it is aborted: still in prefill. */
export const silent: Script = async function* (_call, signal) {
  await aborted(signal);
  yield* [];
};

/** Never looks at its signal and never says anything. */
export const deaf: Script = async function* () {
  await new Promise(() => undefined);
  yield* [];
};

/** Yields `text` for ever, until aborted; `count` says how often. */
export function flooding(text: string): { script: Script; count: () => number } {
  let count = 0;
  return {
    count: () => count,
    script: async function* (_call, signal) {
      while (!signal.aborted) {
        count += 1;
        yield token(text);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}
