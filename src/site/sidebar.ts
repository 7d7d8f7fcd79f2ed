import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One entry of the switch above the sidebar: a folder below content/docs/<language>. */
export interface Topic {
  /** Folder name, the same in both languages. */
  id: string;
  /** Words by BCP-47 tag. */
  label: { 'zh-TW': string; en: string };
}

/** Every topic the course is planned to have, in reading order. Only those with pages reach a reader: see `writtenTopics`. */
export const topics: readonly Topic[] = [
  { id: 'start', label: { 'zh-TW': '起步', en: 'Start' } },
  { id: 'theory', label: { 'zh-TW': '原理', en: 'Theory' } },
  { id: 'vllm', label: { 'zh-TW': 'vLLM 軌道', en: 'vLLM track' } },
  { id: 'triton', label: { 'zh-TW': 'Triton 軌道', en: 'Triton track' } },
];

/** What starlight-sidebar-topics takes: a topic, its first page, and its folder as the sidebar. */
export interface SidebarTopic extends Topic {
  link: string;
  items: { autogenerate: { directory: string } }[];
}

/** `docs` (a folder holding one locale's pages) -> the topics that have at least one page there, ready for the plugin. */
export function writtenTopics(docs: string): SidebarTopic[] {
  return topics.flatMap((topic) => {
    const first = firstPage(join(docs, topic.id));
    if (first === undefined) return [];
    const link = `/${topic.id}/${first}`.replace(/\/$/, '');
    return [{ ...topic, link, items: [{ autogenerate: { directory: topic.id } }] }];
  });
}

/** The slug of a folder's first page by `sidebar.order`, then by name: what autogenerate puts on top. `''` is its index. */
function firstPage(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.mdx?$/.test(path))
    .map((path) => ({ slug: path.replace(/(^|\/)index\.mdx?$|\.mdx?$/, ''), order: sidebarOrder(join(folder, path)) }));
  pages.sort((a, b) => a.order - b.order || (a.slug < b.slug ? -1 : 1));
  return pages[0]?.slug;
}

/** `sidebar: { order: 2 }` or its block form, in frontmatter; pages without one come last, as in Starlight. */
function sidebarOrder(file: string): number {
  const frontmatter = /^---\n([\s\S]*?)\n---/.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
  const order = /^sidebar:\s*(?:\{[^}]*\border:|\n(?:\s+.*\n)*?\s+order:)\s*(-?\d+)/m.exec(frontmatter)?.[1];
  return order === undefined ? Number.MAX_SAFE_INTEGER : Number(order);
}
