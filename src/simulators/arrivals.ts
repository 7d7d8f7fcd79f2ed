import { seededRandom } from '#experiments/seeded-random.ts';

/**
 * Times, in milliseconds from 0 and below `durationMs`, of a Poisson process: independent exponential gaps of mean
 * 1000 / `requestsPerSecond`. The same seed gives the same times.
 */
export function poissonArrivalsMs(requestsPerSecond: number, durationMs: number, seed: number): number[] {
  const random = seededRandom(seed);
  const times: number[] = [];
  if (!(requestsPerSecond > 0)) return times;
  for (let atMs = 0; ;) {
    atMs += (-Math.log(1 - random()) * 1000) / requestsPerSecond;
    if (atMs >= durationMs) return times;
    times.push(atMs);
  }
}
