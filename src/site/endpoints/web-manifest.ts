import type { APIRoute } from 'astro';
import { siteTitle } from '../locales.ts';

/** `/site.webmanifest`: name and icons for a home screen. https://www.w3.org/TR/appmanifest/ */
export const GET: APIRoute = () => {
  const base = import.meta.env.BASE_URL.replace(/\/?$/, '/');
  const icons = [192, 512].map((size) => ({
    src: `${base}icons/icon-${size}.png`,
    sizes: `${size}x${size}`,
    type: 'image/png',
  }));
  return new Response(
    JSON.stringify({ name: `${siteTitle['zh-TW']} · ${siteTitle.en}`, start_url: base, display: 'browser', icons }),
  );
};
