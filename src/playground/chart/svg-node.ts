/** A piece of SVG as data: a page makes elements of it, the build makes markup of it, a test reads it. */
export interface SvgNode {
  tag: string;
  attributes: Record<string, string | number>;
  children: readonly (SvgNode | string)[];
}

export function svg(tag: string, attributes: SvgNode['attributes'], ...children: SvgNode['children']): SvgNode {
  return { tag, attributes, children };
}

const SVG_NAMESPACE = 'http://www.w3.org/2000/svg';

export function toElement(node: SvgNode): SVGElement {
  const element = document.createElementNS(SVG_NAMESPACE, node.tag);
  for (const [name, value] of Object.entries(node.attributes)) element.setAttribute(name, shortNumber(value));
  element.append(...node.children.map((child) => (typeof child === 'string' ? child : toElement(child))));
  return element;
}

export function toMarkup(node: SvgNode): string {
  const attributes = Object.entries(node.attributes).map(([name, value]) => ` ${name}="${escape(shortNumber(value))}"`);
  const children = node.children.map((child) => (typeof child === 'string' ? escape(child) : toMarkup(child)));
  return `<${node.tag}${attributes.join('')}>${children.join('')}</${node.tag}>`;
}

/** A hundredth of a pixel is below what any screen shows. */
function shortNumber(value: string | number): string {
  return typeof value === 'number' ? String(Math.round(value * 100) / 100) : value;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0) ?? 0};`);
}
