/**
 * The plain links already lead to the same page in the other language. This keeps what they cannot know: the widgets' state
 * (the query string) and the section in view (ids are the same in both languages).
 */
class SiteLanguages extends HTMLElement {
  connectedCallback(): void {
    // On the way down, so that middle click, "open in new tab" and Enter all see the same address.
    for (const event of ['pointerdown', 'focusin', 'click']) this.addEventListener(event, () => this.#carryState());
  }

  #carryState(): void {
    for (const link of this.querySelectorAll('a')) {
      link.search = location.search;
      link.hash = sectionInView();
    }
  }
}
customElements.define('site-languages', SiteLanguages);

/** The address's own target while it is on screen, else the section the table of contents marks, else none. */
function sectionInView(): string {
  const box = document.getElementById(decodeURIComponent(location.hash.slice(1)))?.getBoundingClientRect();
  if (box && box.bottom > 0 && box.top < innerHeight) return location.hash;
  const current = document.querySelector<HTMLAnchorElement>('starlight-toc a[aria-current="true"]')?.hash ?? '';
  return current === '#_top' ? '' : current;
}
