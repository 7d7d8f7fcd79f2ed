import { defineRouteMiddleware } from '@astrojs/starlight/route-data';
import { localeOf, siteTitle } from './locales.ts';
import { markdownAddress } from './markdown-address.ts';

type Head = { tag: 'link' | 'meta'; attrs: Record<string, string> };

const base = import.meta.env.BASE_URL.replace(/\/?$/, '/');

/** What Starlight's <head> lacks: the picture for shared links, icons, the feed, the page as Markdown; and on 404 what it should not have. */
export const onRequest = defineRouteMiddleware((context) => {
  const { starlightRoute: route } = context.locals;
  const folder = localeOf(route.id);
  const isNotFound = route.id === '404';
  const picture = new URL(`${base}social/${folder}.png`, context.site).href;
  const title = siteTitle[route.lang === 'en' ? 'en' : 'zh-TW'];
  const added: Head[] = [
    { tag: 'link', attrs: { rel: 'icon', href: `${base}favicon.ico`, sizes: '32x32' } },
    { tag: 'link', attrs: { rel: 'apple-touch-icon', href: `${base}icons/apple-touch-icon.png` } },
    { tag: 'link', attrs: { rel: 'manifest', href: `${base}site.webmanifest` } },
    { tag: 'meta', attrs: { property: 'og:image', content: picture } },
    { tag: 'meta', attrs: { property: 'og:image:width', content: '1200' } },
    { tag: 'meta', attrs: { property: 'og:image:height', content: '630' } },
    { tag: 'meta', attrs: { property: 'og:image:alt', content: title } },
  ];
  if (!isNotFound)
    added.push(
      link('application/rss+xml', `${base}${folder}/changes.xml`, title),
      link('text/markdown', markdownAddress(context.url.pathname, base), 'Markdown'),
    );
  route.head.push(...added);
  // One file answers for both languages, at any address: it has no twin and no address of its own.
  if (isNotFound)
    route.head = route.head.filter(({ attrs }) => attrs?.['hreflang'] === undefined && attrs?.['rel'] !== 'canonical');
});

function link(type: string, href: string, title: string): Head {
  return { tag: 'link', attrs: { rel: 'alternate', type, href, title } };
}
