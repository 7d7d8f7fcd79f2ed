/** Where Starlight keeps the choice; '' means "as the system says". ThemeProvider.astro reads it before the first paint. */
const storageKey = 'starlight-theme';
const systemIsLight = matchMedia('(prefers-color-scheme: light)');

const systemTheme = () => (systemIsLight.matches ? 'light' : 'dark');

/** A reader who asks for what the system says anyway goes back to following the system. */
function choose(theme: string): void {
  document.documentElement.dataset['theme'] = theme;
  try {
    localStorage.setItem(storageKey, theme === systemTheme() ? '' : theme);
  } catch {
    // Storage is blocked: the choice holds for this page only.
  }
}

class SiteTheme extends HTMLElement {
  connectedCallback(): void {
    for (const button of this.querySelectorAll<HTMLButtonElement>('button[data-to]'))
      button.addEventListener('click', () => {
        const to = button.dataset['to'] ?? 'light';
        choose(to);
        // The pressed button has just been hidden: keep the focus where the reader is.
        this.querySelector<HTMLButtonElement>(`button:not([data-to='${to}'])`)?.focus();
      });
  }
}
customElements.define('site-theme', SiteTheme);

systemIsLight.addEventListener('change', () => {
  let stored = '';
  try {
    stored = localStorage.getItem(storageKey) ?? '';
  } catch {
    // Storage is blocked: follow the system.
  }
  if (stored === '') document.documentElement.dataset['theme'] = systemTheme();
});
