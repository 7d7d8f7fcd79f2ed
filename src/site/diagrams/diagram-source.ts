import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname;

/** Where the picture of a Mermaid source is committed: named by the first 12 hex digits of the source's SHA-256. */
export function diagramPath(source: string): string {
  const hash = createHash('sha256').update(source.trim().replaceAll('\r\n', '\n')).digest('hex');
  return join(folder, `${hash.slice(0, 12)}.svg`);
}

/** The `%% alt: ...` line of a source: what a reader who cannot see the picture gets. Throws where it is missing. */
export function diagramAlt(source: string): string {
  const alt = /^\s*%%\s*alt:\s*(.+)$/m.exec(source)?.[1]?.trim();
  if (!alt)
    throw new Error(
      'This diagram has no words for those who cannot see it. Fix: add a line `%% alt: ...` to its source.',
    );
  return alt;
}

/** A Mermaid source -> `<figure>` with its committed SVG inlined. Throws where nobody has drawn this source yet. */
export function diagramHtml(source: string): string {
  const path = diagramPath(source);
  const alt = diagramAlt(source).replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  if (!existsSync(path))
    throw new Error(
      'This diagram has changed or is new, and its picture is not committed. Fix: run `npm run diagrams` and commit the SVG.',
    );
  const svg = readFileSync(path, 'utf8').trim();
  return `<figure class="diagram not-content" role="img" aria-label="${alt}" data-pagefind-ignore>${svg}</figure>`;
}
