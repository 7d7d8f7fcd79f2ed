/** The part of Pagefind's browser API that the search dialog uses. https://pagefind.app/docs/api/ */
export interface Pagefind {
  init(): Promise<void>;
  /** Resolves to null when a later call came within the wait: the later one answers. */
  debouncedSearch(term: string, options?: object, waitMs?: number): Promise<{ results: Hit[] } | null>;
}

/** A page that matches; its text is fetched by `data()` only. */
export interface Hit {
  data(): Promise<Page>;
}

/** `excerpt` is HTML that Pagefind has escaped, with the match in `<mark>`. */
export interface Page {
  url: string;
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
