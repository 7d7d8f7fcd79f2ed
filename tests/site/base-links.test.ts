import type { Root } from 'mdast';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { visit } from 'unist-util-visit';
import { expect, it } from 'vitest';
import { remarkBaseLinks } from '#site/base-links.ts';

function urls(markdown: string, base: string): string[] {
  const processor = unified().use(remarkParse).use(remarkBaseLinks, base);
  const found: string[] = [];
  visit(processor.runSync(processor.parse(markdown)) as Root, (node) => {
    if ('url' in node) found.push(node.url);
  });
  return found;
}

const page = '[a](/en/start/#x) [b](#y) [c](https://example.org/) [d](//example.org/) ![e](/f.svg)\n\n[g]: /h\n';

it('gives the links of this site, and no others, the base path', () => {
  const expected = [
    '/course/en/start/#x',
    '#y',
    'https://example.org/',
    '//example.org/',
    '/course/f.svg',
    '/course/h',
  ];
  expect(urls(page, '/course')).toEqual(expected);
  expect(urls(page, '/course/')).toEqual(expected);
});

it('changes nothing at the root', () => {
  expect(urls(page, '/')).toContain('/en/start/#x');
});
