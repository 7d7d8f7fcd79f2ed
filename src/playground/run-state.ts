import type { Problem } from '#contract/problem.ts';
import type { EndReason, Origin, RunEvent, RunEventOf } from '#contract/run-event.ts';
import type { EngineInfo, RunRequest } from '#contract/run-request.ts';

export type RunPhase = 'idle' | 'connecting' | 'queued' | 'running' | 'done' | 'failed' | 'stopped';

/** One request of the run as the page shows it. Times are `atMs` of the run's own clock. */
export interface RequestState {
  request: number;
  sentAtMs: number;
  text: string;
  tokens: readonly RunEventOf<'token'>[];
  endedAtMs?: number;
  endReason?: EndReason;
  problem?: Problem;
}

/** All that a page knows of one run, whichever rung it came from. */
export interface RunState {
  phase: RunPhase;
  /** what was asked for, and when by the reader's wall clock; absent before the first run */
  request?: RunRequest;
  startedAt?: Date;
  origin?: Origin;
  engines: readonly EngineInfo[];
  queue?: { position: number; etaMs: number };
  requests: ReadonlyMap<number, RequestState>;
  problem?: Problem;
  /** as they came, for the drawer and the metrics */
  events: readonly RunEvent[];
}

export const idleRun: RunState = { phase: 'idle', engines: [], requests: new Map(), events: [] };

/** The state between pressing Run and the first event. */
export function connect(request: RunRequest, origin: Origin, startedAt: Date): RunState {
  return { ...idleRun, phase: 'connecting', request, origin, startedAt };
}

/** True while Stop makes sense. */
export function isActive(phase: RunPhase): boolean {
  return phase === 'connecting' || phase === 'queued' || phase === 'running';
}

/**
 * One event more. Pure, and the same for every origin. Nothing changes a run that is not active, so what comes after
 * the terminal event is dropped; a token or an end of a request that was never sent is kept as evidence only.
 */
export function reduce(state: RunState, event: RunEvent): RunState {
  if (!isActive(state.phase)) return state;
  const next: RunState = { ...state, events: [...state.events, event] };
  switch (event.type) {
    case 'queued':
      return { ...next, phase: 'queued', queue: { position: event.position, etaMs: event.etaMs } };
    case 'started':
      return { ...next, phase: 'running', origin: event.origin, engines: event.engines };
    case 'sent': {
      const sent = { request: event.request, sentAtMs: event.atMs, text: '', tokens: [] };
      return state.requests.has(event.request)
        ? next
        : { ...next, phase: 'running', requests: new Map(state.requests).set(event.request, sent) };
    }
    case 'token':
      return withRequest(next, event.request, (request) => ({
        ...request,
        text: request.text + event.text,
        tokens: [...request.tokens, event],
      }));
    case 'ended':
      return withRequest(next, event.request, (request) => ({
        ...request,
        endedAtMs: event.atMs,
        endReason: event.reason,
        ...(event.problem && { problem: event.problem }),
      }));
    case 'response':
    case 'gauge':
    case 'wire':
      return next;
    case 'done':
      return { ...next, phase: 'done' };
    case 'failed':
      return { ...next, phase: event.problem.code === 'canceled' ? 'stopped' : 'failed', problem: event.problem };
    default:
      event satisfies never;
      return state;
  }
}

function withRequest(state: RunState, index: number, change: (request: RequestState) => RequestState): RunState {
  const request = state.requests.get(index);
  if (!request || request.endedAtMs !== undefined) return state;
  return { ...state, requests: new Map(state.requests).set(index, change(request)) };
}
