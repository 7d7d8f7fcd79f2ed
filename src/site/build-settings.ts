import { locales } from './locales.ts';

/** `none` in PLAYGROUND_ORIGIN: the site has no companion server, and its pages ask nobody for one. */
export const NO_COMPANION = 'none';

/** What the environment says about the site to build. */
export interface BuildSettings {
  /** SITE_URL: scheme and host of the finished site, such as `https://school.example`. */
  siteUrl: string;
  /** BASE_PATH: begins and ends with a slash, such as `/course/`. */
  basePath: string;
  /** PLAYGROUND_ORIGIN: the companion server's origin, `none`, or undefined for the origin that serves the pages. */
  playgroundOrigin: string | undefined;
  /** OUT_DIR: the folder to build into. */
  outDir: string;
}

/** Environment -> settings; an empty variable counts as not set. Throws one Error that names every wrong variable and its fix. */
export function readBuildSettings(environment: Readonly<Record<string, string | undefined>>): BuildSettings {
  const problems: string[] = [];
  const read = <T>(name: string, fallback: T, parse: (text: string) => T | { problem: string }): T => {
    const text = environment[name]?.trim();
    if (!text) return fallback;
    const value = parse(text);
    if (!isProblem(value)) return value;
    problems.push(`  ${name}=${text}: ${value.problem}`);
    return fallback;
  };
  const settings: BuildSettings = {
    siteUrl: read('SITE_URL', 'http://localhost:4321', parseSiteUrl),
    basePath: read('BASE_PATH', '/', parseBasePath),
    playgroundOrigin: read<string | undefined>('PLAYGROUND_ORIGIN', undefined, parsePlaygroundOrigin),
    outDir: read('OUT_DIR', 'dist', (text) => text),
  };
  const { siteUrl, playgroundOrigin: companion } = settings;
  if (siteUrl.startsWith('https:') && companion?.startsWith('http:') && !isLoopback(companion))
    problems.push(
      `  PLAYGROUND_ORIGIN=${companion}: a page on ${siteUrl} may not call http. Give the companion https, or put it behind the same host and leave this out.`,
    );
  if (problems.length > 0) throw new Error(`These settings cannot be used:\n${problems.join('\n')}`);
  return settings;
}

const isProblem = (value: unknown): value is { problem: string } =>
  typeof value === 'object' && value !== null && 'problem' in value;

function parseSiteUrl(text: string): string | { problem: string } {
  const url = httpUrl(text);
  if (!url) return { problem: 'must be an http or https address, such as https://school.example' };
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    return { problem: `must be scheme and host only: SITE_URL=${url.origin}; a path goes into BASE_PATH` };
  return url.origin;
}

/** `course`, `/course` and `/course/` all mean `/course/`. */
function parseBasePath(text: string): string | { problem: string } {
  const segments = text.split('/').filter((segment) => segment !== '');
  if (!segments.every((segment) => /^[A-Za-z0-9._~-]+$/.test(segment) && !/^\.+$/.test(segment)))
    return { problem: 'must be a path of Latin letters, digits and - . _ ~, such as /course/' };
  // `/en/x` would be a page's own address and one that already has the base: no tool could tell them apart.
  if (segments[0] !== undefined && segments[0] in locales)
    return { problem: `must not begin with a language folder (${Object.keys(locales).join(', ')})` };
  return segments.length === 0 ? '/' : `/${segments.join('/')}/`;
}

function parsePlaygroundOrigin(text: string): string | { problem: string } {
  if (text === NO_COMPANION) return NO_COMPANION;
  const origin = httpUrl(text)?.origin;
  if (origin !== undefined && (text === origin || text === `${origin}/`)) return origin;
  return {
    problem: `must be scheme, host and port only${origin === undefined ? ', such as https://lab.school.example' : `: ${origin}`}; or ${NO_COMPANION}`,
  };
}

function httpUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && url.username + url.password === '' ? url : undefined;
}

function isLoopback(origin: string): boolean {
  return ['localhost', '127.0.0.1'].includes(new URL(origin).hostname);
}
