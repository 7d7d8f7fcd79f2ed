import type { Element, ElementContent } from 'hast';
import { childrenOf, dataOf, find, findAll, hasClass, isElement, textOf } from './hast.ts';
import { inlineMarkdown } from './inline-markdown.ts';

const blocks = new Set(
  'address article aside blockquote course-quiz dd details div dl dt explorable-sampler fieldset figcaption figure form h1 h2 h3 h4 h5 h6 header hr lab-playground lab-predict legend li main nav noscript ol p pre section summary table ul'.split(
    ' ',
  ),
);
/** Controls and what only a script fills; a page's Markdown has no use for them. */
const dropped = new Set('script style link template progress dialog connection-doctor'.split(' '));

/** Nodes of a page's text -> Markdown blocks with a blank line between. `base` makes links absolute. */
export function blockMarkdown(nodes: readonly ElementContent[], base: string): string {
  const out: string[] = [];
  let sentence: ElementContent[] = [];
  const flush = () => {
    out.push(inlineMarkdown(sentence, base));
    sentence = [];
  };
  for (const node of nodes) {
    if (
      node.type === 'comment' ||
      (isElement(node) && (dropped.has(node.tagName) || node.properties['hidden'] === true))
    )
      continue;
    if (isElement(node) && (blocks.has(node.tagName) || hasBlocks(node))) {
      flush();
      out.push(block(node, base));
    } else sentence.push(node);
  }
  flush();
  return out.filter((part) => part !== '').join('\n\n');
}

/** A custom element or span is a block when it holds one. */
function hasBlocks(element: Element): boolean {
  return childrenOf(element).some((child) => isElement(child) && (blocks.has(child.tagName) || hasBlocks(child)));
}

function block(node: Element, base: string): string {
  const { children } = node;
  const inside = () => blockMarkdown(children, base);
  const heading = /^h([1-6])$/.exec(node.tagName)?.[1];
  if (heading !== undefined) return `${'#'.repeat(Number(heading))} ${inlineMarkdown(children, base)}`;
  switch (node.tagName) {
    case 'p':
    case 'dt':
    case 'legend':
    case 'summary':
      return bold(node) ? strong(inlineMarkdown(children, base)) : inlineMarkdown(children, base);
    case 'pre':
      return codeBlock(node);
    case 'ul':
    case 'ol':
      return list(node, base);
    case 'blockquote':
      return prefixed(inside(), '> ');
    case 'table':
      return table(node, base);
    case 'hr':
      return '---';
    case 'figure':
      return figure(node, base);
    case 'lab-playground':
      return playground(node, base);
    case 'lab-predict':
      return predict(node, base);
    case 'course-quiz':
      return findAll(node, ({ tagName, properties }) => tagName === 'fieldset' && 'dataQuestion' in properties)
        .map((question) => quizQuestion(question, base))
        .join('\n\n');
    case 'form':
      return ''; // controls
    default:
      return inside();
  }
}

/** Names that stand above a part without being headings of the page. */
function bold(node: Element): boolean {
  const titles = ['playground-title', 'worked-title', 'panel-mark', 'result-title'];
  return node.tagName !== 'p' || titles.some((name) => hasClass(node, name));
}

function strong(text: string): string {
  return text === '' || text.includes('**') ? text : `**${text}**`;
}

function prefixed(text: string, first: string, rest = first): string {
  return text
    .split('\n')
    .map((line, index) => (line === '' && rest.trim() === '' ? '' : (index === 0 ? first : rest) + line))
    .join('\n');
}

function list(node: Element, base: string): string {
  const items = childrenOf(node).filter((child) => isElement(child, 'li'));
  return items
    .map((item, index) => {
      const mark = node.tagName === 'ol' ? `${index + 1}. ` : '- ';
      return prefixed(blockMarkdown(childrenOf(item), base), mark, ' '.repeat(mark.length));
    })
    .join('\n');
}

function table(node: Element, base: string): string {
  const rows = findAll(node, (element) => element.tagName === 'tr').map((row) =>
    childrenOf(row)
      .filter((cell) => isElement(cell, 'td') || isElement(cell, 'th'))
      .map((cell) => inlineMarkdown(childrenOf(cell), base).replaceAll('|', '\\|')),
  );
  const [head, ...body] = rows;
  if (!head) return '';
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const caption = find(node, (element) => element.tagName === 'caption');
  const lines = [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
  return caption ? `${strong(inlineMarkdown(childrenOf(caption), base))}\n\n${lines}` : lines;
}

/** Expressive Code sets each line in a div of its own. */
function codeBlock(pre: Element, title = ''): string {
  const lines = findAll(pre, (element) => hasClass(element, 'ec-line'));
  const code = (
    lines.length > 0
      ? lines
          .map(textOf)
          .map((line) => line.replace(/\n$/, ''))
          .join('\n')
      : textOf(pre)
  ).replace(/\n+$/, '');
  const fence = '`'.repeat(Math.max(3, ...[...code.matchAll(/^`{3,}/gm)].map(([run]) => run.length + 1)));
  const language = dataOf(pre, 'dataLanguage') ?? '';
  return `${fence}${language}${title === '' ? '' : ` title="${title}"`}\n${code}\n${fence}`;
}

function figure(node: Element, base: string): string {
  const pre = find(node, (element) => element.tagName === 'pre');
  const caption = find(node, (element) => element.tagName === 'figcaption');
  if (pre) {
    const title = find(node, (element) => hasClass(element, 'title'));
    return codeBlock(pre, title ? textOf(title).trim() : '');
  }
  const label = find(node, (element) => element.properties['role'] === 'img')?.properties['ariaLabel'];
  const drawn = typeof label === 'string' ? `[${label}]` : '';
  const said = caption ? inlineMarkdown(childrenOf(caption), base) : '';
  const tables = findAll(node, (element) => element.tagName === 'table').map((each) => table(each, base));
  return [drawn, said, ...tables].filter((part) => part !== '').join('\n\n');
}

/** What a playground is about, its question, and its parameters: it runs on the page only, so a link leads there. */
function playground(node: Element, base: string): string {
  const title = find(node, (element) => hasClass(element, 'playground-title'));
  const id = dataOf(node, 'id') ?? '';
  const name = title ? textOf(title).trim() : id;
  const question = find(node, (element) => element.tagName === 'lab-predict');
  const parameters = childrenOf(node)
    .filter((child) => isElement(child, 'noscript'))
    .flatMap((each) => findAll(each, (element) => element.tagName === 'table'));
  return [
    `**[${name}](${base}#${id})**`,
    question ? predict(question, base) : '',
    ...parameters.map((each) => table(each, base)),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function predict(node: Element, base: string): string {
  const legend = find(node, (element) => element.tagName === 'legend');
  const choices = findAll(node, (element) => element.tagName === 'label');
  const reason = find(node, (element) => element.tagName === 'noscript');
  return [
    legend ? strong(inlineMarkdown(childrenOf(legend), base)) : '',
    choices.map((choice) => `- ${inlineMarkdown(childrenOf(choice), base)}`).join('\n'),
    reason ? blockMarkdown(childrenOf(reason), base) : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** The question, and from its `details` each option, whether it is right, and why. */
function quizQuestion(fieldset: Element, base: string): string {
  const legend = find(fieldset, (element) => element.tagName === 'legend');
  const answers = find(fieldset, (element) => element.tagName === 'details');
  return [
    legend ? strong(inlineMarkdown(childrenOf(legend), base)) : '',
    answers
      ? blockMarkdown(
          childrenOf(answers).filter((child) => isElement(child, 'ul')),
          base,
        )
      : '',
  ].join('\n\n');
}
