import type { Element, ElementContent, Nodes } from 'hast';

export function isElement(node: Nodes | undefined, tagName?: string): node is Element {
  return node?.type === 'element' && (tagName === undefined || node.tagName === tagName);
}

export function childrenOf(node: Nodes): ElementContent[] {
  return 'children' in node ? (node.children as ElementContent[]) : [];
}

export function hasClass(node: Element, name: string): boolean {
  return [node.properties['className']].flat().includes(name);
}

/** A `data-part="x"` or other data attribute by its camel-cased name (`dataPart`). */
export function dataOf(node: Element, name: string): string | undefined {
  const value = node.properties[name];
  return typeof value === 'string' ? value : undefined;
}

/** The first element in document order that matches, `node` itself first. */
export function find(node: Nodes, matches: (element: Element) => boolean): Element | undefined {
  if (isElement(node) && matches(node)) return node;
  for (const child of childrenOf(node)) {
    const found = find(child, matches);
    if (found) return found;
  }
  return undefined;
}

export function findAll(node: Nodes, matches: (element: Element) => boolean): Element[] {
  const here = isElement(node) && matches(node) ? [node] : [];
  return [...here, ...childrenOf(node).flatMap((child) => findAll(child, matches))];
}

/** All text below a node, as it stands. */
export function textOf(node: Nodes): string {
  return node.type === 'text' ? node.value : childrenOf(node).map(textOf).join('');
}
