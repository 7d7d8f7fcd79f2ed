import { expect, it } from 'vitest';
import { concurrentStreams } from '#experiments/concurrent-streams.ts';
import { checkParameters } from '#experiments/experiment.ts';

const plan = (parameters: Record<string, number | string>) =>
  concurrentStreams.plan(checkParameters(concurrentStreams, parameters));

it('sends all requests at once when they arrive together', () => {
  expect(plan({ concurrency: 5, arrival: 'together' }).map((call) => call.startAtMs)).toEqual([0, 0, 0, 0, 0]);
});

it('draws the same Poisson arrivals for the same seed, and others for another', () => {
  const times = (seed: number) => plan({ concurrency: 8, arrival: 'poisson', seed }).map((call) => call.startAtMs);
  expect(times(3)).toEqual(times(3));
  expect(times(3)).not.toEqual(times(4));
});

it('spaces Poisson arrivals by 1 / rate on average', () => {
  const lastArrivals = Array.from(
    { length: 400 },
    (_, seed) => plan({ concurrency: 32, arrival: 'poisson', requestRate: 10, seed }).at(-1)!.startAtMs,
  );
  const meanGapMs = lastArrivals.reduce((sum, ms) => sum + ms, 0) / lastArrivals.length / 31;
  // 12,400 gaps of mean 100 ms and deviation 100 ms: the mean of means deviates by 0.9 ms; 4 of those are allowed.
  expect(Math.abs(meanGapMs - 100)).toBeLessThan(3.6);
});

it('gives each lane a seed of its own, also at the largest seed', () => {
  const seeds = plan({ concurrency: 32, seed: 2 ** 31 - 1 }).map(
    (call) => call.kind === 'generate' && call.sampling.seed,
  );
  expect(new Set(seeds).size).toBe(32);
});
