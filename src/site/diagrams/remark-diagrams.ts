import type { Root, RootContent } from 'mdast';
import { relative } from 'node:path';
import { visit } from 'unist-util-visit';
import type { VFile } from 'vfile';
import { diagramHtml } from './diagram-source.ts';

/**
 * Remark plugin: a ```mermaid fence -> its committed SVG, so that a reader loads no Mermaid and a build needs no browser.
 * Throws, naming file, line and fix, for a fence without alt text or without a picture of exactly this source.
 */
export function remarkDiagrams() {
  return (tree: Root, file: VFile): void => {
    visit(tree, 'code', (code, index, parent) => {
      if (code.lang !== 'mermaid' || !parent || index === undefined) return;
      try {
        parent.children[index] = htmlNode(diagramHtml(code.value), file.path.endsWith('.mdx'));
      } catch (cause) {
        const where = `${relative(process.cwd(), file.path)}:${code.position?.start.line ?? 0}`;
        throw new Error(`${where}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
      }
    });
  };
}

/** MDX has no raw HTML nodes; there `<Fragment set:html>` says the same. */
function htmlNode(html: string, mdx: boolean): RootContent {
  if (!mdx) return { type: 'html', value: html };
  const attributes = [{ type: 'mdxJsxAttribute', name: 'set:html', value: html }];
  return { type: 'mdxJsxFlowElement', name: 'Fragment', attributes, children: [] } as unknown as RootContent;
}
