import type { AstroIntegration } from 'astro';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Pagefind leaves out what a `<label>` holds, and a `<Term>` is one: the words a lesson is about would be the ones no search finds. The
 * first integration stands before Starlight, which runs Pagefind, and shows it spans instead; the second puts the pages back.
 */
export function searchableTerms(): [before: AstroIntegration, after: AstroIntegration] {
  const originals = new Map<string, string>();
  return [
    {
      name: 'searchable-terms',
      hooks: {
        'astro:build:done': async ({ dir }) => {
          const root = fileURLToPath(dir);
          for (const page of (await readdir(root, { recursive: true })).filter((path) => path.endsWith('.html'))) {
            const path = join(root, page);
            const html = await readFile(path, 'utf8');
            originals.set(path, html);
            await writeFile(path, termsAsSpans(html));
          }
        },
      },
    },
    {
      name: 'searchable-terms-restored',
      hooks: {
        'astro:build:done': async () => {
          for (const [path, html] of originals) await writeFile(path, html);
        },
      },
    },
  ];
}

/** `<label class="term">KV cache…</label>` -> `<span class="term">KV cache…</span>` */
export function termsAsSpans(html: string): string {
  return html.replace(/<label class="term">([\s\S]*?)<\/label>/g, '<span class="term">$1</span>');
}
