import type { Page, Pagefind } from './pagefind.ts';

/** More would ask the index again and again for little. */
const MOST_SPELLINGS = 6;
/** A page's text is a few kilobytes; a word on more pages than this is no word to search for. */
const MOST_PAGES = 100;

/**
 * What a reader typed -> the spellings to look for, their own first. Words that mean the same (`groups`) stand in for one another, in the
 * middle of other words too: `推論伺服器` -> `推論伺服器`, `推理伺服器`.
 */
export function spellingsOf(term: string, groups: readonly (readonly string[])[]): string[] {
  const typed = term.toLowerCase();
  const found = new Set([typed]);
  for (const group of groups) {
    const words = group.map((word) => word.toLowerCase());
    // The longest, so that `連續批次` is not also replaced inside `連續批次處理`.
    const held = words.filter((word) => holds(typed, word)).sort((a, b) => b.length - a.length)[0];
    if (held === undefined) continue;
    for (const word of words) if (word !== held) found.add(typed.replace(held, word));
  }
  return [...found].slice(0, MOST_SPELLINGS);
}

/** Latin words count only as whole words; Chinese has no spaces to tell. */
function holds(text: string, word: string): boolean {
  const at = text.indexOf(word);
  if (at === -1) return false;
  const latin = /[a-z0-9]/;
  const isInside = (edge: string | undefined, outside: string | undefined) =>
    latin.test(edge ?? '') && latin.test(outside ?? '');
  return !isInside(word[0], text[at - 1]) && !isInside(word.at(-1), text[at + word.length]);
}

/**
 * Pages that hold a term or another spelling of it, best first; where none does, those that hold its words apart. Pagefind answers by stems and by single characters
 * too (`tokenizer` finds every `token`, an unknown Chinese word whatever holds one character of it), so each page's text is looked
 * at. Only where no text holds it does one Latin word find its other forms: `tokenizers` a `tokenizer`.
 */
export async function searchSpellings(
  index: Pagefind,
  term: string,
  groups: readonly (readonly string[])[],
): Promise<Page[]> {
  const spellings = spellingsOf(term, groups);
  const pages = new Map<string, Page>();
  for (const spelling of spellings) {
    const { results } = await index.search(spelling);
    const unseen = results.slice(0, MOST_PAGES).filter(({ id }) => !pages.has(id));
    const texts = await Promise.all(unseen.map((hit) => hit.data()));
    unseen.forEach(({ id }, at) => pages.set(id, texts[at]!));
  }
  const found = [...pages.values()];
  const holding = (holds: (text: string, spelling: string) => boolean) =>
    found.filter((page) => spellings.some((spelling) => holds(textOf(page), spelling)));
  const together = holding((text, spelling) => text.includes(spelling));
  if (together.length > 0) return together;
  const apart = holding((text, spelling) => spelling.split(/\s+/).every((word) => text.includes(word)));
  return apart.length === 0 && isOneLatinWord(term) ? found : apart;
}

function isOneLatinWord(term: string): boolean {
  return /^[\x21-\x7e]+$/.test(term);
}

function textOf({ content, meta }: Page): string {
  return `${meta.title ?? ''} ${content}`.toLowerCase().replace(/\s+/g, ' ');
}
