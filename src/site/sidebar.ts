import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Words by BCP-47 tag. */
interface Label {
  'zh-TW': string;
  en: string;
}

/** One entry of the switch above the sidebar: a folder below content/docs/<language>. */
export interface Topic {
  /** Folder name, the same in both languages. */
  id: string;
  label: Label;
  /** Folders below it in reading order, each a group in the sidebar. A topic without labs lists its pages as they are. */
  labs?: Record<string, Label>;
}

/** Every topic and lab the course is planned to have. Only those with pages reach a reader: see `writtenTopics`. */
export const topics: readonly Topic[] = [
  { id: 'start', label: { 'zh-TW': '起步', en: 'Start' } },
  { id: 'theory', label: { 'zh-TW': '原理', en: 'Theory' } },
  {
    id: 'vllm',
    label: { 'zh-TW': 'vLLM 軌道', en: 'vLLM track' },
    labs: {
      'lab-2-1': { 'zh-TW': 'Lab 2.1：部署', en: 'Lab 2.1: deployment' },
      'lab-2-2': { 'zh-TW': 'Lab 2.2：推理最佳化', en: 'Lab 2.2: inference optimization' },
      'lab-2-3': { 'zh-TW': 'Lab 2.3：FastAPI 服務', en: 'Lab 2.3: FastAPI service' },
      'lab-2-4': { 'zh-TW': 'Lab 2.4：正式環境部署', en: 'Lab 2.4: production deployment' },
      'lab-2-5': { 'zh-TW': 'Lab 2.5：效能監控', en: 'Lab 2.5: performance monitoring' },
    },
  },
  {
    id: 'triton',
    label: { 'zh-TW': 'Triton 軌道', en: 'Triton track' },
    labs: {
      'lab-2-1': { 'zh-TW': 'Lab 2.1：伺服器基礎', en: 'Lab 2.1: server basics' },
      'lab-2-2': { 'zh-TW': 'Lab 2.2：多模型管理', en: 'Lab 2.2: multi-model management' },
      'lab-2-3': { 'zh-TW': 'Lab 2.3：後端整合', en: 'Lab 2.3: backend integration' },
      'lab-2-4': { 'zh-TW': 'Lab 2.4：企業級功能', en: 'Lab 2.4: enterprise features' },
      'lab-2-5': { 'zh-TW': 'Lab 2.5：正式環境維運', en: 'Lab 2.5: production operations' },
    },
  },
];

type SidebarFolder = { autogenerate: { directory: string } };
type SidebarGroup = { label: string; translations: { en: string }; items: SidebarFolder[] };

/** What starlight-sidebar-topics takes: a topic, its first page, and its folders as the sidebar. */
export interface SidebarTopic {
  id: string;
  label: Label;
  link: string;
  items: (SidebarFolder | SidebarGroup)[];
}

/**
 * `docs` (a folder holding one locale's pages) -> the topics and labs that have at least one page there, ready for the plugin.
 * A page outside every lab of a topic that has labs is in no sidebar: the plugin then fails the build and names it.
 */
export function writtenTopics(docs: string): SidebarTopic[] {
  return topics.flatMap(({ id, label, labs }) => {
    const directories = Object.keys(labs ?? { '': label })
      .map((folder) => (folder === '' ? id : `${id}/${folder}`))
      .filter((directory) => firstPage(join(docs, directory)) !== undefined);
    const [first] = directories;
    if (first === undefined) return [];
    const link = `/${first}/${firstPage(join(docs, first)) ?? ''}`.replace(/\/$/, '');
    const items = directories.map((directory) => {
      const words = labs?.[directory.slice(id.length + 1)];
      const folder = { autogenerate: { directory } };
      return words ? { label: words['zh-TW'], translations: { en: words.en }, items: [folder] } : folder;
    });
    return [{ id, label, link, items }];
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
