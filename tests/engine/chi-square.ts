/**
 * Pearson's statistic of counts against the counts expected, and the bound that it passes once in 100 000 times when they
 * agree. Cells that expect fewer than 5 are put together, as the approximation asks. Bound: Wilson and Hilferty 1931.
 */
export function chiSquare(
  counts: readonly number[],
  expected: readonly number[],
): { statistic: number; bound: number } {
  const cells = counts.map((count, index) => ({ count, expected: expected[index]! }));
  const rare = cells.filter((cell) => cell.expected < 5);
  const merged = {
    count: rare.reduce((sum, cell) => sum + cell.count, 0),
    expected: rare.reduce((sum, cell) => sum + cell.expected, 0),
  };
  const kept = [...cells.filter((cell) => cell.expected >= 5), ...(rare.length > 0 ? [merged] : [])];
  const statistic = kept.reduce(
    // A count where none is possible is infinitely far off.
    (sum, cell) => sum + (cell.count === cell.expected ? 0 : (cell.count - cell.expected) ** 2 / cell.expected),
    0,
  );
  const freedom = Math.max(1, kept.length - 1);
  const spread = 2 / (9 * freedom);
  // 4.265 standard deviations of the normal distribution leave 1e-5 above them.
  return { statistic, bound: freedom * (1 - spread + 4.265 * Math.sqrt(spread)) ** 3 };
}
