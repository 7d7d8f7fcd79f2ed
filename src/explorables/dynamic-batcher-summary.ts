import { percentile } from '#metrics/percentile.ts';

/** A request that was served, by the simulator or by a real server, as far as the numbers need it. */
export interface ServedRequest {
  sentAtMs: number;
  answeredAtMs: number;
  /** requests that shared its execution */
  batchSize: number;
}

export interface ServedSummary {
  requests: number;
  /** answers a second, from the first request sent to the last answer */
  throughputPerSecond: number;
  /** requests an execution; each execution counts once */
  meanBatch: number;
  /** from sent to answered, at the client */
  latencyP50Ms: number;
  latencyP99Ms: number;
}

/** Served requests -> the numbers that a real run and a simulated one are compared by. NaN where there is nothing to count. */
export function summariseServed(served: readonly ServedRequest[]): ServedSummary {
  const latencies = served.map(({ sentAtMs, answeredAtMs }) => answeredAtMs - sentAtMs);
  let firstMs = Infinity;
  let lastMs = -Infinity;
  let executions = 0;
  for (const { sentAtMs, answeredAtMs, batchSize } of served) {
    firstMs = Math.min(firstMs, sentAtMs);
    lastMs = Math.max(lastMs, answeredAtMs);
    executions += 1 / batchSize;
  }
  return {
    requests: served.length,
    throughputPerSecond: (served.length * 1000) / (lastMs - firstMs),
    meanBatch: served.length / executions,
    latencyP50Ms: percentile(latencies, 50),
    latencyP99Ms: percentile(latencies, 99),
  };
}
