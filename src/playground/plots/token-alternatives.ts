import type { Alternative, RunEventOf } from '#contract/run-event.ts';
import { element } from '../chart/html.ts';
import { exactTable } from '../chart/exact-table.ts';
import { type KeyboardCursor, keyboardCursor } from '../chart/keyboard-cursor.ts';
import type { RunState } from '../run-state.ts';
import type { Words } from '../ui-strings.ts';
import { outputText, visibleToken } from './visible-token.ts';

/** The output token by token: hover, click or arrow keys show what else each could have been, and how probable it was. */
export class TokenAlternatives {
  readonly root = element('figure', { class: 'chart' });
  readonly #words: Words;
  readonly #strip = element('div', { class: 'token-strip' });
  readonly #candidates = element('ol', { class: 'candidates' });
  readonly #exact = exactTable();
  readonly #cursor: KeyboardCursor;
  #tokens: readonly RunEventOf<'token'>[] = [];

  constructor(words: Words) {
    this.#words = words;
    this.#exact.summary.textContent = words.t('chart.exactValues');
    this.#cursor = keyboardCursor(this.#strip, () => this.#showCandidates());
    for (const type of ['pointerover', 'click'] as const)
      this.#strip.addEventListener(type, ({ target }) => {
        if (target instanceof HTMLElement && target.dataset['index'])
          this.#cursor.moveTo(Number(target.dataset['index']));
      });
    this.root.append(
      element('figcaption', { class: 'chart-title' }, words.t('chart.alternatives.title')),
      element('p', { class: 'chart-caption' }, words.t('chart.alternatives.caption')),
      this.#strip,
      this.#candidates,
      this.#exact.root,
    );
  }

  show(state: RunState): void {
    const tokens = (state.requests.get(0)?.tokens ?? []).filter((token) => token.alternatives?.length);
    this.root.hidden = tokens.length === 0;
    // A run only ever appends: draw what is new, or start over for another run.
    const known = tokens[0] === this.#tokens[0] ? this.#tokens.length : 0;
    if (known === 0) this.#strip.replaceChildren();
    this.#strip.append(
      ...tokens.slice(known).map((token, offset) => {
        const shown = element('span', { class: 'token', 'data-index': String(known + offset) }, outputText(token));
        return shown;
      }),
    );
    this.#tokens = tokens;
    this.#cursor.describe(
      this.#words.t('chart.alternatives.title'),
      tokens.map((token) => this.#sayToken(token)),
    );
    this.#exact.show({
      columns: ['index', 'token', 'probability', 'others'].map((name) =>
        this.#words.t(`chart.alternatives.column.${name}`),
      ),
      rows: tokens.map((token, index) => {
        const chosen = token.alternatives?.find((each) => each.chosen);
        const others = token.alternatives?.filter((each) => !each.chosen).map((each) => this.#sayAlternative(each));
        return [String(index + 1), outputText(token), chosen ? this.#percent(chosen) : '', others?.join(', ') ?? ''];
      }),
    });
    this.#showCandidates();
  }

  #showCandidates(): void {
    const index = Math.max(0, this.#cursor.index);
    for (const shown of this.#strip.children)
      shown.toggleAttribute('data-current', shown === this.#strip.children[index]);
    this.#candidates.replaceChildren(
      ...(this.#tokens[index]?.alternatives ?? []).map((alternative) =>
        element(
          'li',
          alternative.chosen ? { 'data-chosen': '' } : {},
          element('span', { class: 'candidate-text' }, visibleToken(alternative.text)),
          element('span', { class: 'candidate-bar', style: `--share: ${Math.exp(alternative.logprob)}` }),
          element('span', { class: 'candidate-share' }, this.#percent(alternative)),
          ...(alternative.chosen
            ? [element('span', { class: 'candidate-note' }, this.#words.t('chart.alternatives.chosen'))]
            : []),
        ),
      ),
    );
  }

  #percent(alternative: Alternative): string {
    return this.#words.percent(Math.exp(alternative.logprob));
  }

  #sayAlternative(alternative: Alternative): string {
    return `${visibleToken(alternative.text)} ${this.#percent(alternative)}`;
  }

  #sayToken(token: RunEventOf<'token'>): string {
    const others = (token.alternatives ?? []).map((each) => this.#sayAlternative(each)).join(', ');
    return this.#words.t('chart.alternatives.stop', { token: outputText(token), others });
  }
}
