import * as z from 'zod/mini';
import { Problem } from './problem.ts';
import { EngineInfo } from './run-request.ts';

/** Where a run came from. The words on the badge; never fake, mock or demo. */
export const Origin = z.enum(['live', 'browser', 'recorded', 'simulated']);
export type Origin = z.infer<typeof Origin>;

export const EndReason = z.enum(['stop', 'length', 'canceled', 'rejected', 'failed']);
export type EndReason = z.infer<typeof EndReason>;

export const Usage = z.object({ promptTokens: z.number(), outputTokens: z.number() });
export type Usage = z.infer<typeof Usage>;

/** One candidate for the next token. `logprob` is the natural logarithm of its probability at temperature 1, before top-k, top-p and min-p. */
export const Alternative = z.object({ text: z.string(), logprob: z.number(), chosen: z.boolean() });
export type Alternative = z.infer<typeof Alternative>;

/** Milliseconds since the run was accepted, on one monotonic clock: the server's, or the browser's when the engine runs there. */
const atMs = z.number();

export const RunEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('queued'), atMs, position: z.number(), etaMs: z.number() }),
  z.object({ type: z.literal('started'), atMs, origin: Origin, engines: z.array(EngineInfo) }),
  z.object({
    type: z.literal('sent'),
    atMs,
    /** index of the call within the run */
    request: z.number(),
    upstream: z.string(),
    /** index of the point in a sweep */
    point: z.optional(z.number()),
    promptTokens: z.optional(z.number()),
  }),
  z.object({
    type: z.literal('token'),
    atMs,
    request: z.number(),
    /** may be '' while a character is split over tokens */
    text: z.string(),
    /** tokens in this chunk; the first event with one or more is the first token */
    tokenCount: z.number(),
    /** best candidates, most probable first */
    alternatives: z.optional(z.array(Alternative)),
  }),
  z.object({
    type: z.literal('response'),
    atMs,
    request: z.number(),
    output: z.record(z.string(), z.unknown()),
    statistics: z.record(z.string(), z.number()),
  }),
  z.object({
    type: z.literal('ended'),
    atMs,
    request: z.number(),
    reason: EndReason,
    usage: z.optional(Usage),
    problem: z.optional(Problem),
  }),
  z.object({ type: z.literal('gauge'), atMs, name: z.string(), value: z.number(), unit: z.string() }),
  z.object({
    type: z.literal('wire'),
    atMs,
    request: z.number(),
    direction: z.enum(['sent', 'received']),
    headers: z.record(z.string(), z.string()),
    body: z.string(),
  }),
  z.object({ type: z.literal('done'), atMs, summary: z.record(z.string(), z.number()) }),
  z.object({ type: z.literal('failed'), atMs, problem: Problem }),
]);
export type RunEvent = z.infer<typeof RunEvent>;
export type RunEventOf<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;

/** True for the one event that closes a run; a stream that ends without it is a failure. */
export function isTerminal(event: RunEvent): event is RunEventOf<'done' | 'failed'> {
  return event.type === 'done' || event.type === 'failed';
}
