import type { Root } from 'mdast';
import { visit } from 'unist-util-visit';

/**
 * Remark plugin: under BASE_PATH `/course`, a page's link `/en/start/` -> `/course/en/start/`. Pages are written as if the site
 * stood at the root; Astro itself leaves the links of Markdown alone.
 */
export function remarkBaseLinks(base: string) {
  const prefix = base.replace(/\/$/, '');
  return (tree: Root): void => {
    if (prefix === '') return;
    visit(tree, ['link', 'image', 'definition'], (node) => {
      if ('url' in node && /^\/(?!\/)/.test(node.url)) node.url = prefix + node.url;
    });
  };
}
