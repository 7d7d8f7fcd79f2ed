import type { RunEvent } from '#contract/run-event.ts';
import type { EngineInfo } from '#contract/run-request.ts';

export const engine: EngineInfo = { id: 'embedded', name: 'tiny-engine', version: '0', device: 'CPU', model: 'tiny-1' };

/** A small whole run: one request, two tokens, one of them part of a character. */
export const wholeRun: readonly RunEvent[] = [
  { type: 'queued', atMs: 0, position: 2, etaMs: 10 },
  { type: 'started', atMs: 1, origin: 'live', engines: [engine] },
  { type: 'sent', atMs: 1, request: 0, upstream: 'embedded' },
  { type: 'token', atMs: 5, request: 0, text: '快取', tokenCount: 1 },
  { type: 'token', atMs: 7, request: 0, text: '', tokenCount: 1 },
  { type: 'ended', atMs: 8, request: 0, reason: 'stop', usage: { promptTokens: 4, outputTokens: 2 } },
  { type: 'done', atMs: 8, summary: {} },
];
