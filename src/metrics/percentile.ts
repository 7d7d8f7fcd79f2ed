/**
 * The p-th percentile (0 to 100) of some values, linear between neighbours; NaN of none.
 * Source: numpy.percentile, method 'linear' (Hyndman and Fan, 1996, type 7).
 */
export function percentile(values: readonly number[], p: number): number {
  if (values.length === 0) return NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const rank = ((sorted.length - 1) * p) / 100;
  const below = sorted[Math.floor(rank)]!;
  const above = sorted[Math.ceil(rank)]!;
  return below + (above - below) * (rank - Math.floor(rank));
}
