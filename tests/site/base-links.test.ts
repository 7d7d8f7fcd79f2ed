import { expect, it } from 'vitest';
import remarkMdx from 'remark-mdx';
import remarkParse from 'remark-parse';
import remarkStringify from 'remark-stringify';
import { unified } from 'unified';
import { remarkBaseLinks } from '#site/base-links.ts';
import { strayAddresses } from '#site/hosting/built-links.ts';

function build(mdx: string, base: string): string {
  return String(
    unified().use(remarkParse).use(remarkMdx).use(remarkBaseLinks, base).use(remarkStringify).processSync(mdx),
  );
}

it.each([
  ['[a](/en/x/#y)', '[a](/course/en/x/#y)'],
  ['![a](/a.png)', '![a](/course/a.png)'],
  ['<a href="/en/">x</a>', '<a href="/course/en/">x</a>'],
  ['<Card href="/en/" />', '<Card href="/course/en/" />'],
  ['[a](https://b.example/)', '[a](https://b.example/)'],
  ['[a](//b.example/)', '[a](//b.example/)'],
  ['[a](#y)', '[a](#y)'],
])('a page’s %s becomes %s below /course/', (mdx, built) => {
  expect(build(mdx, '/course/').trim()).toBe(built);
});

it('a site at the root changes nothing', () => {
  expect(build('[a](/en/x/)', '/').trim()).toBe('[a](/en/x/)');
});

it('finds the addresses of a built page that leave the base path, and no others', () => {
  const html =
    '<a href="/en/">a</a><a href="/course/en/">b</a><a href="/course">c</a><img src="/coursework.png"><a href="//x.example/">d</a><site-search data-index="/pagefind/pagefind.js"><a href="https://x.example/">e</a>';
  expect(strayAddresses(html, '/course/')).toEqual(['/en/', '/coursework.png', '/pagefind/pagefind.js']);
  expect(strayAddresses(html, '/')).toEqual([]);
});
