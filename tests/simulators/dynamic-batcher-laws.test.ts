import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#experiments/seeded-random.ts';
import { poissonArrivalsMs } from '#simulators/arrivals.ts';
import { type BatcherSettings, linearServiceMs } from '#simulators/batcher-settings.ts';
import type { BatcherTrace } from '#simulators/batcher-trace.ts';
import { simulateBatcher } from '#simulators/dynamic-batcher.ts';
import { batching, settings } from './batcher-cases.ts';

const policies = fc.record({
  maxQueueSize: fc.integer({ min: 0, max: 6 }),
  timeoutMs: fc.constantFrom(0, 3, 30),
  timeoutAction: fc.constantFrom('REJECT' as const, 'DELAY' as const),
});
const anySettings: fc.Arbitrary<BatcherSettings> = fc
  .record({
    maxBatchSize: fc.integer({ min: 1, max: 9 }),
    instances: fc.integer({ min: 1, max: 3 }),
    dynamic: fc.option(
      fc.record({
        maxQueueDelayMs: fc.constantFrom(0, 1, 5, 40),
        preferredBatchSizes: fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 3 }),
        priorityLevels: fc.integer({ min: 0, max: 3 }),
        defaultPolicy: policies,
        priorityPolicies: fc.oneof(fc.constant({}), fc.record({ 2: policies })),
      }),
      { nil: undefined },
    ),
    itemMs: fc.constantFrom(0, 0.5, 3),
    transferMs: fc.constantFrom(0, 0.3),
    entryGapMs: fc.constantFrom(0, 0.1),
    handOverMs: fc.constantFrom(0, 0.2),
    rate: fc.integer({ min: 5, max: 900 }),
    clients: fc.option(fc.integer({ min: 1, max: 20 })),
    seed: fc.nat(),
  })
  .map(({ dynamic, itemMs, rate, clients, seed, ...rest }) => ({
    ...rest,
    batching: dynamic && {
      ...dynamic,
      preferredBatchSizes: dynamic.preferredBatchSizes.filter((size) => size <= rest.maxBatchSize),
    },
    serviceMs: linearServiceMs(8, itemMs),
    priorityOf: (id) => 1 + (id % Math.max(1, dynamic?.priorityLevels ?? 1)),
    workload:
      clients === null
        ? { kind: 'open', arrivalsMs: poissonArrivalsMs(rate, 400, seed) }
        : { kind: 'closed', clients, durationMs: 400 },
  }));

const holds = (check: (trace: BatcherTrace, from: BatcherSettings) => void) => {
  fc.assert(
    fc.property(anySettings, (from) => check(simulateBatcher(from), from)),
    { numRuns: 300 },
  );
};

describe('whatever the settings', () => {
  it('every request is either run in exactly one batch or refused, and is answered', () => {
    holds(({ requests, batches }) => {
      const run = batches.flatMap((batch) => batch.requests);
      expect(new Set(run).size).toBe(run.length);
      expect(run.length + requests.filter(({ rejected }) => rejected).length).toBe(requests.length);
      for (const request of requests) expect(request.answeredAtMs).toBeGreaterThanOrEqual(request.queuedAtMs);
    });
  });

  it('no batch is larger than max_batch_size, and none is larger than 1 without dynamic batching', () => {
    holds(({ batches }, { maxBatchSize, batching: dynamic }) => {
      for (const { requests } of batches) expect(requests.length).toBeLessThanOrEqual(dynamic ? maxBatchSize : 1);
    });
  });

  it('an instance runs one batch at a time', () => {
    holds(({ batches }, { instances }) => {
      for (let instance = 0; instance < instances; instance++) {
        const own = batches.filter((batch) => batch.instance === instance);
        for (const [index, batch] of own.entries())
          expect(batch.startedAtMs).toBeGreaterThanOrEqual(own[index - 1]?.endedAtMs ?? 0);
      }
    });
  });

  it('a request is not started before it is in the queue, nor by a batch that ended at another time', () => {
    holds(({ requests, batches }) => {
      for (const { batch, queuedAtMs, startedAtMs, endedAtMs } of requests) {
        if (batch === undefined) continue;
        expect(startedAtMs).toBeGreaterThanOrEqual(queuedAtMs);
        expect([startedAtMs, endedAtMs]).toEqual([batches[batch]!.startedAtMs, batches[batch]!.endedAtMs]);
      }
    });
  });

  it('the number waiting never falls below 0 and ends at 0', () => {
    holds(({ waiting }) => {
      expect(waiting.every(({ requests }) => requests >= 0)).toBe(true);
      expect(waiting.at(-1)?.requests ?? 0).toBe(0);
    });
  });

  it('without priorities and policies requests start in order of arrival', () => {
    holds(({ requests }, { batching: dynamic }) => {
      if (dynamic && (dynamic.priorityLevels > 0 || dynamic.defaultPolicy.timeoutMs > 0)) return;
      const starts = requests.filter(({ rejected }) => !rejected).map(({ startedAtMs }) => startedAtMs!);
      expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    });
  });

  it('the same settings give the same trace', () => {
    holds((trace, from) => {
      expect(simulateBatcher(from)).toEqual(trace);
    });
  });
});

