/** A page's path -> its Markdown's: `/course/en/start/x/` -> `/course/en/start/x.md`, `/course/en/` -> `/course/en/index.md`. */
export function markdownAddress(path: string, base: string): string {
  const page = path.slice(base.length).replace(/(\/|\.html)$/, '');
  return `${base}${page}${page.includes('/') ? '' : '/index'}.md`;
}
