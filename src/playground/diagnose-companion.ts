import * as z from 'zod/mini';
import { CONTRACT_VERSION, EnginesAnswer } from '#contract/run-request.ts';
import { NO_COMPANION } from './companion-address.ts';

/** What is wrong between this page and a companion server; each kind is a key `playground.doctor.<kind>` of content/i18n. */
export type Diagnosis =
  | { kind: 'works'; engines: string }
  | { kind: 'server_older' | 'server_newer'; server: number; page: number }
  | {
      kind:
        | 'no_companion'
        | 'no_engine'
        | 'draining'
        | 'not_a_companion'
        | 'too_slow'
        | 'origin_not_allowed'
        | 'network_not_permitted'
        | 'not_reachable'
        | 'not_reachable_from_https';
    };

/** What the page knows about itself and its browser. */
export interface PageSituation {
  /** such as `https://school.example` */
  origin: string;
  /** may the page call this machine? undefined: the browser has no such permission */
  localNetwork: () => Promise<PermissionState | undefined>;
}

const GIVE_UP_AFTER_MS = 5000;
const AnyVersion = z.object({ contractVersion: z.number() });

/** Finds out, with at most two requests, why the companion at `address` (`''` is the page's own origin) cannot be used. Never throws. */
export async function diagnoseCompanion(
  address: string,
  page: PageSituation,
  giveUpAfterMs = GIVE_UP_AFTER_MS,
): Promise<Diagnosis> {
  if (address === NO_COMPANION) return { kind: 'no_companion' };
  const signal = AbortSignal.timeout(giveUpAfterMs);
  let response: Response;
  try {
    response = await fetch(`${address}/engines`, { signal, headers: { accept: 'application/json' } });
  } catch {
    return signal.aborted ? { kind: 'too_slow' } : explainSilence(address, page);
  }
  if (response.status === 503) return { kind: 'draining' };
  return response.ok ? explainAnswer(await response.json().catch(() => undefined)) : { kind: 'not_a_companion' };
}

function explainAnswer(answer: unknown): Diagnosis {
  const version = z.safeParse(AnyVersion, answer);
  if (!version.success) return { kind: 'not_a_companion' };
  const { contractVersion: server } = version.data;
  if (server !== CONTRACT_VERSION)
    return { kind: server < CONTRACT_VERSION ? 'server_older' : 'server_newer', server, page: CONTRACT_VERSION };
  const parsed = z.safeParse(EnginesAnswer, answer);
  if (!parsed.success) return { kind: 'not_a_companion' };
  const engines = parsed.data.engines.filter(({ reachable }) => reachable);
  if (engines.length === 0) return { kind: 'no_engine' };
  return { kind: 'works', engines: engines.map(({ name, version }) => `${name} ${version}`).join(', ') };
}

/** To a script, a refusal and a dead port look the same. A request whose answer nobody may read tells them apart: it needs no leave. */
async function explainSilence(address: string, page: PageSituation): Promise<Diagnosis> {
  try {
    await fetch(`${address}/health`, { mode: 'no-cors', signal: AbortSignal.timeout(GIVE_UP_AFTER_MS) });
    return { kind: 'origin_not_allowed' };
  } catch {
    if (!page.origin.startsWith('https:')) return { kind: 'not_reachable' };
    const permission = await page.localNetwork();
    if (permission === 'denied' || permission === 'prompt') return { kind: 'network_not_permitted' };
    return { kind: 'not_reachable_from_https' };
  }
}

/** The line to type where the companion is, for the shell of this machine; undefined where typing does not help. */
export function remedyOf(
  { kind }: Diagnosis,
  address: string,
  pageOrigin: string,
  windows: boolean,
): string | undefined {
  const port = URL.canParse(address) ? new URL(address).port : '';
  const settings: Record<string, string> = port === '' || port === '4321' ? {} : { PORT: port };
  if (pageOrigin !== address && address !== '') settings['ALLOWED_ORIGINS'] = pageOrigin;
  switch (kind) {
    case 'server_older':
      return `git pull && npm install && ${commandLine('npm start', settings, windows)}`;
    case 'not_reachable':
    case 'not_reachable_from_https':
    case 'origin_not_allowed':
    case 'draining':
      return commandLine('npm start', settings, windows);
    case 'not_a_companion':
      return commandLine('npm start', { ...settings, PORT: '4322' }, windows);
    case 'no_companion':
      return commandLine('npm start', { ALLOWED_ORIGINS: pageOrigin }, windows);
    case 'works':
    case 'server_newer':
    case 'no_engine':
    case 'too_slow':
    case 'network_not_permitted':
      return undefined;
  }
}

function commandLine(command: string, settings: Record<string, string>, windows: boolean): string {
  const parts = Object.entries(settings).map(([name, value]) =>
    windows ? `$env:${name}="${value}"; ` : `${name}=${value} `,
  );
  return parts.join('') + command;
}
