/** A tab that comes back into sight asks at most this often; one that stays in sight, or out of it, never asks. */
const LEAST_BETWEEN_CHECKS_MS = 5 * 60 * 1000;

/**
 * Tells a reader whose tab is older than the site. It never reloads by itself: answers, settings and the open page are the reader's,
 * and are kept on the device or in the address, so a reload loses none of them.
 */
class SiteUpdate extends HTMLElement {
  readonly #own = document.querySelector<HTMLMetaElement>('meta[name="build-id"]')?.content;
  #checkedAt = Date.now(); // the page itself has just come from the server

  connectedCallback(): void {
    if (this.#own === undefined) return; // a development server has no builds
    this.querySelector('[data-action="reload"]')?.addEventListener('click', () => location.reload());
    this.querySelector('[data-action="later"]')?.addEventListener('click', () => (this.hidden = true));
    const onSight = () => document.visibilityState === 'visible' && void this.#check();
    document.addEventListener('visibilitychange', onSight);
    addEventListener('pageshow', onSight); // back from the back/forward cache
    // A script that a page of this build wants and the server no longer has. https://vite.dev/guide/build#load-error-handling
    addEventListener('vite:preloadError', () => void this.#explainMissing());
  }

  async #check(): Promise<void> {
    if (Date.now() - this.#checkedAt < LEAST_BETWEEN_CHECKS_MS) return;
    this.#checkedAt = Date.now();
    if (await this.#isOlder()) this.#say('newer');
  }

  async #explainMissing(): Promise<void> {
    this.#say((await this.#isOlder()) ? 'newer' : 'missing');
  }

  /** False where the server cannot be asked: then nobody knows. */
  async #isOlder(): Promise<boolean> {
    try {
      const response = await fetch(this.dataset['url'] ?? '', { cache: 'no-store' });
      const { id } = (await response.json()) as { id?: unknown };
      return typeof id === 'string' && id !== this.#own;
    } catch {
      return false;
    }
  }

  #say(what: 'newer' | 'missing'): void {
    this.hidden = false;
    this.querySelector('p')!.textContent = this.dataset[what] ?? '';
  }
}
customElements.define('site-update', SiteUpdate);
