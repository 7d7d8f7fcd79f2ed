import type { Element, ElementContent } from 'hast';
import { find, hasClass, isElement, textOf } from './hast.ts';

/** Nodes of a sentence -> Markdown on one line, its white space folded. `base` makes links absolute. */
export function inlineMarkdown(nodes: readonly ElementContent[], base: string): string {
  return nodes
    .map((node) => inline(node, base))
    .join('')
    .replace(/[ \t\n]+/g, ' ')
    .trim();
}

function inline(node: ElementContent, base: string): string {
  if (node.type === 'text') return node.value;
  if (node.type !== 'element' || node.properties['hidden'] === true) return '';
  const inside = () => node.children.map((child) => inline(child, base)).join('');
  if (hasClass(node, 'note-card')) return sourceLink(node);
  if (hasClass(node, 'sr-only') || hasClass(node, 'sl-anchor-link')) return '';
  switch (node.tagName) {
    case 'script':
    case 'style':
    case 'template':
    case 'input':
    case 'select':
    case 'textarea':
    case 'progress':
    case 'button':
      return '';
    case 'svg':
      return typeof node.properties['ariaLabel'] === 'string' ? node.properties['ariaLabel'] : '';
    case 'img':
      return `![${attribute(node, 'alt')}](${absolute(attribute(node, 'src'), base)})`;
    case 'br':
      return ' ';
    case 'code':
      return codeSpan(textOf(node));
    case 'strong':
    case 'b':
      return wrapped(inside(), '**');
    case 'em':
    case 'i':
      return wrapped(inside(), '*');
    case 'del':
      return wrapped(inside(), '~~');
    case 'a':
      return `[${inside().trim()}](${absolute(attribute(node, 'href'), base)})`;
    default:
      return inside();
  }
}

/** The card of a `<Source>` is its link; the card of a `<Term>` is left out, the term's own page explains it. */
function sourceLink(card: Element): string {
  const link = find(card, (element) => isElement(element, 'a'));
  return link ? ` (<${attribute(link, 'href')}>)` : '';
}

function codeSpan(text: string): string {
  const fence = '`'.repeat(Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
  return text.startsWith('`') || text.endsWith('`') ? `${fence} ${text} ${fence}` : fence + text + fence;
}

/** Marks go inside the spaces: `** a**` would not be bold. */
function wrapped(text: string, mark: string): string {
  const [, before = '', core = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? [];
  return core === '' ? text : before + mark + core + mark + after;
}

function attribute(element: Element, name: string): string {
  const value = element.properties[name];
  return typeof value === 'string' ? value : '';
}

function absolute(address: string, base: string): string {
  return URL.canParse(address, base) ? new URL(address, base).href : address;
}
