import type { RunEventOf } from '#contract/run-event.ts';
import { element } from '../chart/html.ts';
import type { RunState } from '../run-state.ts';
import type { Words } from '../ui-strings.ts';

/** The messages that went over the wire, with their headers and sizes; long bodies come cut short. */
export class WireMessages {
  readonly root = element('section', { class: 'wire-messages', 'data-plot': 'wire-messages' });
  readonly #words: Words;
  #shown = 0;

  constructor(words: Words) {
    this.#words = words;
  }

  show(state: RunState): void {
    const messages = state.events.filter((event) => event.type === 'wire');
    if (messages.length === this.#shown) return;
    this.#shown = messages.length;
    this.root.replaceChildren(
      element('p', { class: 'result-title' }, this.#words.t('chart.wire.title')),
      element('p', { class: 'chart-caption' }, this.#words.t('chart.wire.caption')),
      ...messages.map((message) => this.#message(message)),
    );
  }

  #message({ request, direction, headers, body }: RunEventOf<'wire'>): HTMLElement {
    const { 'content-length': bytes = '', ...others } = headers;
    const title = this.#words.t(`chart.wire.${direction}`, {
      request: this.#words.number(request + 1),
      bytes: this.#words.number(Number(bytes)),
    });
    const lines = Object.entries(others).map(([name, value]) => `${name}: ${value}`);
    const label = { role: 'region', 'aria-label': title, tabindex: '0' };
    return element(
      'div',
      { 'data-bytes': bytes },
      element('p', { class: 'wire-title' }, title),
      element('pre', label, [...lines, '', body].join('\n')),
    );
  }
}
