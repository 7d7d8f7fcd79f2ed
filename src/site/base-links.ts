import type { Root } from 'mdast';
import type { MdxJsxAttribute } from 'mdast-util-mdx-jsx';
import { visit } from 'unist-util-visit';

/**
 * Remark plugin: under BASE_PATH `/course/`, a page's link `/en/start/` -> `/course/en/start/`, in Markdown (`[x](/en/)`), in JSX
 * (`<a href="/en/">`, and `href` or `src` of any component) and in HTML. Pages are written as if the site stood at the root;
 * Astro itself leaves links alone.
 */
export function remarkBaseLinks(base: string) {
  const prefix = base.replace(/\/$/, '');
  return (tree: Root): void => {
    if (prefix === '') return;
    visit(tree, (node) => {
      if ('url' in node && isRooted(node.url)) node.url = prefix + node.url;
      if (node.type === 'html')
        node.value = node.value.replace(/(\s(?:href|src)=["'])(?=\/(?!\/))/g, (start) => start + prefix);
      if (node.type === 'mdxJsxFlowElement' || node.type === 'mdxJsxTextElement')
        for (const attribute of node.attributes)
          if (isAddress(attribute) && typeof attribute.value === 'string' && isRooted(attribute.value))
            attribute.value = prefix + attribute.value;
    });
  };
}

/** `/en/` but not `//other.example/`. */
function isRooted(url: string): boolean {
  return /^\/(?!\/)/.test(url);
}

function isAddress(attribute: { type: string }): attribute is MdxJsxAttribute {
  return attribute.type === 'mdxJsxAttribute' && ['href', 'src'].includes((attribute as MdxJsxAttribute).name);
}
