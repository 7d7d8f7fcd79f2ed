import * as z from 'zod/mini';

/**
 * Version of everything in this folder. A page and a server that differ here do not talk: the page
 * falls one rung and says why. Raise it when an old reader would misread a new message.
 */
export const CONTRACT_VERSION = 1;

export const UpstreamKind = z.enum(['embedded', 'vllm', 'triton']);
export type UpstreamKind = z.infer<typeof UpstreamKind>;

export const ParameterValue = z.union([z.number(), z.string(), z.boolean()]);
export type ParameterValue = z.infer<typeof ParameterValue>;
export type Parameters = Record<string, ParameterValue>;

/** What a playground sends. It names an experiment and its parameters; never a URL, a model path or a raw body. */
export const RunRequest = z.strictObject({
  contractVersion: z.number(),
  experiment: z.string(),
  parameters: z.record(z.string(), ParameterValue),
  upstream: z.optional(UpstreamKind),
});
export type RunRequest = z.infer<typeof RunRequest>;

/** An engine as the badge names it. `device` is in words a reader knows, e.g. "CPU (server)", "NVIDIA H200". */
export const EngineInfo = z.object({
  id: UpstreamKind,
  name: z.string(),
  version: z.string(),
  device: z.string(),
  model: z.string(),
});
export type EngineInfo = z.infer<typeof EngineInfo>;

/** Answer of `GET /engines`. */
export const EnginesAnswer = z.object({
  contractVersion: z.number(),
  engines: z.array(z.extend(EngineInfo, { reachable: z.boolean() })),
  /** experiment ids this server runs, each with the upstreams it can run on */
  experiments: z.record(z.string(), z.array(UpstreamKind)),
});
export type EnginesAnswer = z.infer<typeof EnginesAnswer>;
