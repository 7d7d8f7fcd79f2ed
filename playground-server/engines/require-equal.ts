/** Throws when the two lists differ by more than `tolerance` anywhere; `what` names them in the message. */
export function requireEqual(
  what: string,
  received: readonly unknown[],
  expected: readonly unknown[],
  tolerance = 0,
): void {
  const differs = (value: unknown, index: number) =>
    typeof value === 'number' && typeof received[index] === 'number'
      ? Math.abs(value - received[index]) > tolerance
      : value !== received[index];
  if (received.length === expected.length && !expected.some(differs)) return;
  throw new Error(`${what} answered ${shorten(received)} where ${shorten(expected)} is right.`);
}

function shorten(values: readonly unknown[]): string {
  const text = JSON.stringify(values);
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}
