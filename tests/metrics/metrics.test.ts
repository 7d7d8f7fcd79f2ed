import { describe, expect, it } from 'vitest';
import type { RunEvent } from '#contract/run-event.ts';
import { percentile } from '#metrics/percentile.ts';
import { requestTimings } from '#metrics/request-timings.ts';
import { summariseRun } from '#metrics/summarise-run.ts';

const sent = (request: number, atMs: number): RunEvent => ({ type: 'sent', atMs, request, upstream: 'embedded' });
const token = (request: number, atMs: number, tokenCount = 1): RunEvent => ({
  type: 'token',
  atMs,
  request,
  text: 'x',
  tokenCount,
});
const ended = (request: number, atMs: number): RunEvent => ({
  type: 'ended',
  atMs,
  request,
  reason: 'stop',
  usage: { promptTokens: 5, outputTokens: 3 },
});

describe('percentile', () => {
  it.each([
    [[1, 2, 3, 4], 50, 2.5],
    [[4, 1, 3, 2], 75, 3.25],
    [[7], 99, 7],
    [[1, 2], 0, 1],
    [[1, 2], 100, 2],
  ])('of %j at %i is %f, as numpy.percentile says', (values, p, expected) => {
    expect(percentile(values, p)).toBeCloseTo(expected, 12);
  });
  it('of nothing is not a number', () => expect(percentile([], 50)).toBeNaN());
});

describe('requestTimings', () => {
  it('measures TTFT from sent to the first chunk that holds a token, an empty chunk not counted', () => {
    const [timings] = requestTimings([
      sent(0, 10),
      token(0, 15, 0),
      token(0, 40),
      token(0, 50),
      token(0, 65),
      ended(0, 65),
    ]);
    expect(timings).toEqual({
      request: 0,
      sentAtMs: 10,
      ttftMs: 30,
      interTokenLatencyMs: [10, 15],
      timePerOutputTokenMs: 12.5,
      endToEndMs: 55,
      outputTokens: 3,
      promptTokens: 5,
      endReason: 'stop',
    });
  });
  it('keeps interleaved requests apart', () => {
    const timings = requestTimings([
      sent(0, 0),
      sent(1, 0),
      token(1, 5),
      token(0, 6),
      token(1, 9),
      ended(1, 9),
      ended(0, 9),
    ]);
    expect(timings.map((each) => each.ttftMs)).toEqual([6, 5]);
  });
  it('leaves out what did not happen', () => {
    const [timings] = requestTimings([sent(0, 0), ended(0, 3)]);
    expect(timings).not.toHaveProperty('ttftMs');
    expect(timings).not.toHaveProperty('timePerOutputTokenMs');
  });
});

describe('summariseRun', () => {
  it('counts throughput from the first request sent to the last event', () => {
    const summary = summariseRun([sent(0, 100), token(0, 200), token(0, 300), ended(0, 600)]);
    expect(summary.outputTokensPerSecond).toBeCloseTo(2 / 0.5, 12);
    expect(summary).toMatchObject({
      requests: 1,
      completedRequests: 1,
      outputTokens: 2,
      ttftP50Ms: 100,
      interTokenLatencyP50Ms: 100,
    });
  });
  it('has no metric that could not be computed', () => {
    expect(summariseRun([])).toEqual({ requests: 0, completedRequests: 0, outputTokens: 0 });
  });
});
