/** Attributes in which our pages carry an address, those that only scripts read included. */
const addressed =
  /\s(?:href|src|action|data-index|data-synonyms|data-model-file|data-url|data-recording)="(\/(?!\/)[^"]*)"/g;
const refreshed = /http-equiv="refresh" content="\d+;\s*url=(\/[^"]*)"/g;

/** A built page's HTML -> its rooted addresses that do not begin with the base path, each a link that a sub-path would break. */
export function strayAddresses(html: string, basePath: string): string[] {
  const found = [...html.matchAll(addressed), ...html.matchAll(refreshed)].map(([, address = '']) => address);
  return found.filter((address) => !`${address}/`.startsWith(basePath) && !address.startsWith(basePath));
}
