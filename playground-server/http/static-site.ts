import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** What never changes under its name: Astro's files carry a content hash, a model folder a version. */
const UNCHANGING_FOLDERS = ['_astro', 'models'];

/**
 * As octet-stream these would be marked as Brotli: the search index, gzip already, is then sent as it is and no browser can read it;
 * weights do not get smaller and would lose the length that the download's progress counts on.
 */
const UNCOMPRESSED: readonly [RegExp, string][] = [
  [/\.(?:pagefind|pf_\w+)$/, 'application/gzip'],
  [/\.safetensors$/, 'application/vnd.safetensors'],
];

/** Serves the built site; true when there is one. No directory listing, no dot files, nothing outside the folder. */
export function addStaticSite(app: FastifyInstance, siteDir: string): boolean {
  if (!existsSync(siteDir)) return false;
  const unchanging = UNCHANGING_FOLDERS.map((folder) => join(siteDir, folder) + sep);
  app.register(fastifyStatic, {
    root: siteDir,
    dotfiles: 'ignore',
    redirect: true,
    cacheControl: false, // set below
    setHeaders: (reply, path) => {
      const isUnchanging = unchanging.some((folder) => path.startsWith(folder));
      reply.header(
        'cache-control',
        isUnchanging ? 'public, max-age=31536000, immutable' : 'public, max-age=0, must-revalidate',
      );
      const type = UNCOMPRESSED.find(([name]) => name.test(path))?.[1];
      if (type !== undefined) reply.header('content-type', type);
      // The page's own policy stands in its HTML, where this directive has no effect.
      if (path.endsWith('.html')) reply.header('content-security-policy', "frame-ancestors 'self'");
    },
  });
  return existsSync(join(siteDir, '404.html'));
}
