import type { AstroIntegration } from 'astro';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A reader may run the companion server on their own machine, at any port. */
const loopback = ['http://localhost:*', 'http://127.0.0.1:*'];

/**
 * Writes a Content-Security-Policy into every built page, with the hash of each inline script and style it really has.
 * `connect` holds further origins the pages may call: the companion server's, where it is not this origin.
 * Astro's own `security.csp` does not see Starlight's `is:inline` scripts, so the pages are read after the build.
 * A meta policy cannot set frame-ancestors: whoever serves the pages sends that as a header.
 */
export function contentSecurityPolicy({ connect }: { connect: readonly string[] }): AstroIntegration {
  return {
    name: 'content-security-policy',
    hooks: {
      'astro:build:done': async ({ dir, logger }) => {
        const root = fileURLToPath(dir);
        const pages = (await readdir(root, { recursive: true })).filter((path) => path.endsWith('.html'));
        for (const page of pages) {
          const path = join(root, page);
          await writeFile(path, insertPolicy(await readFile(path, 'utf8'), connect));
        }
        logger.info(`wrote a policy into ${pages.length} pages`);
      },
    },
  };
}

/** A page's HTML -> the same with its policy as the first thing in <head> after the charset. Throws where there is no <head>. */
export function insertPolicy(html: string, connect: readonly string[]): string {
  const start = /<head[^>]*>(?:\s*<meta charset=[^>]*>)?/i.exec(html) ?? /<!doctype html>/i.exec(html);
  if (!start) throw new Error('A page without <head> or doctype cannot carry a policy');
  const end = start.index + start[0].length;
  const meta = `<meta http-equiv="content-security-policy" content="${policyFor(html, connect)}">`;
  return html.slice(0, end) + meta + html.slice(end);
}

/** The policy that lets exactly this page's inline scripts and styles run, and nothing else that is not a file of the site. */
export function policyFor(html: string, connect: readonly string[]): string {
  const scripts = [...html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/gi)]
    .filter(([, attributes = '', body]) => body && !/\bsrc=/.test(attributes) && isExecutable(attributes))
    .map(([, , body = '']) => hashSource(body));
  const styles = [...html.matchAll(/<style\b[^>]*>([\s\S]*?)<\/style>/gi)].map(([, body = '']) => hashSource(body));
  return [
    "default-src 'self'",
    ["script-src 'self' 'wasm-unsafe-eval'", ...new Set(scripts)].join(' '), // WebAssembly: the search index
    ["style-src 'self'", ...new Set(styles)].join(' '),
    "style-src-attr 'unsafe-inline'", // the colours of highlighted code
    "img-src 'self' data:",
    ["connect-src 'self'", ...new Set([...connect, ...loopback])].join(' '),
    "worker-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join('; ');
}

/** Data blocks (JSON, templates) are not run, so the policy need not name them. */
function isExecutable(attributes: string): boolean {
  const type = /\btype=["']?([^"'\s>]*)/.exec(attributes)?.[1];
  return type === undefined || type === '' || type === 'module' || /javascript$/.test(type);
}

function hashSource(body: string): string {
  return `'sha256-${createHash('sha256').update(body).digest('base64')}'`;
}
