import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { writtenTopics } from '#site/sidebar.ts';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

function docs(pages: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'docs-'));
  folders.push(folder);
  for (const [path, frontmatter] of Object.entries(pages)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `---\ntitle: x\n${frontmatter}\n---\n`);
  }
  return folder;
}

const links = (pages: Record<string, string>) => writtenTopics(docs(pages)).map(({ link }) => link);

it('lists a topic only once it has a page, in reading order', () => {
  expect(links({})).toEqual([]);
  expect(links({ 'vllm/lab-2-1/a.mdx': '', 'start/b.md': '' })).toEqual(['/start/b', '/vllm/lab-2-1/a']);
});

it('takes no notice of a folder without pages', () => {
  const folder = docs({});
  mkdirSync(join(folder, 'theory'));
  expect(writtenTopics(folder)).toEqual([]);
});

it('groups a track by lab, in reading order and in both languages', () => {
  const [track] = writtenTopics(docs({ 'vllm/lab-2-3/a.mdx': '', 'vllm/lab-2-1/z.mdx': '' }));
  expect(track?.link).toBe('/vllm/lab-2-1/z');
  expect(track?.items).toEqual([
    {
      label: 'Lab 2.1：部署',
      translations: { en: 'Lab 2.1: deployment' },
      items: [{ autogenerate: { directory: 'vllm/lab-2-1' } }],
    },
    {
      label: 'Lab 2.3：FastAPI 服務',
      translations: { en: 'Lab 2.3: FastAPI service' },
      items: [{ autogenerate: { directory: 'vllm/lab-2-3' } }],
    },
  ]);
});

it('leads to the page that comes first by order, then by name', () => {
  expect(
    links({
      'theory/a.mdx': '',
      'theory/b.mdx': 'sidebar: { order: 2 }',
      'theory/c.mdx': 'sidebar:\n  label: C\n  order: 10',
    }),
  ).toEqual(['/theory/b']);
  expect(links({ 'theory/b/index.mdx': '', 'theory/c.mdx': '' })).toEqual(['/theory/b']);
  expect(links({ 'theory/index.mdx': 'sidebar: { order: 0 }', 'theory/a.mdx': '' })).toEqual(['/theory']);
});
