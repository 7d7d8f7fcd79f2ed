// Wiring only: what is decided is decided in src/site/.
import { unified } from '@astrojs/markdown-remark';
import starlight from '@astrojs/starlight';
import { defineConfig } from 'astro/config';
import remarkCjkFriendly from 'remark-cjk-friendly';
import remarkCjkFriendlyStrikethrough from 'remark-cjk-friendly-gfm-strikethrough';
import starlightLinksValidator from 'starlight-links-validator';
import starlightSidebarTopics from 'starlight-sidebar-topics';
import { remarkBaseLinks } from './src/site/base-links.ts';
import { NO_COMPANION, readBuildSettings } from './src/site/build-settings.ts';
import { contentSecurityPolicy } from './src/site/csp.ts';
import { remarkDiagrams } from './src/site/diagrams/remark-diagrams.ts';
import { remarkHeadingIds } from './src/site/heading-ids.ts';
import { hosting } from './src/site/hosting/hosting.ts';
import { defaultLocale, locales, siteTitle } from './src/site/locales.ts';
import { remarkNotRun } from './src/site/not-run.ts';
import { pbtxt } from './src/site/pbtxt.ts';
import { searchableTerms } from './src/site/search-terms.ts';
import { writtenTopics } from './src/site/sidebar.ts';

const settings = readBuildSettings(process.env);
const { siteUrl, basePath, playgroundOrigin, outDir } = settings;
const { COMPANION_PORT } = process.env;
const companion = `http://127.0.0.1:${COMPANION_PORT}`;
const [showTerms, restoreTerms] = searchableTerms();
const override = (name) => [name, `./src/components/overrides/${name}.astro`];

export default defineConfig({
  site: siteUrl,
  base: basePath,
  outDir,
  srcDir: '.', // content/ at the root; Starlight takes its folders from srcDir
  redirects: { '/': `${basePath}${defaultLocale}/` },
  markdown: {
    // remark, not Astro's default: only it can set bold beside full-width punctuation right. Curling quotes would spoil Chinese.
    processor: unified({
      smartypants: false,
      remarkPlugins: [
        remarkCjkFriendly,
        remarkCjkFriendlyStrikethrough,
        remarkHeadingIds,
        remarkDiagrams,
        remarkNotRun,
        [remarkBaseLinks, basePath],
      ],
    }),
  },
  integrations: [
    showTerms,
    starlight({
      title: siteTitle,
      favicon: '/favicon.svg',
      defaultLocale,
      locales,
      lastUpdated: true,
      // Starlight writes both sidebars before the page: a paint in between would shift everything. Wait for the title.
      head: [{ tag: 'link', attrs: { rel: 'expect', href: '#_top', blocking: 'render' } }],
      customCss: ['./src/styles/tokens.css', './src/styles/theme.css', './src/styles/prose.css'],
      // Header brings our search, language and theme switches with it.
      components: Object.fromEntries(
        ['Header', 'Hero', 'LastUpdated', 'MobileMenuFooter', 'PageTitle', 'ThemeProvider'].map(override),
      ),
      routeMiddleware: './src/site/route-head.ts',
      expressiveCode: { shiki: { langs: [pbtxt] } },
      plugins: [
        starlightSidebarTopics(writtenTopics('content/docs/en'), { exclude: ['/en', '/zh-tw', '/404'] }),
        starlightLinksValidator(),
      ],
    }),
    restoreTerms,
    hosting(settings),
    contentSecurityPolicy({ connect: playgroundOrigin && playgroundOrigin !== NO_COMPANION ? [playgroundOrigin] : [] }),
  ],
  vite: {
    build: {
      rolldownOptions: {
        // Astro's own "use astro:..." directives: noise that would hide a real warning.
        onLog: (level, log, handle) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && handle(level, log),
      },
    },
    server: COMPANION_PORT
      ? {
          proxy: Object.fromEntries(
            ['/runs', '/engines', '/health'].map((path) => [path, { target: companion, changeOrigin: false }]),
          ),
        }
      : {},
  },
});
