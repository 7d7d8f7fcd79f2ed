import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** Astro writes a content hash into every name below this folder. */
const HASHED_FOLDER = '_astro';

/** Serves the built site; true when there is one. No directory listing, no dot files, nothing outside the folder. */
export function addStaticSite(app: FastifyInstance, siteDir: string): boolean {
  if (!existsSync(siteDir)) return false;
  const hashed = join(siteDir, HASHED_FOLDER) + sep;
  app.register(fastifyStatic, {
    root: siteDir,
    dotfiles: 'ignore',
    redirect: true,
    cacheControl: false, // set below
    setHeaders: (reply, path) =>
      void reply.header(
        'cache-control',
        path.startsWith(hashed) ? 'public, max-age=31536000, immutable' : 'public, max-age=0, must-revalidate',
      ),
  });
  return existsSync(join(siteDir, '404.html'));
}
