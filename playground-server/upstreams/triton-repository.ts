import * as z from 'zod/mini';
import { MODEL_TO_LOAD, type RepositoryCall } from '#experiments/repository-call.ts';
import type { TritonHttp } from './triton-http.ts';

const US_PER_MS = 1000;

/** Triton's POST /v2/repository/index; a configuration that cannot be read has no state. */
export const RepositoryIndex = z.array(
  z.object({ name: z.string(), version: z.optional(z.string()), state: z.optional(z.string()) }),
);

/**
 * Does what a call asks of the repository, with the one model that a page may load and unload. Resolves to the model's
 * state after it, in contract terms. Rejects with a ProblemError.
 */
export async function callRepository(
  http: TritonHttp,
  { action, maxQueueDelayMs }: RepositoryCall,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  if (action === 'unload') await http.unloadModel(MODEL_TO_LOAD, signal);
  if (action === 'load') {
    const config = maxQueueDelayMs === undefined ? undefined : await configWithDelay(http, maxQueueDelayMs);
    await http.loadModel(MODEL_TO_LOAD, config, signal);
  }
  const models = await http.repositoryIndex(signal);
  const states = models.filter(({ name }) => name === MODEL_TO_LOAD).map(({ state }) => state ?? 'UNAVAILABLE');
  return {
    action,
    model: MODEL_TO_LOAD,
    state: states.join(' '),
    ...(maxQueueDelayMs !== undefined && { maxQueueDelayMs }),
  };
}

/** The whole configuration of the loaded model with another queue delay: an override is a configuration, not a change to one. */
async function configWithDelay(http: TritonHttp, maxQueueDelayMs: number): Promise<Record<string, unknown>> {
  const config = await http.modelConfig(MODEL_TO_LOAD);
  return { ...config, dynamic_batching: { max_queue_delay_microseconds: maxQueueDelayMs * US_PER_MS } };
}