const meanWaitMs = ({ requests }: BatcherTrace) =>
  requests.reduce((sum, each) => sum + each.startedAtMs! - each.queuedAtMs, 0) / requests.length;

describe('queueing theory, with batching off', () => {
  const arrivals = poissonArrivalsMs(70, 1_000_000, 11);

  it('M/D/1: the mean wait is that of Pollaczek and Khinchine, rho S / 2 (1 - rho)', () => {
    const trace = simulateBatcher(settings(arrivals, { batching: undefined }));
    const load = 0.07 * 10;
    const expected = (load * 10) / (2 * (1 - load));
    expect(Math.abs(meanWaitMs(trace) / expected - 1)).toBeLessThan(0.03);
  });

  it('M/M/1: exponential service doubles it, rho S / (1 - rho)', () => {
    const random = seededRandom(3);
    const serviceMs = () => -10 * Math.log(1 - random());
    const trace = simulateBatcher(settings(arrivals, { batching: undefined, serviceMs }));
    const load = 0.07 * 10;
    expect(Math.abs(meanWaitMs(trace) / ((load * 10) / (1 - load)) - 1)).toBeLessThan(0.06);
  });

  it('M/M/2: Erlang C', () => {
    const random = seededRandom(5);
    const serviceMs = () => -20 * Math.log(1 - random());
    const trace = simulateBatcher(settings(arrivals, { batching: undefined, instances: 2, serviceMs }));
    const offered = 0.07 * 20;
    const load = offered / 2;
    const allBusy = offered ** 2 / (2 * (1 - load));
    const mustWait = allBusy / (1 + offered + allBusy);
    expect(Math.abs(meanWaitMs(trace) / ((mustWait * 20) / (2 * (1 - load))) - 1)).toBeLessThan(0.06);
  });

  it("Little's law holds exactly: the area under the queue is the sum of the waits", () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 800 }), fc.constantFrom(0, 5), fc.nat(), (rate, maxQueueDelayMs, seed) => {
        const trace = simulateBatcher(
          settings(poissonArrivalsMs(rate, 2000, seed), { batching: batching({ maxQueueDelayMs }) }),
        );
        const { waiting, requests } = trace;
        const area = waiting.reduce(
          (sum, { atMs, requests: count }, index) => sum + count * ((waiting[index + 1]?.atMs ?? atMs) - atMs),
          0,
        );
        expect(area).toBeCloseTo(meanWaitMs(trace) * requests.length, 4);
      }),
      { numRuns: 50 },
    );
  });
});

describe('what a setting does to a workload', () => {
  const medianBatch = ({ batches }: BatcherTrace) =>
    batches.map(({ requests }) => requests.length).sort((a, b) => a - b)[Math.floor(batches.length / 2)]!;

  const answered = (clients: number) =>
    simulateBatcher(settings([], { maxBatchSize: 16, workload: { kind: 'closed', clients, durationMs: 4000 } }))
      .requests.length;

  it('more clients get more throughput, until one batch holds them all', () => {
    const served = Array.from({ length: 16 }, (_, index) => answered(index + 1));
    expect(served).toEqual(served.toSorted((a, b) => a - b));
  });

  it('one client more than a batch holds costs throughput: it needs an execution of its own', () => {
    expect(answered(17)).toBeLessThan(answered(16) * 0.6);
  });

  it('a longer delay makes batches no smaller at low load', () => {
    const arrivals = poissonArrivalsMs(80, 20_000, 2);
    const sizes = [0, 5, 10, 20, 40, 80].map((maxQueueDelayMs) =>
      medianBatch(simulateBatcher(settings(arrivals, { maxBatchSize: 32, batching: batching({ maxQueueDelayMs }) }))),
    );
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    expect(sizes.at(-1)).toBeGreaterThan(sizes[0]!);
  });

  it('without a delay, one instance more does not make anybody wait longer on average', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 300 }), fc.nat(), (rate, seed) => {
        const arrivals = poissonArrivalsMs(rate, 2000, seed);
        fc.pre(arrivals.length > 0);
        const waits = [1, 2, 3].map((instances) =>
          meanWaitMs(simulateBatcher(settings(arrivals, { instances, batching: undefined }))),
        );
        expect(waits).toEqual(waits.toSorted((a, b) => b - a));
      }),
      { numRuns: 50 },
    );
  });
});

describe('a seed', () => {
  it('gives this trace, whatever the machine', () => {
    const arrivals = poissonArrivalsMs(400, 60, 1);
    expect(arrivals.map((atMs) => Number(atMs.toFixed(3)))).toMatchSnapshot();
    const trace = simulateBatcher(
      settings(arrivals, {
        maxBatchSize: 8,
        serviceMs: linearServiceMs(10, 0.5),
        batching: batching({ maxQueueDelayMs: 2, preferredBatchSizes: [4] }),
      }),
    );
    expect(
      trace.batches.map(({ startedAtMs, endedAtMs, requests }) => [
        Number(startedAtMs.toFixed(3)),
        Number(endedAtMs.toFixed(3)),
        requests.join(' '),
      ]),
    ).toMatchSnapshot();
  });
});
