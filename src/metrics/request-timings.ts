import type { EndReason, RunEvent } from '#contract/run-event.ts';

/** What one request of a run lived through. All times are milliseconds on the run's own clock (`atMs`). */
export interface RequestTimings {
  request: number;
  sentAtMs: number;
  /** sent -> first chunk with a token; includes queue, prefill and the way from the engine to the clock */
  ttftMs?: number;
  /** gaps between chunks that hold tokens, in order */
  interTokenLatencyMs: number[];
  /** (end-to-end - TTFT) / (tokens - 1); absent below two tokens */
  timePerOutputTokenMs?: number;
  /** sent -> ended */
  endToEndMs?: number;
  outputTokens: number;
  promptTokens?: number;
  endReason?: EndReason;
}

/** Events of one run -> timings per request, in order of request index. */
export function requestTimings(events: readonly RunEvent[]): RequestTimings[] {
  const byRequest = new Map<number, RequestTimings>();
  const lastTokenAtMs = new Map<number, number>();
  for (const event of events) {
    if (event.type === 'sent')
      byRequest.set(event.request, {
        request: event.request,
        sentAtMs: event.atMs,
        interTokenLatencyMs: [],
        outputTokens: 0,
      });
    if (event.type === 'token' && event.tokenCount >= 1) {
      const timings = byRequest.get(event.request);
      if (!timings) continue;
      const last = lastTokenAtMs.get(event.request);
      if (last === undefined) timings.ttftMs = event.atMs - timings.sentAtMs;
      else timings.interTokenLatencyMs.push(event.atMs - last);
      lastTokenAtMs.set(event.request, event.atMs);
      timings.outputTokens += event.tokenCount;
    }
    if (event.type === 'ended') {
      const timings = byRequest.get(event.request);
      if (!timings) continue;
      timings.endToEndMs = event.atMs - timings.sentAtMs;
      timings.endReason = event.reason;
      if (event.usage) timings.promptTokens = event.usage.promptTokens;
      if (timings.ttftMs !== undefined && timings.outputTokens > 1)
        timings.timePerOutputTokenMs = (timings.endToEndMs - timings.ttftMs) / (timings.outputTokens - 1);
    }
  }
  return [...byRequest.values()].sort((a, b) => a.request - b.request);
}
