import { seededRandom } from './seeded-random.ts';

const MS_PER_SECOND = 1000;

/** Times in milliseconds, the first 0, of `count` requests in a Poisson process: exponential gaps, `perSecond` requests a second on average. */
export function poissonStartsMs(count: number, perSecond: number, seed: number): number[] {
  const random = seededRandom(seed);
  let atMs = 0;
  return Array.from({ length: count }, (_, request) =>
    request === 0 ? 0 : (atMs += (-Math.log(1 - random()) / perSecond) * MS_PER_SECOND),
  );
}
