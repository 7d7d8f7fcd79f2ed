import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { niceTicks, scaleFromZero } from '#playground/chart/scale.ts';
import { node, toMarkup } from '#playground/chart/markup.ts';
import { requestLanes } from '#playground/plots/request-lanes.ts';
import { throughputLatency } from '#playground/plots/throughput-latency.ts';
import { tokenTimeline } from '#playground/plots/token-timeline.ts';
import { outputText, visibleToken } from '#playground/plots/visible-token.ts';
import { connect, reduce } from '#playground/run-state.ts';
import { wordsOf } from '#playground/ui-strings.ts';
import en from '../../content/i18n/en.json' with { type: 'json' };
import { wholeRun } from './events.ts';

const words = wordsOf(en, 'en');
const request = { contractVersion: 1, experiment: 'stream-one-prompt', parameters: {} };
const state = wholeRun.reduce(reduce, connect(request, 'live', new Date(0)));

describe('ticks', () => {
  it.each([
    [83, 4, [0, 50, 100]],
    [100, 5, [0, 20, 40, 60, 80, 100]],
    [0.3, 3, [0, 0.1, 0.2, 0.3]],
    [0, 4, [0, 1]],
    [NaN, 4, [0, 1]],
  ])('for %s, about %s of them, are %s', (max, count, ticks) => {
    expect(niceTicks(max, count)).toEqual(ticks);
  });

  it('start at 0, reach the largest value, and are never many', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), fc.integer({ min: 2, max: 10 }), (max, count) => {
        const ticks = niceTicks(max, count);
        expect(ticks[0]).toBe(0);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(max * (1 - 1e-9));
        expect(ticks.length).toBeLessThanOrEqual(count + 2);
      }),
    );
  });
});

it('a scale maps 0 and its last tick to the ends of the axis', () => {
  const scale = scaleFromZero(83, 10, 210, 4);
  expect([scale(0), scale(50), scale(100)]).toEqual([10, 110, 210]);
});

it('markup escapes what an engine may have said', () => {
  expect(toMarkup(node('text', { x: 1.2345, 'aria-label': '"' }, '<b>&'))).toBe(
    '<text x="1.23" aria-label="&#34;">&#60;b&#62;&#38;</text>',
  );
});

it('a token is shown with its spaces and line breaks', () => {
  expect([' the', '\n', '', ' a b '].map(visibleToken)).toEqual(['␣the', '↵', '…', '␣a b␣']);
});

it('a token that prints nothing is shown by its name, unless it is a part of a character', () => {
  const token = (text: string, name: string) =>
    outputText({
      type: 'token',
      atMs: 0,
      request: 0,
      text,
      tokenCount: 1,
      alternatives: [
        { text: 'other', logprob: -3, chosen: false },
        { text: name, logprob: -1, chosen: true },
      ],
    });
  expect([token('', '<|end|>'), token('', '\uFFFD'), token(' the', ' the')]).toEqual(['<|end|>', '…', '␣the']);
});

describe('charts', () => {
  it('of a timeline have one stop and one row per token, with the exact gaps', () => {
    const chart = tokenTimeline(state, words, 600);
    expect(chart.stops.map((stop) => stop.words)).toEqual([
      'Token 1, 快取: 4 ms after sending',
      'Token 2, …: 2 ms after the one before, 6 ms after sending',
    ]);
    expect(chart.table.rows).toEqual([
      ['1', '快取', '4 ms', ''],
      ['2', '…', '6 ms', '2 ms'],
    ]);
  });

  it('of lanes say how each request ended', () => {
    expect(requestLanes(state, words, 360).table.rows).toEqual([['1', '1 ms', '4 ms', '7 ms', '2', 'ended by itself']]);
  });

  it('of load leave out a run without a throughput', () => {
    const run = { origin: 'live', engine: 'e', concurrency: 4, parameters: {} } as const;
    const measured = { ...run, summary: { outputTokensPerSecond: 120, interTokenLatencyP50Ms: 8 } };
    const chart = throughputLatency([measured, { ...run, summary: {} }], words, 600);
    expect(chart.table.rows).toEqual([['4', '120', '8 ms', '', 'Live · e']]);
  });

  it('fit the width they are given and stand still before the first token', () => {
    const nothing = connect(request, 'live', new Date(0));
    for (const width of [280, 1200]) {
      for (const chart of [tokenTimeline(nothing, words, width), requestLanes(nothing, words, width)]) {
        expect(chart.stops).toEqual([]);
        expect(JSON.stringify(chart.nodes)).not.toMatch(/NaN|Infinity|null/);
      }
    }
  });
});

it('a missing word is seen as its key', () => {
  expect(words.t('playground.nothing')).toBe('playground.nothing');
});
