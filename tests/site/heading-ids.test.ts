import { describe, expect, it } from 'vitest';
import type { Heading, Root } from 'mdast';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { VFile } from 'vfile';
import { remarkHeadingIds } from '#site/heading-ids.ts';

function headings(markdown: string): Heading[] {
  const file = new VFile({ path: 'content/docs/en/a.mdx', value: markdown });
  const processor = unified().use(remarkParse).use(remarkHeadingIds);
  const tree = processor.runSync(processor.parse(file), file) as Root;
  return tree.children.filter((node) => node.type === 'heading');
}

describe('heading ids', () => {
  it('are taken out of the text, in either language', () => {
    const [chinese, code] = headings('## 連續批次處理 [#batching]\n\n### The `queue` [#the-queue]\n');
    expect(chinese?.data?.hProperties).toEqual({ id: 'batching' });
    expect(chinese?.children).toMatchObject([{ type: 'text', value: '連續批次處理' }]);
    expect(code?.data?.hProperties).toEqual({ id: 'the-queue' });
    expect(code?.children.map((child) => ('value' in child ? child.value : ''))).toEqual(['The ', 'queue', '']);
  });

  it('are wanted from level 2 to 4 only', () => {
    expect(() => headings('# Title\n\n##### Small print\n')).not.toThrow();
    for (const level of ['##', '###', '####'])
      expect(() => headings(`${level} Bare\n`)).toThrow('line 1: this heading has no id');
  });

  it('fail with the file, every line and the fix', () => {
    expect(() => headings('## One\n\ntext\n\n## Two\n')).toThrow(
      /content\/docs\/en\/a\.mdx:\n {2}line 1: .*Fix: .*\n {2}line 5: .*Fix: /,
    );
  });

  it('are not used twice on a page', () => {
    expect(() => headings('## One [#same]\n\n## Two [#same]\n')).toThrow('line 3: [#same] is already the id of line 1');
  });

  it.each(['Batching', 'two words', '-a', 'a--b', '批次', ''])('are not %j', (id) => {
    expect(() => headings(`## One [#${id}]\n`)).toThrow('is not an id');
  });
});
