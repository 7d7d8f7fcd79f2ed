import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'playwright/test';
import { builtSites } from './built-sites.ts';

const matches = (html: string, pattern: RegExp) => [...html.matchAll(pattern)].map(([, found = '']) => found);

for (const { folder, basePath } of builtSites)
  test.describe(`the HTML built for ${basePath}`, () => {
    const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => path.endsWith('.html') && path !== 'index.html')
      .map((path) => ({ path, html: readFileSync(join(folder, path), 'utf8') }));

    test('has unique ids, a language, one h1, headings in order and no empty link', () => {
      for (const { path, html } of pages) {
        const markup = html.replace(/<(script|style)\b[\s\S]*?<\/\1>/g, '');
        const ids = matches(markup, /\sid="([^"]*)"/g);
        expect(
          ids.filter((id, at) => ids.indexOf(id) !== at),
          path,
        ).toEqual([]);
        expect(matches(html, /<html lang="([^"]*)"/g)[0], path).toMatch(/^(en|zh-TW)$/);
        const main = /<main[\s\S]*<\/main>/.exec(markup)?.[0] ?? '';
        const levels = matches(main, /<h([1-6])[\s>]/g).map(Number);
        expect(
          levels.filter((level) => level === 1),
          path,
        ).toHaveLength(1);
        levels.reduce((above, level) => {
          expect(level, `${path}: a heading skips a level`).toBeLessThanOrEqual(above + 1);
          return level;
        }, 1);
        for (const [link, attributes = '', inside = ''] of markup.matchAll(/<a\b([^>]*)>([\s\S]*?)<\/a>/g))
          expect(inside.replace(/<[^>]*>/g, '').trim() + attributes, `${path}: ${link}`).toMatch(/\S|aria-label/);
      }
    });

    test('has complete language pairs, a canonical address, picture, icons and feed; the 404 page claims no twin', () => {
      for (const { path, html } of pages) {
        const twins = matches(html, /<link rel="alternate" hreflang="([^"]*)"/g).sort();
        expect(twins, path).toEqual(path === '404.html' ? [] : ['en', 'x-default', 'zh-TW']);
        for (const href of matches(html, /hreflang="[^"]*" href="https:\/\/school\.example([^"]*)"/g))
          expect(pages.map((page) => `${basePath}${page.path}`)).toContain(`${href}index.html`);
        expect(html, path).toMatch(/property="og:image" content="https:\/\/school\.example[^"]*\.png"/);
        if (path !== '404.html') {
          expect(html, path).toContain(
            `<link rel="canonical" href="https://school.example${basePath}${path.replace('index.html', '')}"`,
          );
          expect(html, path).toContain('application/rss+xml');
        }
      }
    });

    test('has a Markdown of every page that holds its headings and code, and is listed in llms.txt', () => {
      const index = readFileSync(join(folder, 'llms.txt'), 'utf8');
      for (const { path, html } of pages.filter((page) => page.path !== '404.html')) {
        const address =
          path.split('/').length === 2 ? path.replace('.html', '.md') : path.replace('/index.html', '.md');
        const markdown = readFileSync(join(folder, address), 'utf8');
        expect(index).toContain(`https://school.example${basePath}${address}`);
        const main = /<main[\s\S]*<\/main>/.exec(html)?.[0] ?? '';
        for (const heading of matches(main, /<h2 id="[^"]*">([^<]+)<\/h2>/g))
          expect(markdown, path).toContain(`## ${heading.replaceAll('&#39;', "'").replaceAll('&amp;', '&')}`);
        for (const file of matches(html, /<figcaption class="header"><span class="title">([^<]+)<\/span>/g))
          expect(markdown, path).toContain(`title="${file}"`);
        expect(markdown, path).not.toMatch(/<\/?(div|span|p|button)\b/);
      }
    });
  });
