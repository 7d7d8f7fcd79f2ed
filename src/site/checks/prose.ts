import { isWidget, lineOf, type Lesson, type Node } from './lesson.ts';

/** Stands for inline code and links' addresses: to the spacing rules it is a Latin word. */
export const CODE = '\uE000';
/** Stands for something whose words are made elsewhere (a widget without children, an expression): no spacing rule applies beside it. */
export const UNKNOWN = '\uE001';

/** One paragraph, heading, table cell or string of words. */
export interface Prose {
  line: number;
  text: string;
}

/** Widget props that hold words, at any depth. */
const WORD_PROPS = ['question', 'text', 'feedback', 'because', 'title', 'label', 'alt', 'caption', 'description'];

/** All words of a page that a reader sees: no code, no addresses, no ids. */
export function proseOf(lesson: Lesson): Prose[] {
  const found: Prose[] = [];
  const add = (line: number, text: string) => {
    if (text.trim() !== '') found.push({ line, text });
  };
  for (const text of stringsOf(lesson.frontmatter)) add(1, withoutCode(text));
  const walk = (node: Node, insideBlock: boolean): void => {
    for (const text of wordProps(lesson, node)) add(lineOf(node), withoutCode(text));
    const isBlock = node.type === 'paragraph' || node.type === 'heading';
    if (isBlock) for (const part of splitDirectives(flatten(node))) add(lineOf(node), part);
    else if (node.type === 'text' && !insideBlock) add(lineOf(node), node.value);
    if ('children' in node) for (const child of node.children) walk(child, insideBlock || isBlock);
  };
  walk(lesson.tree, false);
  return found;
}

function flatten(node: Node): string {
  switch (node.type) {
    case 'text':
      return node.value.replace(/\s*\[#[a-z0-9-]+\]\s*$/, '');
    case 'inlineCode':
      return CODE;
    case 'image':
      return node.alt ?? '';
    case 'break':
      return '\n';
    default: {
      if (!('children' in node)) return UNKNOWN;
      if (node.children.length === 0) return UNKNOWN;
      // A plain element may be set as a block of its own, so nothing is known about its edge.
      const edge = node.type === 'mdxJsxTextElement' && !isWidget(node) ? UNKNOWN : '';
      return node.children.map(flatten).join('') + edge;
    }
  }
}

/** `:::note[Label]` and `:::` are Starlight's marks around an aside; the label is prose of its own. */
function splitDirectives(text: string): string[] {
  return text.split(/^:::+[ \t]*[a-z]*(?:\[(.*)\])?.*$/m).map((part: string | undefined) => part?.trim() ?? '');
}

function wordProps(lesson: Lesson, node: Node): string[] {
  const widget = lesson.items.find((item) => item.kind === 'widget' && item.node === node);
  return widget?.kind === 'widget' ? stringsOf(widget.props, WORD_PROPS) : [];
}

/** Every string in a value; with `keys`, only those under one of these keys. */
export function stringsOf(value: unknown, keys?: readonly string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => stringsOf(each, keys));
  if (typeof value === 'string') return keys ? [] : [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, each]) =>
    typeof each === 'string' ? (!keys || keys.includes(key) ? [each] : []) : stringsOf(each, keys),
  );
}

/** In strings, `code` between backticks is code and ** is a mark. */
export function withoutCode(text: string): string {
  return text.replace(/`[^`]*`/g, CODE).replaceAll('**', '');
}
