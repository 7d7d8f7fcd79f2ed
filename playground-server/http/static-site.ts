import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** What never changes under its name: Astro's files carry a content hash, a model folder a version. */
const UNCHANGING_FOLDERS = ['_astro', 'models'];

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
      // The page's own policy stands in its HTML, where this directive has no effect.
      if (path.endsWith('.html')) reply.header('content-security-policy', "frame-ancestors 'self'");
    },
  });
  return existsSync(join(siteDir, '404.html'));
}
