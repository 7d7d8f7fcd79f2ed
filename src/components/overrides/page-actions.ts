/** "Copy as Markdown" below a page's title. The text is fetched when it is asked for. */
class PageActions extends HTMLElement {
  connectedCallback(): void {
    const button = this.querySelector('button');
    const status = this.querySelector('[role="status"]');
    if (!button || !status) return;
    button.disabled = false;
    button.addEventListener('click', () => {
      copyText(button.dataset['url'] ?? '').then(
        () => (status.textContent = this.dataset['copied'] ?? ''),
        () => (status.textContent = this.dataset['failed'] ?? ''),
      );
    });
  }
}

async function copyText(url: string): Promise<void> {
  const text = fetch(url).then((response) => {
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return response.blob();
  });
  // Safari wants the write inside the press itself, so it gets a promise; a browser that takes none gets the text.
  const blob = text.then((body) => new Blob([body], { type: 'text/plain' }));
  await navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob })]);
}
customElements.define('page-actions', PageActions);
