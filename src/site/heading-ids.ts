import type { Heading, Root } from 'mdast';
import { relative } from 'node:path';
import { visit } from 'unist-util-visit';
import type { VFile } from 'vfile';

const marker = /\s*\[#([^\]]*)\]\s*$/;
const wellFormed = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/**
 * Remark plugin: `## 連續批次處理 [#batching]` -> a heading 連續批次處理 with id `batching`, the same in both languages.
 * Runs before Astro makes slugs, which would turn a Chinese heading into a Chinese id. Throws, naming file, line and fix,
 * for a heading of level 2 to 4 without an id, an id that is not lower-case words joined by hyphens, or one used twice.
 */
export function remarkHeadingIds() {
  return (tree: Root, file: VFile): void => {
    const lines = new Map<string, number>();
    const faults: string[] = [];
    visit(tree, 'heading', (heading) => {
      const line = heading.position?.start.line ?? 0;
      const id = takeMarker(heading);
      if (id === undefined) {
        if (heading.depth >= 2 && heading.depth <= 4)
          faults.push(
            `line ${line}: this heading has no id. Fix: end it with one, such as [#batching], in both languages.`,
          );
        return;
      }
      if (!wellFormed.test(id))
        faults.push(
          `line ${line}: [#${id}] is not an id. Fix: lower-case words joined by hyphens, such as [#cold-start].`,
        );
      const earlier = lines.get(id);
      if (earlier !== undefined)
        faults.push(
          `line ${line}: [#${id}] is already the id of line ${earlier}. Fix: choose another here, in both languages.`,
        );
      lines.set(id, line);
      heading.data = { ...heading.data, hProperties: { ...heading.data?.hProperties, id } };
    });
    if (faults.length > 0)
      throw new Error(
        `Headings of ${relative(process.cwd(), file.path)}:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
      );
  };
}

/** Cuts `[#id]` off the end of a heading's text and returns the id; undefined, and nothing cut, where there is none. */
function takeMarker(heading: Heading): string | undefined {
  const last = heading.children.at(-1);
  if (last?.type !== 'text') return undefined;
  const id = marker.exec(last.value)?.[1];
  if (id !== undefined) last.value = last.value.replace(marker, '');
  return id;
}
