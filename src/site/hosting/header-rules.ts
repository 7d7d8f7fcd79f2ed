/** Headers for the files whose path, below the base path, matches `path`; `*` stands for any rest. Later rules add to earlier ones. */
export interface HeaderRule {
  path: string;
  headers: Readonly<Record<string, string>>;
}

const aYear = 'public, max-age=31536000, immutable';

/**
 * What any host should send with the site: the one place where it is written, from which the files for each kind of host are
 * made. The pages bring their Content-Security-Policy with them; only what a page cannot say for itself is here.
 */
export const headerRules: readonly HeaderRule[] = [
  {
    path: '*',
    headers: {
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'strict-origin-when-cross-origin',
      'Content-Security-Policy': "frame-ancestors 'self'", // a policy inside a page may not say this
      'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
    },
  },
  // Names that hold a hash of the content: a changed file has another name.
  { path: '_astro/*', headers: { 'Cache-Control': aYear } },
  { path: 'pagefind/fragment/*', headers: { 'Cache-Control': aYear } },
  { path: 'pagefind/index/*', headers: { 'Cache-Control': aYear } },
  // Never overwritten: a changed model or a new recording gets a new folder or name.
  { path: 'models/*', headers: { 'Cache-Control': aYear } },
  { path: 'recordings/*', headers: { 'Cache-Control': aYear } },
];

/** For everything no rule above speaks of: kept, but asked for again each time. */
export const defaultCacheControl = 'public, max-age=0, must-revalidate';

/** Types that a host may not know by itself. Without the first, some browsers do not compile the search's WebAssembly while it loads. */
export const contentTypes = {
  wasm: 'application/wasm',
  md: 'text/markdown; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  webmanifest: 'application/manifest+json',
  safetensors: 'application/octet-stream',
} as const;
