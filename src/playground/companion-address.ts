/** In place of an address: the site was built without a companion server. */
export const NO_COMPANION = 'none';

const STORAGE_KEY = 'eis:companion-address';

/**
 * A reader's own companion server, or undefined: only this machine, so that no page can be talked into sending
 * prompts elsewhere; the content security policy allows the same two hosts.
 * Input -> output: ` http://localhost:4321/ ` -> `http://localhost:4321`, `http://10.0.0.1` -> undefined.
 */
export function parseCompanionAddress(text: string): string | undefined {
  if (!URL.canParse(text.trim())) return undefined;
  const url = new URL(text.trim());
  if (url.protocol !== 'http:') return undefined;
  if (url.hostname !== 'localhost' && url.hostname !== '127.0.0.1') return undefined;
  if (url.username || url.password || url.pathname !== '/' || url.search || url.hash) return undefined;
  return url.origin;
}

/** The address the reader has kept, else undefined. Storage may be off, or hold what an older page wrote. */
export function storedCompanionAddress(): string | undefined {
  try {
    return parseCompanionAddress(localStorage.getItem(STORAGE_KEY) ?? '');
  } catch {
    return undefined;
  }
}

/** Keeps the address for every playground of this site; undefined forgets it. */
export function storeCompanionAddress(address: string | undefined): void {
  try {
    if (address === undefined) localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, address);
  } catch {
    // Storage is off: the address lasts for this page only.
  }
}
