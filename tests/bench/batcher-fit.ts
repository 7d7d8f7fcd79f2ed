import { JUDGED, type MeasuredPoint, residualsOf } from '#explorables/dynamic-batcher-residual.ts';
import type { BatcherConstants } from '#simulators/batcher-calibration.ts';

/** Descents begin at the best of these. One start is not enough: a batch that just misses a request makes the error jump. */
const GRID: Record<keyof BatcherConstants, readonly number[]> = {
  transferMs: [0.1, 0.3],
  // Not fitted: anything from 0.02 to 0.2 agrees with the measurements alike. It only keeps requests from coming all at once.
  entryGapMs: [0.05],
  handOverMs: [0, 0.1],
  executionMs: [0.1, 0.3, 0.6],
  executionItemMs: [0, 0.1, 0.2],
};
const STARTS = 4;
const FIRST_STEP = 0.1;
const LAST_STEP = 0.002;

/** The constants whose simulated throughput, mean batch and p50 lie nearest to the measured ones, each error as a share of what is allowed: descent, one constant at a time. */
export function fitConstants(points: readonly MeasuredPoint[]): BatcherConstants {
  const errorOf = (constants: BatcherConstants) =>
    residualsOf(points, constants)
      .flatMap(({ numbers }) => JUDGED.map((name) => (numbers[name].share / numbers[name].allowed) ** 2))
      .reduce((sum, square) => sum + square, 0);
  const judge = (constants: BatcherConstants) => ({ constants, error: errorOf(constants) });
  const best = allOf(GRID)
    .map(judge)
    .sort((a, b) => a.error - b.error)
    .slice(0, STARTS)
    .map((start) => descend(start, judge))
    .sort((a, b) => a.error - b.error)[0]!;
  return mapConstants(best.constants, (value) => Math.round(value * 1000) / 1000);
}

interface Judged {
  constants: BatcherConstants;
  error: number;
}

function descend(start: Judged, judge: (constants: BatcherConstants) => Judged): Judged {
  let best = start;
  for (let step = FIRST_STEP; step > LAST_STEP;) {
    const { constants } = best;
    const names = (Object.keys(GRID) as (keyof BatcherConstants)[]).filter((name) => GRID[name].length > 1);
    const tries = names.flatMap((name) =>
      [1, -1].map((sign) => judge({ ...constants, [name]: Math.max(0, constants[name] + sign * step) })),
    );
    const next = tries.sort((a, b) => a.error - b.error)[0]!;
    if (next.error < best.error) best = next;
    else step /= 2;
  }
  return best;
}

function allOf(grid: typeof GRID): BatcherConstants[] {
  return Object.entries(grid).reduce<object[]>(
    (partial, [name, values]) =>
      partial.flatMap((constants) => values.map((value) => ({ ...constants, [name]: value }))),
    [{}],
  ) as BatcherConstants[];
}

function mapConstants(constants: BatcherConstants, map: (value: number) => number): BatcherConstants {
  const entries = Object.entries(constants) as [keyof BatcherConstants, number][];
  return Object.fromEntries(entries.map(([name, value]) => [name, map(value)])) as unknown as BatcherConstants;
}
