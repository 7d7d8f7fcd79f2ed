import type { CalibrationPoint } from '#simulators/batcher-calibration.ts';

const SERVICE = { baseMs: 10, itemMs: 0.5 };
const DURATION_MS = 2500;
const SEED = 7;

/** max batch size ('off': no dynamic_batching), delay in ms, instances, preferred sizes */
type Server = [maxBatchSize: number | 'off', delayMs?: number, instances?: number, preferred?: number[]];
type Load = { requestsPerSecond: number } | { clients: number };

const rate = (requestsPerSecond: number): Load => ({ requestsPerSecond });
const clients = (count: number): Load => ({ clients: count });

/**
 * From nearly idle to saturated, in open and closed loop. One execution at a time serves at most 95 requests a second,
 * batches of 16 at most 888.
 */
const settings: [CalibrationPoint['role'], Server, Load][] = [
  ['fit', ['off'], clients(1)],
  ['check', ['off'], clients(8)],
  ['check', ['off', 0, 2], clients(8)],
  ['check', ['off'], rate(60)],
  ['check', [16, 0], rate(60)],
  ['fit', [16, 5], rate(60)],
  ['check', [16, 20], rate(60)],
  ['fit', [16, 0], rate(200)],
  ['check', [16, 5], rate(200)],
  ['check', [16, 20], rate(200)],
  ['check', [16, 0], rate(500)],
  ['check', [16, 5], rate(500)],
  ['check', [8, 0], rate(300)],
  ['fit', [8, 5], rate(300)],
  ['check', [4, 5], rate(150)],
  ['check', [16, 0], clients(8)],
  ['check', [16, 5], clients(8)],
  ['check', [16, 50], clients(8)],
  ['check', [16, 5], clients(16)],
  ['fit', [16, 5], clients(32)],
  ['check', [16, 0], clients(32)],
  ['check', [8, 5], clients(16)],
  ['fit', [32, 5], clients(48)],
  ['fit', [16, 5, 2], rate(400)],
  ['check', [16, 0, 2], rate(400)],
  ['check', [8, 5, 2], clients(32)],
  ['fit', [4, 0, 2], clients(16)],
  ['check', [16, 10, 1, [4, 8]], rate(200)],
  ['check', [16, 0, 1, [4, 8]], rate(300)],
  ['check', [16, 10, 1, [4]], clients(12)],
];

export const points: readonly CalibrationPoint[] = settings.map(
  ([role, [size, delayMs = 0, instances = 1, preferred = []], load]) => {
    const server =
      size === 'off'
        ? 'off'
        : `batch-${size}-delay-${delayMs}${preferred.length > 0 ? `-preferred-${preferred.join('-')}` : ''}`;
    const sent = 'clients' in load ? `clients-${load.clients}` : `rate-${load.requestsPerSecond}`;
    return {
      id: `${server}-instances-${instances}-${sent}`,
      role,
      maxBatchSize: size === 'off' ? 16 : size,
      instances,
      batching: size === 'off' ? null : { maxQueueDelayMs: delayMs, preferredBatchSizes: preferred },
      service: SERVICE,
      workload: {
        ...load,
        durationMs: DURATION_MS,
        ...('clients' in load ? {} : { seed: SEED }),
      } as CalibrationPoint['workload'],
    };
  },
);
