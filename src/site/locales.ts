/** URL folder -> what Starlight shows for it. Both languages are folders, so neither is the "real" one. */
export const locales = {
  'zh-tw': { label: '繁體中文', lang: 'zh-TW' },
  en: { label: 'English', lang: 'en' },
} as const;

/** A folder below content/docs and the first segment of every page's path. */
export type LocaleFolder = keyof typeof locales;

/** Where `/` leads, and the `x-default` of every page. */
export const defaultLocale: LocaleFolder = 'zh-tw';

/** The site's name by BCP-47 tag, as Starlight wants it. */
export const siteTitle = { 'zh-TW': '高效推理與服務', en: 'Efficient Inference & Serving' };

/** A path's locale folder, or the default where the path has none (the 404 page). `en/vllm/x` -> `en`. */
export function localeOf(path: string): LocaleFolder {
  const folder = path.replace(/^\//, '').split('/')[0] ?? '';
  return folder in locales ? (folder as LocaleFolder) : defaultLocale;
}
