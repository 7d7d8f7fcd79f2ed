import type { AstroIntegration } from 'astro';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildSettings } from '../build-settings.ts';
import { defaultLocale, locales, siteTitle, type LocaleFolder } from '../locales.ts';
import { llmsFullText, llmsIndex, type MarkdownPage } from '../markdown/llms-text.ts';
import { pageMarkdown } from '../markdown/page-markdown.ts';
import { strayAddresses } from './built-links.ts';
import { hostFiles } from './host-files.ts';

type Built = Map<string, string>; // path below dist/ -> HTML

/** After the build: what a plain static host needs beside the pages, and what is made from the finished pages. */
export function hosting({ siteUrl, basePath }: BuildSettings): AstroIntegration {
  return {
    name: 'hosting',
    hooks: {
      'astro:config:setup': ({ injectRoute }) => {
        const endpoint = (name: string) => new URL(`../endpoints/${name}.ts`, import.meta.url);
        injectRoute({ pattern: '/[locale]/changes.xml', entrypoint: endpoint('changes-feed'), prerender: true });
        injectRoute({ pattern: '/search-synonyms.json', entrypoint: endpoint('search-synonyms'), prerender: true });
        injectRoute({ pattern: '/site.webmanifest', entrypoint: endpoint('web-manifest'), prerender: true });
      },
      'astro:build:done': async ({ dir, logger }) => {
        const root = fileURLToPath(dir);
        const write = async (path: string, text: string) => {
          await mkdir(dirname(join(root, path)), { recursive: true });
          await writeFile(join(root, path), text);
        };
        const pages = await readPages(root);
        const stray = [...pages].flatMap(([path, html]) =>
          strayAddresses(html, basePath).map((address) => `  ${path}: ${address}`),
        );
        if (stray.length > 0)
          throw new Error(`These addresses leave BASE_PATH ${basePath}:\n${[...new Set(stray)].join('\n')}`);

        const id = buildId(pages);
        for (const [path, html] of pages)
          await write(path, html.replace('</head>', `<meta name="build-id" content="${id}"></head>`));
        await write('build.json', `${JSON.stringify({ id })}\n`);
        for (const [path, text] of Object.entries(hostFiles(basePath, defaultLocale))) await write(path, text);
        const texts = markdownFiles(pages, siteUrl + basePath);
        for (const [path, text] of texts) await write(path, text);
        logger.info(`wrote build ${id}, the files for hosts and ${texts.size} text files`);
      },
    },
  };
}

async function readPages(root: string): Promise<Built> {
  const paths = (await readdir(root, { recursive: true })).filter((path) => path.endsWith('.html')).sort();
  return new Map(
    await Promise.all(
      paths.map(async (path) => [path.replaceAll('\\', '/'), await readFile(join(root, path), 'utf8')] as const),
    ),
  );
}

/** The same pages give the same id. Their HTML names every script and style by its hash, so it stands for those too. */
function buildId(pages: Built): string {
  const hash = createHash('sha256');
  for (const [path, html] of pages) hash.update(path).update(html);
  return hash.digest('hex').slice(0, 16);
}

/** `en/start/x/index.html` -> `en/start/x.md`, and the front page `en/index.html` -> `en/index.md`. */
function markdownPath(path: string): string {
  return path.replace(/^([^/]+\/.+)\/index\.html$/, '$1.md').replace(/\.html$/, '.md');
}

/** Each page's Markdown and the indexes of them, by path. */
function markdownFiles(pages: Built, siteRoot: string): Map<string, string> {
  const files = new Map<string, string>();
  const listed: Record<LocaleFolder, MarkdownPage[]> = { 'zh-tw': [], en: [] };
  for (const [path, html] of pages) {
    const folder = path.split('/')[0] ?? '';
    const page = folder in listed ? pageMarkdown(html) : undefined;
    if (!page) continue;
    files.set(markdownPath(path), page.markdown);
    listed[folder as LocaleFolder].push({ ...page, markdownUrl: siteRoot + markdownPath(path) });
  }
  const front = (folder: LocaleFolder) => listed[folder].find(({ url }) => url === `${siteRoot}${folder}/`);
  const folders = Object.keys(locales) as LocaleFolder[];
  const section = (folder: LocaleFolder) => ({ heading: locales[folder].label, pages: listed[folder] });
  for (const folder of folders) {
    const title = siteTitle[locales[folder].lang];
    files.set(`${folder}/llms.txt`, llmsIndex(title, front(folder)?.description ?? '', [section(folder)]));
    files.set(`${folder}/llms-full.txt`, llmsFullText(listed[folder]));
  }
  const titles = folders.map((folder) => siteTitle[locales[folder].lang]).join(' · ');
  files.set(
    'llms.txt',
    llmsIndex(titles, folders.map((folder) => front(folder)?.description ?? '').join(' '), folders.map(section)),
  );
  return files;
}
