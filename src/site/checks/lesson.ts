import { createProcessor } from '@mdx-js/mdx';
import { parseFrontmatter } from '@astrojs/markdown-remark';
import remarkCjkFriendly from 'remark-cjk-friendly';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { NotLiteralError, readProgram, type Literal } from './literal-value.ts';
import type { Finding } from './finding.ts';

export type Root = ReturnType<ReturnType<typeof createProcessor>['parse']>;
/** Any node of a page's syntax tree. */
export type Node = Root | Root['children'][number];
export type NodeOf<Type extends Node['type']> = Extract<Node, { type: Type }>;

/** The folder of each language below content/docs. */
export const LANGUAGE_FOLDERS = { en: 'en', 'zh-TW': 'zh-tw' } as const;
export type Language = keyof typeof LANGUAGE_FOLDERS;

export interface LessonHeading {
  kind: 'heading';
  level: number;
  /** undefined when the author left `[#id]` out */
  id: string | undefined;
  text: string;
  line: number;
}
export interface LessonFence {
  kind: 'fence';
  language: string;
  meta: string;
  code: string;
  line: number;
}
export interface LessonWidget {
  kind: 'widget';
  name: string;
  props: Record<string, Literal>;
  /** plain text between its tags */
  text: string;
  line: number;
  node: WidgetNode;
}
export type LessonItem = LessonHeading | LessonFence | LessonWidget;

export interface Lesson {
  language: Language;
  /** e.g. `vllm/lab-2-1/basic-inference`, the same in both languages */
  slug: string;
  /** e.g. `content/docs/en/vllm/lab-2-1/basic-inference.mdx` */
  path: string;
  frontmatter: Record<string, unknown>;
  tree: Root;
  /** headings, fences and widgets in the order of the page, those inside a widget after it */
  items: LessonItem[];
  /** what could not be read */
  findings: Finding[];
}

/** Every page of one language below `docs` (the folder content/docs), sorted by slug. */
export function readLessons(docs: string, language: Language): Lesson[] {
  const folder = join(docs, LANGUAGE_FOLDERS[language]);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.mdx?$/.test(name))
    .sort()
    .map((name) => {
      const path = join(folder, name);
      const slug = name
        .split(sep)
        .join('/')
        .replace(/\.mdx?$/, '')
        .replace(/(^|\/)index$/, '');
      return parseLesson(readFileSync(path, 'utf8'), {
        language,
        slug,
        path: join('content/docs', relative(docs, path)).split(sep).join('/'),
      });
    });
}

/** The text of one page -> what the checks look at. A page that is not MDX gives one finding and no items. */
export function parseLesson(text: string, where: { language: Language; slug: string; path: string }): Lesson {
  const lesson: Lesson = { ...where, frontmatter: {}, tree: { type: 'root', children: [] }, items: [], findings: [] };
  try {
    // Lines, not the text, of the frontmatter stay, so that line numbers are those of the file.
    const { frontmatter, content } = parseFrontmatter(text, { frontmatter: 'empty-with-lines' });
    lesson.frontmatter = frontmatter;
    const processor = createProcessor({
      format: where.path.endsWith('.md') ? 'md' : 'mdx',
      remarkPlugins: [remarkCjkFriendly],
    });
    lesson.tree = processor.parse(content);
  } catch (error) {
    lesson.findings.push({
      place: where.path,
      error: `cannot be read as MDX: ${error instanceof Error ? error.message : String(error)}`,
    });
    return lesson;
  }
  collect(lesson, lesson.tree);
  return lesson;
}

function collect(lesson: Lesson, node: Node): void {
  if (node.type === 'heading') lesson.items.push(headingOf(node));
  else if (node.type === 'code') lesson.items.push(fenceOf(node));
  else if (isWidget(node)) lesson.items.push(widgetOf(lesson, node));
  if ('children' in node) for (const child of node.children) collect(lesson, child);
}

export function lineOf(node: Node): number {
  return node.position?.start.line ?? 0;
}

/** Text of a node with code and the text inside widgets, without marks. */
export function plainText(node: Node): string {
  if ('value' in node) return node.type === 'text' || node.type === 'inlineCode' ? node.value : '';
  return 'children' in node ? node.children.map(plainText).join('') : '';
}

const HEADING_ID = /\s*\[#([a-z0-9-]+)\]\s*$/;

function headingOf(node: NodeOf<'heading'>): LessonHeading {
  const text = plainText(node);
  return {
    kind: 'heading',
    level: node.depth,
    id: HEADING_ID.exec(text)?.[1],
    text: text.replace(HEADING_ID, ''),
    line: lineOf(node),
  };
}

function fenceOf(node: NodeOf<'code'>): LessonFence {
  return { kind: 'fence', language: node.lang ?? '', meta: node.meta ?? '', code: node.value, line: lineOf(node) };
}

export type WidgetNode = NodeOf<'mdxJsxFlowElement' | 'mdxJsxTextElement'>;

/** True for `<Name ...>`, an imported component; plain HTML elements are prose. */
export function isWidget(node: Node): node is WidgetNode {
  return (
    (node.type === 'mdxJsxFlowElement' || node.type === 'mdxJsxTextElement') &&
    node.name !== null &&
    /^[A-Z]/.test(node.name) &&
    node.name !== 'Fragment'
  );
}

function widgetOf(lesson: Lesson, node: WidgetNode): LessonWidget {
  return {
    kind: 'widget',
    name: node.name ?? '',
    props: readProps(lesson, node),
    text: plainText(node),
    line: lineOf(node),
    node,
  };
}

function readProps(lesson: Lesson, node: WidgetNode): Record<string, Literal> {
  const props: Record<string, Literal> = {};
  for (const attribute of node.attributes) {
    try {
      if (attribute.type !== 'mdxJsxAttribute') throw new NotLiteralError('a spread');
      const { name, value } = attribute;
      if (value === null || value === undefined) props[name] = true;
      else props[name] = typeof value === 'string' ? value : readProgram(value.data?.estree);
    } catch (error) {
      if (!(error instanceof NotLiteralError)) throw error;
      lesson.findings.push({
        place: `${lesson.path}:${String(lineOf(node))}`,
        error: `<${node.name ?? ''}> has a prop that is computed (${error.message}). Write its value out, so that both languages can be compared.`,
      });
    }
  }
  return props;
}
