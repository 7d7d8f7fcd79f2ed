import { loadPagefind, type Page, type Pagefind } from './pagefind.ts';
import { searchSpellings } from './search-query.ts';

const pageSize = 8;
const sectionsPerPage = 3;
/** A reader who types on does not want the answer to half a word. */
const waitMs = 150;

interface Words {
  zero: string;
  one: string;
  many: string;
  searching: string;
  failed: string;
}

/** The search dialog. Pagefind itself (script, WebAssembly, index) is fetched when a reader first opens it, never before. */
class SiteSearch extends HTMLElement {
  readonly #dialog = this.#find('dialog', HTMLDialogElement);
  readonly #input = this.#find('input', HTMLInputElement);
  readonly #status = this.#find('.search-status', HTMLElement);
  readonly #list = this.#find('.search-results', HTMLElement);
  readonly #more = this.#find('.search-more', HTMLButtonElement);
  readonly #words = JSON.parse(this.dataset['words'] ?? '{}') as Words;
  #index: Promise<[Pagefind, string[][]]> | undefined;
  #found: readonly Page[] = [];

  connectedCallback(): void {
    const open = this.#find('[data-open-modal]', HTMLButtonElement);
    open.disabled = false;
    open.addEventListener('click', () => this.#open());
    addEventListener('keydown', (event) => this.#onKey(event));
    this.#dialog.addEventListener('click', (event) => {
      const target = event.target as Element;
      if (target === this.#dialog || target.closest('a')) this.#dialog.close(); // its backdrop, or a result
    });
    this.#input.addEventListener('input', () => void this.#search());
    this.#input.form?.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.target !== this.#input || event.isComposing) return;
      event.preventDefault(); // Enter goes to the first result; Escape closes
      this.#list.querySelector('a')?.click();
    });
    this.#more.addEventListener('click', () => this.#showNext());
  }

  #onKey(event: KeyboardEvent): void {
    const typing = (event.target as Element).closest('input, textarea, select, [contenteditable]') !== null;
    const wanted = event.key === 'k' ? event.ctrlKey || event.metaKey : event.key === '/' && !typing;
    if (!wanted || event.isComposing) return;
    event.preventDefault();
    if (this.#dialog.open) this.#dialog.close();
    else this.#open();
  }

  #open(): void {
    this.#dialog.showModal();
    this.#input.focus();
    const url = this.dataset['index'];
    if (url === undefined) return; // `astro dev` has no index; the dialog says so
    this.#index ??= Promise.all([loadPagefind(url), loadSynonyms(this.dataset['synonyms'] ?? '')]).catch(
      (error: unknown) => {
        this.#index = undefined;
        this.#status.textContent = this.#words.failed;
        throw error;
      },
    );
    this.#index.catch(() => undefined);
  }

  async #search(): Promise<void> {
    const term = this.#input.value.trim();
    const index = await this.#index?.catch(() => undefined);
    if (!index) return;
    if (term !== '') this.#say(this.#words.searching, term);
    await new Promise((typedOn) => setTimeout(typedOn, waitMs));
    const isCurrent = () => term === this.#input.value.trim();
    if (!isCurrent()) return; // a later key press answers
    const found = term === '' ? [] : await searchSpellings(index[0], term, index[1]);
    if (!isCurrent()) return;
    this.#found = found;
    this.#list.replaceChildren();
    const { zero, one, many } = this.#words;
    this.#say(term === '' ? '' : found.length === 0 ? zero : found.length === 1 ? one : many, term);
    this.#showNext();
  }

  #showNext(): void {
    const from = this.#list.children.length;
    this.#list.append(...this.#found.slice(from, from + pageSize).map(pageItem));
    this.#more.hidden = this.#list.children.length >= this.#found.length;
  }

  #say(template: string, term: string): void {
    this.#status.textContent = template
      .replace('[COUNT]', String(this.#found.length))
      .replace('[SEARCH_TERM]', () => term);
  }

  #find<E extends Element>(selector: string, type: new () => E): E {
    const found = this.querySelector(selector);
    if (!(found instanceof type)) throw new Error(`The search dialog lacks ${selector}`);
    return found;
  }
}

/** One page: its title, then the sections that match, each with the words around the match. */
function pageItem(page: Page): HTMLLIElement {
  const item = document.createElement('li');
  const title = link(page.url, page.meta.title ?? page.url);
  title.className = 'search-page';
  item.append(title);
  // Pagefind counts the words above the first heading as a section with the page's own title.
  const sections = page.sub_results.filter((section) => section.title !== title.textContent).slice(0, sectionsPerPage);
  if (sections.length === 0) item.append(excerpt(page.excerpt));
  for (const section of sections) item.append(link(section.url, section.title), excerpt(section.excerpt));
  return item;
}

function link(url: string, text: string): HTMLAnchorElement {
  return Object.assign(document.createElement('a'), { href: url, textContent: text });
}

function excerpt(html: string): HTMLParagraphElement {
  return Object.assign(document.createElement('p'), { innerHTML: html });
}

/** Groups of words that mean the same. Search works without them, only narrower. */
async function loadSynonyms(url: string): Promise<string[][]> {
  try {
    const response = await fetch(url);
    return response.ok ? ((await response.json()) as string[][]) : [];
  } catch {
    return [];
  }
}

customElements.define('site-search', SiteSearch);
