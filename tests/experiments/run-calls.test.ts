import { describe, expect, it } from 'vitest';
import { ProblemError } from '#contract/problem-error.ts';
import { RunEvent, isTerminal } from '#contract/run-event.ts';
import type { GenerateCall } from '#experiments/experiment.ts';
import type { CallEvent, CallTarget, Clock } from '#experiments/run-calls.ts';
import { runCalls } from '#experiments/run-calls.ts';

const call: GenerateCall = {
  kind: 'generate',
  startAtMs: 0,
  prompt: 'p',
  maxTokens: 4,
  sampling: { temperature: 0, topP: 1, topK: 0, minP: 0, seed: 1 },
  alternatives: 0,
};
/** Time stands still; sleeping is noted and over at once. */
function stillClock(sleptMs: number[] = []): Clock {
  return {
    nowMs: () => 0,
    sleep: (ms) => {
      sleptMs.push(ms);
      return Promise.resolve();
    },
  };
}
function target(answer: (call: GenerateCall, signal: AbortSignal) => AsyncIterable<CallEvent>): CallTarget {
  return { engine: { id: 'embedded', name: 'test peer', version: '0', device: 'none', model: 'none' }, call: answer };
}
const token = (text: string): CallEvent => ({ type: 'token', text, tokenCount: 1 });

function run(calls: GenerateCall[], peer: CallTarget, signal = new AbortController().signal, clock = stillClock()) {
  return runCalls({
    calls,
    targets: [peer],
    origin: 'live',
    clock,
    signal,
    requestId: 'r1',
    summarise: (events) => ({ events: events.length }),
  });
}

describe('runCalls', () => {
  it('starts, sends, relays every token in order, ends each request once and closes with done', async () => {
    const peer = target(async function* () {
      yield token('a');
      yield token('b');
      yield { type: 'ended', reason: 'stop', usage: { promptTokens: 3, outputTokens: 2 } };
    });
    const events = await Array.fromAsync(run([call], peer));
    expect(events.map((event) => event.type)).toEqual(['started', 'sent', 'token', 'token', 'ended', 'done']);
    for (const event of events) expect(RunEvent.parse(event)).toEqual(event);
  });

  it('ends a failed call alone while the others go on', async () => {
    let started = 0;
    const peer = target(async function* () {
      started += 1;
      if (started === 1) throw new ProblemError({ code: 'unavailable', reason: 'engine_unreachable' });
      yield token('a');
      yield { type: 'ended', reason: 'length' };
    });
    const events = await Array.fromAsync(run([call, call], peer));
    const ended = events.filter((event) => event.type === 'ended');
    expect(ended.map((event) => [event.request, event.reason])).toEqual([
      [0, 'failed'],
      [1, 'length'],
    ]);
    expect(events.at(-1)?.type).toBe('done');
  });

  it('fails the run with the first problem when every call fails, and shows no text of the engine', async () => {
    const peer = target(async function* () {
      yield token('a');
      throw new Error('connect ECONNREFUSED 10.0.0.7:8000');
    });
    const events = await Array.fromAsync(run([call, call], peer));
    expect(events.filter(isTerminal)).toEqual([
      expect.objectContaining({ type: 'failed', problem: { code: 'internal', reason: 'unexpected', requestId: 'r1' } }),
    ]);
    expect(JSON.stringify(events)).not.toContain('10.0.0.7');
  });

  it('tells the engine when the reader leaves in mid-stream', async () => {
    let aborted = false;
    const peer = target(async function* (_call, signal) {
      signal.addEventListener('abort', () => (aborted = true));
      for (;;) {
        yield token('x');
        await Promise.resolve();
      }
    });
    for await (const event of run([call], peer)) if (event.type === 'token') break;
    expect(aborted).toBe(true);
  });

  it('closes with one canceled failure when the signal aborts', async () => {
    const stop = new AbortController();
    const peer = target(async function* (_call, signal) {
      yield token('x');
      stop.abort();
      await new Promise((resolve) => (signal.aborted ? resolve(null) : signal.addEventListener('abort', resolve)));
      throw new DOMException('aborted', 'AbortError');
    });
    const events = await Array.fromAsync(run([call], peer, stop.signal));
    expect(events.filter(isTerminal)).toMatchObject([
      { type: 'failed', problem: { code: 'canceled', reason: 'run_canceled' } },
    ]);
    expect(events.at(-1)?.type).toBe('failed');
  });

  it('lets no more than its buffer run ahead of a reader that does not read', async () => {
    let produced = 0;
    const peer = target(async function* () {
      for (;;) {
        produced += 1;
        yield token('x');
      }
    });
    const events = run([call], peer);
    await events.next();
    await events.next();
    for (let turn = 0; turn < 5000; turn++) await Promise.resolve();
    expect(produced).toBeLessThan(300);
    await events.return();
  });

  it('issues the calls at their times', async () => {
    const peer = target(async function* () {
      yield { type: 'ended', reason: 'stop' };
    });
    const sleptMs: number[] = [];
    const calls = [call, { ...call, startAtMs: 250, point: 3 }];
    const events = await Array.fromAsync(run(calls, peer, undefined, stillClock(sleptMs)));
    expect(sleptMs).toEqual([0, 250]);
    const sent = events.filter((event) => event.type === 'sent');
    expect(sent.map(({ request, point }) => [request, point])).toEqual([
      [0, undefined],
      [1, 3],
    ]);
  });
});
