/** A linear map of numbers to pixels, with the round numbers that label it. */
export interface Scale {
  (value: number): number;
  readonly ticks: readonly number[];
}

/**
 * Round numbers from 0 that reach `max`: steps of 1, 2 or 5 times a power of ten, about `count` of them.
 * Input -> output: (83, 4) -> [0, 20, 40, 60, 80, 100]. A `max` that is not above 0 gives [0, 1].
 */
export function niceTicks(max: number, count: number): number[] {
  if (!(max > 0) || !Number.isFinite(max)) return [0, 1];
  const rough = max / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((each) => each * power >= rough * 0.999) ?? 10);
  const decimals = Math.max(0, -Math.floor(Math.log10(step)));
  const steps = Math.max(1, Math.ceil(max / step - 1e-9));
  return Array.from({ length: steps + 1 }, (_, index) => Number((index * step).toFixed(decimals)));
}

/** A scale from [0, at least `max`] to the pixels `from`..`to`. Axes start at 0: lengths are compared by eye. */
export function scaleFromZero(max: number, from: number, to: number, count: number): Scale {
  const ticks = niceTicks(max, count);
  const top = ticks.at(-1) ?? 1;
  return Object.assign((value: number) => from + ((to - from) * value) / top, { ticks });
}
