import { element } from '../chart/html.ts';
import { curlOf } from '../curl.ts';
import type { RunState } from '../run-state.ts';
import type { Words } from '../ui-strings.ts';
import { copyText } from './copy-text.ts';

/** The list shows this many events; copying gives all. */
const SHOWN_EVENTS = 200;

/** 'Show the run': what was asked, of what, and every event that came back. Filled when it is open and not before. */
export class RunDrawer {
  readonly #root: HTMLDetailsElement;
  readonly #words: Words;
  readonly #address: () => string;
  #state: RunState | undefined;

  constructor(root: HTMLDetailsElement, words: Words, address: () => string) {
    this.#root = root;
    this.#words = words;
    this.#address = address;
    root.addEventListener('toggle', () => this.#fill());
    this.#onCopy(
      'copy-events',
      () => JSON.stringify(this.#state?.events ?? [], null, 1),
      () => words.t('playground.drawer.copyEvents'),
    );
    const curl = () => (this.#state?.request ? curlOf(this.#state.request, this.#address()) : '');
    this.#onCopy('copy-curl', curl, () => this.#curlLabel());
  }

  show(state: RunState): void {
    this.#state = state;
    this.#root.hidden = state.request === undefined;
    this.#button('copy-curl').textContent = this.#curlLabel();
    this.#fill();
  }

  #fill(): void {
    const state = this.#state;
    if (!this.#root.open || !state) return;
    this.#part('request').textContent = JSON.stringify(state.request, null, 2);
    const environment: [string, string][] = state.engines.flatMap((engine): [string, string][] => [
      ['engine', `${engine.name} ${engine.version}`],
      ['device', state.origin === 'browser' ? this.#words.t('playground.device.browser') : engine.device],
      ['model', engine.model],
    ]);
    if (state.origin) environment.unshift(['origin', this.#words.t(`origin.${state.origin}`)]);
    if (state.startedAt) environment.push(['startedAt', this.#words.moment(state.startedAt)]);
    if (state.origin === 'browser') environment.push(['browser', navigator.userAgent]);
    this.#part('environment').replaceChildren(
      ...environment.flatMap(([name, value]) => [
        element('dt', {}, this.#words.t(`playground.environment.${name}`)),
        element('dd', {}, value),
      ]),
    );
    this.#part('event-count').textContent = this.#words.t('playground.drawer.events', {
      shown: Math.min(SHOWN_EVENTS, state.events.length),
      all: state.events.length,
    });
    this.#part('events').textContent = state.events
      .slice(-SHOWN_EVENTS)
      .map((event) => JSON.stringify(event))
      .join('\n');
  }

  /** No command line reaches the engine of a tab: the same run on the companion server is another run, and the label says so. */
  #curlLabel(): string {
    const toOther = this.#state?.origin !== undefined && this.#state.origin !== 'live';
    return this.#words.t(`playground.drawer.${toOther ? 'copyCurlCompanion' : 'copyCurl'}`);
  }

  #button(action: string): HTMLButtonElement {
    return this.#root.querySelector<HTMLButtonElement>(`[data-action="${action}"]`)!;
  }

  #part(name: string): HTMLElement {
    return this.#root.querySelector<HTMLElement>(`[data-part="${name}"]`)!;
  }

  #onCopy(action: string, text: () => string, label: () => string): void {
    const button = this.#button(action);
    button.addEventListener('click', () => {
      void copyText(text(), button.parentElement!, this.#words.t('playground.copyText')).then((outcome) => {
        if (outcome === 'copied') button.textContent = this.#words.t('playground.copied');
      });
    });
    button.addEventListener('blur', () => (button.textContent = label()));
  }
}
