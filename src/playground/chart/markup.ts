/** A piece of SVG or HTML as data: a page makes elements of it, the build makes markup of it, a test reads it. */
export interface MarkupNode {
  tag: string;
  attributes: Record<string, string | number>;
  children: readonly (MarkupNode | string)[];
}

export function node(
  tag: string,
  attributes: MarkupNode['attributes'],
  ...children: MarkupNode['children']
): MarkupNode {
  return { tag, attributes, children };
}

export function toSvg(from: MarkupNode): Element {
  return toElement(from, 'http://www.w3.org/2000/svg');
}

export function toHtml(from: MarkupNode): Element {
  return toElement(from, 'http://www.w3.org/1999/xhtml');
}

/** Children that are text stay text: no word of an engine is ever read as markup. */
function toElement({ tag, attributes, children }: MarkupNode, namespace: string): Element {
  const element = document.createElementNS(namespace, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, shortNumber(value));
  element.append(...children.map((child) => (typeof child === 'string' ? child : toElement(child, namespace))));
  return element;
}

/** The same as text, for the build. Every element is closed: void HTML elements have no place here. */
export function toMarkup({ tag, attributes, children }: MarkupNode): string {
  const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${escape(shortNumber(value))}"`);
  const inner = children.map((child) => (typeof child === 'string' ? escape(child) : toMarkup(child)));
  return `<${tag}${written.join('')}>${inner.join('')}</${tag}>`;
}

/** A hundredth of a pixel is below what any screen shows. */
function shortNumber(value: string | number): string {
  return typeof value === 'number' ? String(Math.round(value * 100) / 100) : value;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0) ?? 0};`);
}
