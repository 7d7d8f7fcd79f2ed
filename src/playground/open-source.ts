import type { Origin } from '#contract/run-event.ts';
import type { RunSource } from './run-source.ts';

export interface SourceAddresses {
  /** the companion server, '' = the page's own origin */
  companion: string;
  /** the model file for the browser engine */
  modelFile: string;
}

/** The source of a rung; its code is fetched at the first use and not before. */
export async function openSource(origin: Origin, addresses: SourceAddresses): Promise<RunSource> {
  switch (origin) {
    case 'live':
      return (await import('./live-source.ts')).liveSource(addresses.companion);
    case 'browser':
      return (await import('./browser-source.ts')).browserSource(addresses.modelFile);
    case 'simulated':
      return (await import('./simulated-source.ts')).simulatedSource();
    case 'recorded':
      throw new Error(`No page lists the rung "${origin}" yet.`);
    default:
      return origin satisfies never;
  }
}
