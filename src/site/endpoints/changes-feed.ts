import type { APIRoute } from 'astro';
import { changes } from '../changes.ts';
import { locales, siteTitle, type LocaleFolder } from '../locales.ts';

export const getStaticPaths = () => Object.keys(locales).map((locale) => ({ params: { locale } }));

/** `/<language>/changes.xml`: what changed in the course, as RSS 2.0. https://www.rssboard.org/rss-specification */
export const GET: APIRoute = ({ params, site }) => {
  const folder = params['locale'] as LocaleFolder;
  const { lang } = locales[folder];
  const front = new URL(`${import.meta.env.BASE_URL.replace(/\/?$/, '/')}${folder}/`, site).href;
  const items = changes.map(
    (change) => `<item>
<title>${escape(change[lang].title)}</title>
<link>${escape(front + change.page)}</link>
<guid isPermaLink="false">${escape(`${front}#${change.id}`)}</guid>
<pubDate>${new Date(change.day).toUTCString()}</pubDate>
<description>${escape(change[lang].text)}</description>
</item>`,
  );
  const feed = `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
<title>${escape(siteTitle[lang])}</title>
<link>${front}</link>
<atom:link href="${front}changes.xml" rel="self" type="application/rss+xml"/>
<description>${escape(siteTitle[lang])}</description>
<language>${lang}</language>
${items.join('\n')}
</channel></rss>
`;
  return new Response(feed, { headers: { 'content-type': 'application/rss+xml; charset=utf-8' } });
};

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
