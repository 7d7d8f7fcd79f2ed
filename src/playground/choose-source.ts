import type { Origin } from '#contract/run-event.ts';
import type { EngineInfo } from '#contract/run-request.ts';

/** Why the live rung cannot be had; each kind is a key `playground.cause.<kind>` of content/i18n. */
export type Cause =
  | {
      kind:
        | 'no_companion'
        | 'not_reachable'
        | 'too_slow'
        | 'not_a_companion'
        | 'draining'
        | 'experiment_not_offered'
        | 'engine_unreachable';
    }
  | { kind: 'other_version'; server: number; page: number };

export type ProbeResult = { ok: true; engines: readonly EngineInfo[] } | { ok: false; cause: Cause };

export interface Rung {
  origin: Origin;
  status: 'unchecked' | 'checking' | 'slow' | 'ready' | 'unavailable';
  cause?: Cause;
  /** engines the live rung offers */
  engines?: readonly EngineInfo[];
}

/** The rungs of one playground, best first, and the one the reader asked for, if any. */
export interface Ladder {
  rungs: readonly Rung[];
  readersChoice?: Origin;
}

/** After this long the next rung is offered; the probe goes on. */
export const OFFER_NEXT_AFTER_MS = 800;
/** After this long the probe is given up. */
export const GIVE_UP_AFTER_MS = 3000;

/** Only the live rung has to be asked for; the others are there or are not listed. */
export function ladderOf(origins: readonly Origin[]): Ladder {
  return { rungs: origins.map((origin) => ({ origin, status: origin === 'live' ? 'unchecked' : 'ready' })) };
}

/** The rung a run would use now; undefined while it is not yet known (or when there is none). */
export function currentOrigin({ rungs, readersChoice }: Ladder): Origin | undefined {
  const chosen = rungs.find(({ origin }) => origin === readersChoice);
  if (chosen && chosen.status !== 'unavailable') return chosen.origin;
  for (const { origin, status } of rungs) {
    if (status === 'ready') return origin;
    if (status === 'unchecked' || status === 'checking') return undefined;
  }
  return undefined;
}

export function withReadersChoice(ladder: Ladder, origin: Origin): Ladder {
  return { ...ladder, readersChoice: origin };
}

/** The live rung was there and is gone: the next run goes to the rung below, and the page says why. */
export function withoutLive(ladder: Ladder, cause: Cause): Ladder {
  return withLive(ladder, { status: 'unavailable', cause });
}

function withLive(ladder: Ladder, live: Omit<Rung, 'origin'>): Ladder {
  return {
    ...ladder,
    rungs: ladder.rungs.map((rung) => (rung.origin === 'live' ? { origin: 'live', ...live } : rung)),
  };
}

export interface ChooseOptions {
  probe: (signal: AbortSignal) => Promise<ProbeResult>;
  /** called with what changed; the ladder may meanwhile have got a reader's choice, so it is handed a change, not a ladder */
  onChange: (change: (ladder: Ladder) => Ladder) => void;
  offerNextAfterMs?: number;
  giveUpAfterMs?: number;
}

/** Probes the live rung once and reports each step; resolves when the ladder is settled. */
export async function chooseSource(options: ChooseOptions): Promise<void> {
  const { probe, onChange, offerNextAfterMs = OFFER_NEXT_AFTER_MS, giveUpAfterMs = GIVE_UP_AFTER_MS } = options;
  onChange((ladder) => withLive(ladder, { status: 'checking' }));
  const offerNext = setTimeout(() => onChange((ladder) => withLive(ladder, { status: 'slow' })), offerNextAfterMs);
  try {
    const result = await probe(AbortSignal.timeout(giveUpAfterMs));
    onChange((ladder) =>
      result.ok
        ? withLive(ladder, { status: 'ready', engines: result.engines })
        : withLive(ladder, { status: 'unavailable', cause: result.cause }),
    );
  } finally {
    clearTimeout(offerNext);
  }
}
