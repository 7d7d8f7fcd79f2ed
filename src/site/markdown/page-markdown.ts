import type { Element, ElementContent, Nodes, Root } from 'hast';
import { fromHtml } from 'hast-util-from-html';
import { blockMarkdown } from './block-markdown.ts';
import { find, hasClass, textOf } from './hast.ts';

/** A built page as a reader without a browser, or a language model, wants it. */
export interface PageMarkdown {
  title: string;
  description: string;
  /** BCP-47 tag of the page */
  language: string;
  /** the canonical address */
  url: string;
  /** title, description and text as Markdown, ending in a line break */
  markdown: string;
}

/**
 * A built page -> its Markdown, or undefined for a page without text of its own (a redirect). Made from what the reader gets, not from
 * the source: so that a lab file, a quiz or a figure's table is in it, and page and Markdown cannot say different things.
 */
export function pageMarkdown(html: string): PageMarkdown | undefined {
  const root: Root = fromHtml(html);
  const main = find(root, (element) => element.tagName === 'main');
  const body = main && find(main, (element) => hasClass(element, 'sl-markdown-content'));
  if (!main || !body) return undefined;
  const title = textOf(find(main, (element) => element.tagName === 'h1') ?? main).trim();
  const description = attributeOf(root, (element) => element.properties['name'] === 'description', 'content');
  const url = attributeOf(root, (element) => [element.properties['rel']].flat().includes('canonical'), 'href');
  const language = attributeOf(root, (element) => element.tagName === 'html', 'lang');
  const parts = [`# ${title}`, description, blockMarkdown(withoutTitle(body), url)];
  return { title, description, language, url, markdown: `${parts.filter(Boolean).join('\n\n')}\n` };
}

/** The landing page has its title inside its text. */
function withoutTitle(element: Element): ElementContent[] {
  return element.children.flatMap((node): ElementContent[] => {
    if (node.type !== 'element') return [node];
    return node.tagName === 'h1' ? [] : [{ ...node, children: withoutTitle(node) }];
  });
}

function attributeOf(root: Nodes, matches: (element: Element) => boolean, name: string): string {
  const value = find(root, matches)?.properties[name];
  return typeof value === 'string' ? value : '';
}
