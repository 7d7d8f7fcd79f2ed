import { ProblemError } from '#contract/problem-error.ts';
import type { EngineInfo } from '#contract/run-request.ts';
import type { GenerateCall } from '#experiments/experiment.ts';
import type { CallEvent, CallTarget } from '#experiments/run-calls.ts';
import type { EngineCommand, EngineMessage, NextToken } from './engine-messages.ts';
import type { EnginePort } from './engine-port.ts';

/** Takes the messages of one command. */
interface Listener {
  onMessage(message: EngineMessage): void;
  onProblem(problem: ProblemError): void;
}

/**
 * The engine behind a port, as a target of calls. When the port fails, every open call throws `engine_failed` and every
 * later one does so at once; when the model cannot be loaded, it is `model_not_loaded`. Make a new worker and a new client then.
 */
export class EngineClient implements CallTarget {
  readonly engine: EngineInfo;
  /** resolves when the model is loaded; rejects with a ProblemError when that failed or the port did before */
  readonly ready: Promise<void>;
  readonly #port: EnginePort;
  readonly #listeners = new Map<number, Listener>();
  #failure: ProblemError | undefined;
  #nextId = 1;

  constructor(port: EnginePort, engine: EngineInfo) {
    this.engine = engine;
    this.#port = port;
    this.ready = new Promise((resolve, reject) => {
      const fail = (problem: ProblemError) => {
        this.#failure ??= problem;
        reject(this.#failure);
        for (const listener of this.#listeners.values()) listener.onProblem(this.#failure);
        this.#listeners.clear();
      };
      port.onMessage((data) => {
        const message = data as EngineMessage;
        if (message.type === 'ready') resolve();
        else if (message.type === 'broken') fail(new ProblemError(message.problem));
        else this.#deliver(message);
      });
      port.onFailure((cause) => fail(new ProblemError({ code: 'internal', reason: 'engine_failed' }, { cause })));
    });
    // Whoever does not wait for `ready` sees the failure in the calls.
    this.ready.catch(() => undefined);
  }

  /** Aborting the signal, or leaving the loop, frees the engine's work before its next step. An aborted call ends `canceled`. */
  async *call(call: GenerateCall, signal: AbortSignal): AsyncGenerator<CallEvent, void, undefined> {
    if (signal.aborted) {
      yield { type: 'ended', reason: 'canceled' };
      return;
    }
    const messages: EngineMessage[] = [];
    let problem: ProblemError | undefined;
    let wake: (() => void) | undefined;
    const id = this.#send((id) => ({ type: 'call', id, call }), {
      onMessage: (message) => {
        messages.push(message);
        wake?.();
      },
      onProblem: (received) => {
        problem = received;
        wake?.();
      },
    });
    const abort = () => this.#port.post({ type: 'abort', id } satisfies EngineCommand);
    signal.addEventListener('abort', abort);
    try {
      for (;;) {
        const message = messages.shift();
        if (message?.type === 'token') {
          const { type, text, tokenCount, alternatives } = message;
          yield { type, text, tokenCount, ...(alternatives && { alternatives }) };
        } else if (message?.type === 'ended') {
          yield { type: 'ended', reason: message.reason, usage: message.usage };
          return;
        } else if (problem) {
          throw problem;
        } else {
          await new Promise<void>((resolve) => (wake = resolve));
          wake = undefined;
        }
      }
    } finally {
      signal.removeEventListener('abort', abort);
      // Still listening means that the reader has left before the end.
      if (this.#listeners.delete(id)) abort();
    }
  }

  /** The logits after a prompt and the start of an answer, for a page that shows how a token is sampled. Rejects with a ProblemError. */
  nextToken(prompt: string, answerIds: readonly number[] = []): Promise<NextToken> {
    return new Promise((resolve, reject) => {
      this.#send((id) => ({ type: 'logits', id, prompt, answerIds }), {
        onMessage: (message) => {
          if (message.type === 'logits') resolve(message.next);
        },
        onProblem: reject,
      });
    });
  }

  #send(toCommand: (id: number) => EngineCommand, listener: Listener): number {
    if (this.#failure) throw this.#failure;
    const id = this.#nextId++;
    this.#listeners.set(id, listener);
    this.#port.post(toCommand(id));
    return id;
  }

  #deliver(message: Exclude<EngineMessage, { type: 'ready' | 'broken' }>): void {
    const listener = this.#listeners.get(message.id);
    // A call that its reader has left may still have messages under way.
    if (!listener) return;
    if (message.type !== 'token') this.#listeners.delete(message.id);
    if (message.type === 'problem') listener.onProblem(new ProblemError(message.problem));
    else listener.onMessage(message);
  }
}
