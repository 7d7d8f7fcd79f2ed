import { percentile } from '#metrics/percentile.ts';
import { type BatcherConstants, type CalibrationPoint, settingsOfPoint } from '#simulators/batcher-calibration.ts';
import type { BatcherTrace } from '#simulators/batcher-trace.ts';
import { simulateBatcher } from '#simulators/dynamic-batcher.ts';
import { type ServedRequest, type ServedSummary, summariseServed } from './dynamic-batcher-summary.ts';

/** A tenth of what was measured, or as far as the repeats lie apart, whichever is more. */
const ALLOWED_SHARE = 0.1;

/** The numbers that must agree. p99 is reported beside them: a few requests decide it. */
export const JUDGED = ['throughputPerSecond', 'meanBatch', 'latencyP50Ms'] as const;
export const COMPARED = [...JUDGED, 'latencyP99Ms'] as const;
export type ComparedNumber = (typeof COMPARED)[number];

export interface MeasuredPoint extends CalibrationPoint {
  repeats: readonly (Pick<ServedSummary, ComparedNumber> & { clientBusyShare: number; machineBusyShare: number })[];
}

/** src/simulators/calibration/dynamic-batcher.json: what `npm run calibrate:batcher` writes. */
export interface BatcherCalibration {
  schemaVersion: 1;
  measuredOn: string;
  command: string;
  environment: Record<string, string>;
  constants: BatcherConstants;
  points: readonly MeasuredPoint[];
  /** ids of points left out because the client, or the machine, was too busy */
  discarded: readonly string[];
}

export interface Residual {
  measured: number;
  simulated: number;
  /** (simulated - measured) / measured */
  share: number;
  /** how far the repeats lie apart, as a share of what was measured */
  spread: number;
  /** how far off it may be, as a share */
  allowed: number;
  isWithin: boolean;
}

export interface PointResidual {
  point: MeasuredPoint;
  numbers: Record<ComparedNumber, Residual>;
  isWithin: boolean;
}

/** Measured points and constants -> what the simulator says of each, beside the median of its repeats. */
export function residualsOf(points: readonly MeasuredPoint[], constants: BatcherConstants): PointResidual[] {
  return points.map((point) => {
    const simulated = summariseServed(servedInTrace(simulateBatcher(settingsOfPoint(point, constants))));
    const entries = COMPARED.map((name) => [name, compare(point, name, simulated[name])] as const);
    const numbers = Object.fromEntries(entries) as Record<ComparedNumber, Residual>;
    return { point, numbers, isWithin: JUDGED.every((name) => numbers[name].isWithin) };
  });
}

function compare(point: MeasuredPoint, name: ComparedNumber, simulated: number): Residual {
  const values = point.repeats.map((repeat) => repeat[name]);
  const measured = percentile(values, 50);
  const spread = (Math.max(...values) - Math.min(...values)) / measured;
  const share = (simulated - measured) / measured;
  const allowed = Math.max(ALLOWED_SHARE, spread);
  return { measured, simulated, share, spread, allowed, isWithin: Math.abs(share) <= allowed };
}

/** Requests of a trace that were served; refused ones are not among them. */
export function servedInTrace({ requests, batches }: BatcherTrace): ServedRequest[] {
  return requests.flatMap(({ sentAtMs, answeredAtMs, batch }) =>
    batch === undefined || answeredAtMs === undefined
      ? []
      : [{ sentAtMs, answeredAtMs, batchSize: batches[batch]!.requests.length }],
  );
}
