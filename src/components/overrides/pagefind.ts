/** The part of Pagefind's browser API that the search dialog uses. https://pagefind.app/docs/api/ */
export interface Pagefind {
  init(): Promise<void>;
  search(term: string): Promise<{ results: Hit[] }>;
}

/** A page that matches; its text is fetched by `data()` only. */
export interface Hit {
  /** names the page within the index */
  id: string;
  data(): Promise<Page>;
}

/** `excerpt` is HTML that Pagefind has escaped, with the match in `<mark>`. */
export interface Page {
  url: string;
  /** all its words */
  content: string;
  excerpt: string;
  meta: { title?: string };
  sub_results: { url: string; title: string; excerpt: string }[];
}

/** Loads the index's own script, written by the build beside the pages. Rejects where there is none. */
export async function loadPagefind(url: string): Promise<Pagefind> {
  const pagefind = (await import(/* @vite-ignore */ url)) as Pagefind;
  await pagefind.init();
  return pagefind;
}
