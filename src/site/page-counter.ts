const counts = new WeakMap<Request, Map<string, number>>();

/** 1, 2, 3 … for each name within the page that is rendered: ids that no second widget of the page has. */
export function nextOnPage(page: Request, name: string): number {
  const named = counts.get(page) ?? new Map<string, number>();
  counts.set(page, named);
  const next = (named.get(name) ?? 0) + 1;
  named.set(name, next);
  return next;
}
