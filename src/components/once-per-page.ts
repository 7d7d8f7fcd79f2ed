const written = new WeakMap<Request, Set<string>>();

/** True the first time it is asked for this name while a page renders; each page is one request. */
export function isFirstOnPage(page: Request, name: string): boolean {
  const names = written.get(page) ?? new Set();
  if (names.has(name)) return false;
  written.set(page, names.add(name));
  return true;
}
