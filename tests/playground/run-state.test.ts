import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EndReason, RunEvent } from '#contract/run-event.ts';
import { sayEndReasons } from '#playground/end-reasons.ts';
import { type RunState, connect, idleRun, isActive, reduce } from '#playground/run-state.ts';
import { wordsOf } from '#playground/ui-strings.ts';
import en from '../../content/i18n/en.json' with { type: 'json' };
import { wholeRun } from './events.ts';

const request = { contractVersion: 1, experiment: 'stream-one-prompt', parameters: {} };
const connecting = connect(request, 'live', new Date(0));
const after = (events: readonly RunEvent[], from: RunState = connecting) => events.reduce(reduce, from);
const failed: RunEvent = {
  type: 'failed',
  atMs: 9,
  problem: { code: 'internal', reason: 'engine_failed', requestId: 'r' },
};

describe('a run', () => {
  it('goes from connecting over queued and running to done', () => {
    const phases = wholeRun.map((_, index) => after(wholeRun.slice(0, index + 1)).phase);
    expect(phases).toEqual(['queued', 'running', 'running', 'running', 'running', 'running', 'done']);
  });

  it('joins the text of a request and keeps every event', () => {
    const state = after(wholeRun);
    expect(state.requests.get(0)).toMatchObject({ text: '快取', endedAtMs: 8, endReason: 'stop' });
    expect(state.events).toEqual(wholeRun);
  });

  it('fails with the problem of its last event', () => {
    expect(after([...wholeRun.slice(0, 4), failed])).toMatchObject({
      phase: 'failed',
      problem: { reason: 'engine_failed' },
    });
  });

  it('is stopped, not failed, when it was canceled', () => {
    const problem = { code: 'canceled', reason: 'run_canceled', requestId: '' } as const;
    expect(after([{ type: 'failed', atMs: 0, problem }]).phase).toBe('stopped');
  });
});

describe('hostile streams', () => {
  it('may say more after the end, which changes nothing', () => {
    const done = after(wholeRun);
    expect(after([...wholeRun, failed], done)).toBe(done);
  });

  it('may name a request that was never sent, which is kept as evidence only', () => {
    const state = after([{ type: 'token', atMs: 1, request: 7, text: 'x', tokenCount: 1 }]);
    expect(state.requests.size).toBe(0);
    expect(state.events).toHaveLength(1);
  });

  it('may send or end a request twice, of which the first counts', () => {
    const twice = wholeRun.flatMap((event) => Array<RunEvent>(event.type === 'done' ? 1 : 2).fill(event));
    expect(after(twice).requests.get(0)).toMatchObject({ sentAtMs: 1, endedAtMs: 8 });
  });

  it('never reach a page that runs nothing', () => {
    expect(after(wholeRun, idleRun)).toBe(idleRun);
  });

  it('leave a consistent state in any order: one terminal event ends it, no token is invented', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...wholeRun, failed), { maxLength: 30 }), (events) => {
        const state = after(events);
        const terminal = events.findIndex((event) => event.type === 'done' || event.type === 'failed');
        expect(isActive(state.phase)).toBe(terminal === -1);
        expect(state.events).toEqual(terminal === -1 ? events : events.slice(0, terminal + 1));
        for (const seen of state.requests.values()) {
          expect(seen.text).toBe(seen.tokens.map((token) => token.text).join(''));
          expect(seen.tokens.length).toBeLessThanOrEqual(events.filter((event) => event.type === 'token').length);
        }
      }),
    );
  });
});

describe('the reasons why requests ended', () => {
  const ended = (...reasons: (EndReason | undefined)[]) =>
    sayEndReasons(
      reasons.map((endReason, request) => ({
        request,
        sentAtMs: 0,
        text: '',
        tokens: [],
        ...(endReason && { endReason }),
      })),
      wordsOf(en, 'en'),
    );

  it('are one word for a run of one, and where all agree', () => {
    expect(ended('length')).toBe('reached the limit');
    expect(ended('stop', 'stop')).toBe('ended by itself');
  });

  it('are counted where they differ, and say nothing of what still runs', () => {
    expect(ended('stop', 'length', undefined, 'length')).toBe('reached the limit: 2; ended by itself: 1');
    expect(ended(undefined)).toBe('');
  });
});
