import { expect, it } from 'vitest';
import type { RunEvent } from '#contract/run-event.ts';
import { executionsBySize, inferenceTimings } from '#metrics/inference-timings.ts';
import { summariseRun } from '#metrics/summarise-run.ts';

/** Request 0 alone, then 1 and 2 together: what a batcher makes of three requests that come at once. */
const events: RunEvent[] = [
  ...[0, 1, 2].map((request): RunEvent => ({ type: 'sent', atMs: 0, request, upstream: 'triton' })),
  ...[
    { request: 0, atMs: 12, batchSize: 1, computeMs: 10 },
    { request: 1, atMs: 25, batchSize: 2, computeMs: 11 },
    { request: 2, atMs: 25, batchSize: 2, computeMs: 11 },
  ].flatMap(({ request, atMs, batchSize, computeMs }): RunEvent[] => [
    { type: 'response', atMs, request, output: { batchSize, instance: 'm_0' }, statistics: { computeMs } },
    { type: 'ended', atMs, request, reason: 'stop' },
  ]),
];

it('splits an answer’s time into computing and all the rest', () => {
  expect(inferenceTimings(events).map(({ waitMs, computeMs }) => [waitMs, computeMs])).toEqual([
    [2, 10],
    [14, 11],
    [14, 11],
  ]);
});

it('counts each execution once', () => {
  expect([...executionsBySize(inferenceTimings(events))]).toEqual([
    [1, 1],
    [2, 1],
  ]);
  expect(summariseRun(events).meanBatchSize).toBe(1.5);
});

it('gives a run of answers their rate and no tokens', () => {
  const summary = summariseRun(events);
  expect(summary).toMatchObject({ requests: 3, completedRequests: 3, requestsPerSecond: 120, endToEndP50Ms: 25 });
  expect(Object.keys(summary)).not.toContain('outputTokens');
});

it('takes no answer for a batch that does not tell of one', () => {
  const hostile = [{ batchSize: 0 }, { batchSize: 'many' }, { batchSize: NaN }, {}];
  for (const output of hostile)
    expect(
      inferenceTimings([events[0]!, { type: 'response', atMs: 1, request: 0, output, statistics: { computeMs: 1 } }]),
    ).toEqual([]);
  expect(
    inferenceTimings([
      { type: 'response', atMs: 1, request: 9, output: { batchSize: 1 }, statistics: { computeMs: 1 } },
    ]),
  ).toEqual([]);
});

it('never lets computing be longer than the whole', () => {
  const early: RunEvent = {
    type: 'response',
    atMs: 5,
    request: 0,
    output: { batchSize: 1 },
    statistics: { computeMs: 10 },
  };
  expect(inferenceTimings([events[0]!, early])[0]).toMatchObject({ waitMs: 0, computeMs: 5 });
});
