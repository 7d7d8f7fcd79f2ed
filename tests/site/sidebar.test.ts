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
  expect(links({ 'vllm/a.mdx': '', 'start/b.md': '' })).toEqual(['/start/b', '/vllm/a']);
});

it('takes no notice of a folder without pages', () => {
  const folder = docs({});
  mkdirSync(join(folder, 'theory'));
  expect(writtenTopics(folder)).toEqual([]);
});

it('leads to the page that comes first by order, then by name', () => {
  expect(
    links({
      'vllm/a.mdx': '',
      'vllm/b.mdx': 'sidebar: { order: 2 }',
      'vllm/c.mdx': 'sidebar:\n  label: C\n  order: 10',
    }),
  ).toEqual(['/vllm/b']);
  expect(links({ 'vllm/b/index.mdx': '', 'vllm/c.mdx': '' })).toEqual(['/vllm/b']);
  expect(links({ 'vllm/index.mdx': 'sidebar: { order: 0 }', 'vllm/a.mdx': '' })).toEqual(['/vllm']);
});
