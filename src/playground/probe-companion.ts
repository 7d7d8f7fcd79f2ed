import * as z from 'zod/mini';
import { CONTRACT_VERSION, EnginesAnswer } from '#contract/run-request.ts';
import type { ProbeResult } from './choose-source.ts';
import { NO_COMPANION } from './companion-address.ts';

const AnyVersion = z.object({ contractVersion: z.number() });

/** Asks `GET <address>/engines` once: can this server run the experiment, and if not, why not? Never throws. */
export async function probeCompanion(address: string, experiment: string, signal: AbortSignal): Promise<ProbeResult> {
  if (address === NO_COMPANION) return { ok: false, cause: { kind: 'no_companion' } };
  let answer: unknown;
  try {
    const response = await fetch(`${address}/engines`, { signal, headers: { accept: 'application/json' } });
    if (!response.ok) return { ok: false, cause: { kind: response.status === 503 ? 'draining' : 'not_a_companion' } };
    answer = await response.json();
  } catch (error) {
    if (signal.aborted) return { ok: false, cause: { kind: 'too_slow' } };
    return { ok: false, cause: { kind: error instanceof SyntaxError ? 'not_a_companion' : 'not_reachable' } };
  }
  const version = z.safeParse(AnyVersion, answer);
  if (!version.success) return { ok: false, cause: { kind: 'not_a_companion' } };
  if (version.data.contractVersion !== CONTRACT_VERSION)
    return {
      ok: false,
      cause: { kind: 'other_version', server: version.data.contractVersion, page: CONTRACT_VERSION },
    };
  const parsed = z.safeParse(EnginesAnswer, answer);
  if (!parsed.success) return { ok: false, cause: { kind: 'not_a_companion' } };
  const upstreams = parsed.data.experiments[experiment] ?? [];
  if (upstreams.length === 0) return { ok: false, cause: { kind: 'experiment_not_offered' } };
  const engines = parsed.data.engines.filter((engine) => engine.reachable && upstreams.includes(engine.id));
  return engines.length > 0 ? { ok: true, engines } : { ok: false, cause: { kind: 'engine_unreachable' } };
}
