import { describe, expect, it } from 'vitest';
import {
  type Cause,
  type Ladder,
  chooseSource,
  currentOrigin,
  ladderOf,
  withReadersChoice,
} from '#playground/choose-source.ts';
import { probeCompanion } from '#playground/probe-companion.ts';
import { engine } from './events.ts';
import { serve } from './serve.ts';

const experiment = 'stream-one-prompt';
const answer = {
  contractVersion: 1,
  engines: [{ ...engine, reachable: true }],
  experiments: { [experiment]: ['embedded'] },
};

/** Climbs a ladder against an address; answers every ladder on the way, the last one settled. */
async function climb(address: string, timing: { offerNextAfterMs?: number; giveUpAfterMs?: number } = {}) {
  const ladders: Ladder[] = [ladderOf(['live', 'browser'])];
  await chooseSource({
    probe: (signal) => probeCompanion(address, experiment, signal),
    onChange: (change) => ladders.push(change(ladders.at(-1)!)),
    ...timing,
  });
  return ladders;
}

async function settledCause(body: unknown, status = 200): Promise<Cause | undefined> {
  const address = await serve((_, response) =>
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body)),
  );
  const ladder = (await climb(address)).at(-1)!;
  expect(currentOrigin(ladder)).toBe('browser');
  return ladder.rungs[0]?.cause;
}

describe('the live rung', () => {
  it('is taken when the server offers the experiment on an engine that answers', async () => {
    const asked: (string | undefined)[] = [];
    const address = await serve((request, response) => {
      asked.push(request.url);
      response.end(JSON.stringify(answer));
    });
    const ladder = (await climb(address)).at(-1)!;
    expect(currentOrigin(ladder)).toBe('live');
    expect(ladder.rungs[0]?.engines?.[0]?.name).toBe('tiny-engine');
    expect(asked).toEqual(['/engines']);
  });

  it.each([
    [
      'is of another contract version',
      { contractVersion: 9, shape: 'new' },
      { kind: 'other_version', server: 9, page: 1 },
    ],
    ['does not offer the experiment', { ...answer, experiments: {} }, { kind: 'experiment_not_offered' }],
    [
      'has no engine that answers',
      { ...answer, engines: [{ ...engine, reachable: false }] },
      { kind: 'engine_unreachable' },
    ],
    ['answers a web page', '<!doctype html>', { kind: 'not_a_companion' }],
    ['answers other JSON', { hello: 'world' }, { kind: 'not_a_companion' }],
    ['answers its version and nothing else', { contractVersion: 1 }, { kind: 'not_a_companion' }],
  ])('falls with the cause when the server %s', async (_, body, cause) => {
    expect(await settledCause(body)).toEqual(cause);
  });

  it('falls with the cause when there is no such path, and when the server drains', async () => {
    expect(await settledCause('no', 404)).toEqual({ kind: 'not_a_companion' });
    expect(await settledCause('soon', 503)).toEqual({ kind: 'draining' });
  });

  it('falls with the cause when nothing listens', async () => {
    const address = await serve(() => undefined);
    const nobody = address.replace(/\d+$/, '1');
    expect((await climb(nobody)).at(-1)?.rungs[0]?.cause).toEqual({ kind: 'not_reachable' });
  });
});

describe('a slow server', () => {
  it('makes the next rung stand ready while the probe goes on, and is taken when it answers after all', async () => {
    let answerNow: (() => void) | undefined;
    const address = await serve((_, response) => (answerNow = () => response.end(JSON.stringify(answer))));
    const seen: (string | undefined)[] = [];
    let ladder = ladderOf(['live', 'browser']);
    await chooseSource({
      probe: (signal) => probeCompanion(address, experiment, signal),
      onChange: (change) => {
        ladder = change(ladder);
        seen.push(currentOrigin(ladder));
        if (ladder.rungs[0]?.status === 'slow') answerNow?.();
      },
      offerNextAfterMs: 100,
    });
    expect(seen).toEqual([undefined, 'browser', 'live']);
  });

  it('that never answers is given up, with the cause', async () => {
    const address = await serve(() => undefined);
    const ladders = await climb(address, { offerNextAfterMs: 10, giveUpAfterMs: 100 });
    expect(ladders.map((ladder) => ladder.rungs[0]?.status)).toEqual(['unchecked', 'checking', 'slow', 'unavailable']);
    expect(ladders.at(-1)?.rungs[0]?.cause).toEqual({ kind: 'too_slow' });
  });
});

describe('the choice of the reader', () => {
  const ready = ladderOf(['live', 'browser']);

  it('wins over a better rung', () => {
    const live: Ladder = { rungs: [{ origin: 'live', status: 'ready' }, ...ready.rungs.slice(1)] };
    expect(currentOrigin(withReadersChoice(live, 'browser'))).toBe('browser');
  });

  it('of a rung that turns out to be gone falls to the next', () => {
    const gone: Ladder = { rungs: [{ origin: 'live', status: 'unavailable' }, ...ready.rungs.slice(1)] };
    expect(currentOrigin(withReadersChoice(gone, 'live'))).toBe('browser');
  });

  it('is not needed where there is nothing to ask for', () => {
    expect(currentOrigin(ladderOf(['browser']))).toBe('browser');
    expect(currentOrigin(ladderOf([]))).toBeUndefined();
  });
});
