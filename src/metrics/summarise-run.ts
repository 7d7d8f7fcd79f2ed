import type { RunEvent } from '#contract/run-event.ts';
import { inferenceTimings } from './inference-timings.ts';
import { percentile } from './percentile.ts';
import { requestTimings } from './request-timings.ts';

/** Names of the numbers in a summary; each is a key `metric.<name>` of content/i18n. */
export type SummaryMetric =
  | 'requests'
  | 'completedRequests'
  | 'outputTokens'
  | 'ttftP50Ms'
  | 'ttftMaxMs'
  | 'interTokenLatencyP50Ms'
  | 'interTokenLatencyP99Ms'
  | 'endToEndP50Ms'
  | 'outputTokensPerSecond'
  | 'endToEndP99Ms'
  | 'requestsPerSecond'
  | 'meanBatchSize'
  | 'waitP50Ms'
  | 'computeP50Ms';

/**
 * Events of one run -> the numbers that page, recording and prose all share. A metric that cannot be computed is absent.
 * Throughput counts from the first request sent to the last event of any request; each execution counts once in the mean batch size.
 */
export function summariseRun(events: readonly RunEvent[]): Partial<Record<SummaryMetric, number>> {
  const timings = requestTimings(events);
  const gaps = timings.flatMap((each) => each.interTokenLatencyMs);
  const ttfts = timings.flatMap((each) => each.ttftMs ?? []);
  const endToEnds = timings.flatMap((each) => each.endToEndMs ?? []);
  const answers = events.filter((event) => event.type === 'response').length;
  const inferences = inferenceTimings(events);
  const outputTokens = timings.reduce((sum, each) => sum + each.outputTokens, 0);
  const firstSentMs = Math.min(...timings.map((each) => each.sentAtMs));
  const lastMs = Math.max(
    ...events.flatMap((event) =>
      event.type === 'token' || event.type === 'response' || event.type === 'ended' ? event.atMs : [],
    ),
  );
  const perSecond = (count: number) => (lastMs > firstSentMs ? count / ((lastMs - firstSentMs) / 1000) : NaN);
  // A run of questions that are answered at once has no tokens to speak of, and one of tokens no batches.
  const isOfTokens = answers === 0;
  const all: Record<SummaryMetric, number> = {
    requests: timings.length,
    completedRequests: timings.filter((each) => each.endReason === 'stop' || each.endReason === 'length').length,
    outputTokens: isOfTokens ? outputTokens : NaN,
    ttftP50Ms: percentile(ttfts, 50),
    ttftMaxMs: ttfts.length > 0 ? Math.max(...ttfts) : NaN,
    interTokenLatencyP50Ms: percentile(gaps, 50),
    interTokenLatencyP99Ms: percentile(gaps, 99),
    endToEndP50Ms: percentile(endToEnds, 50),
    outputTokensPerSecond: isOfTokens ? perSecond(outputTokens) : NaN,
    endToEndP99Ms: isOfTokens ? NaN : percentile(endToEnds, 99),
    requestsPerSecond: isOfTokens ? NaN : perSecond(answers),
    meanBatchSize: inferences.length / inferences.reduce((sum, { batchSize }) => sum + 1 / batchSize, 0),
    waitP50Ms: percentile(
      inferences.map(({ waitMs }) => waitMs),
      50,
    ),
    computeP50Ms: percentile(
      inferences.map(({ computeMs }) => computeMs),
      50,
    ),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => Number.isFinite(value)));
}
