/** How far weights have moved, in the weights' own unit; ratios are plain numbers. */
export interface QuantisationError {
  largest: number;
  rootMeanSquare: number;
  /** root mean square of the error / that of the weights */
  relative: number;
  /** signal-to-noise ratio in decibels: -20 log10(relative) */
  signalToNoiseDb: number;
}

/** Compares weights with what is left of them after quantising, element by element; both have the same length. */
export function measureError(weights: Float32Array, restored: Float32Array): QuantisationError {
  let largest = 0;
  let errorSquares = 0;
  let weightSquares = 0;
  for (let index = 0; index < weights.length; index++) {
    const error = restored[index]! - weights[index]!;
    largest = Math.max(largest, Math.abs(error));
    errorSquares += error * error;
    weightSquares += weights[index]! * weights[index]!;
  }
  const relative = Math.sqrt(errorSquares / weightSquares);
  return {
    largest,
    rootMeanSquare: Math.sqrt(errorSquares / weights.length),
    relative,
    signalToNoiseDb: -20 * Math.log10(relative),
  };
}
