import type { EngineInfo } from '#contract/run-request.ts';

/** Raise it when the engine's numbers or behaviour change; recordings and badges name it. */
export const ENGINE_VERSION = '0.1.0';

/** How the badge names this engine. `device` in words a reader knows, e.g. "CPU (server)". Apart from the engine, so that a page can name it without loading it. */
export function tinyEngineInfo(device: string): EngineInfo {
  return { id: 'embedded', name: 'tiny-engine', version: ENGINE_VERSION, device, model: 'tiny-1' };
}
