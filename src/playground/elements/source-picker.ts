import type { Origin } from '#contract/run-event.ts';
import type { UpstreamKind } from '#contract/run-request.ts';
import { element } from '../chart/html.ts';
import { type Ladder, type Rung, currentOrigin } from '../choose-source.ts';
import type { Words } from '../ui-strings.ts';

interface SourcePickerActions {
  choose(origin: Origin): void;
  retry(): void;
}

/** The ladder on the page: one radio a rung, each with its state in words; the live one with its engines. */
export class SourcePicker {
  readonly #root: HTMLFieldSetElement;
  readonly #details: HTMLDetailsElement;
  readonly #words: Words;
  readonly #upstream: HTMLSelectElement;
  readonly #retry: HTMLButtonElement;

  constructor(root: HTMLFieldSetElement, words: Words, actions: SourcePickerActions) {
    this.#root = root;
    this.#details = root.closest('details')!;
    this.#words = words;
    this.#upstream = root.querySelector('select')!;
    this.#retry = root.querySelector('button')!;
    root.disabled = false;
    root.addEventListener('change', ({ target }) => {
      if (target instanceof HTMLInputElement) actions.choose(target.value as Origin);
    });
    this.#retry.addEventListener('click', () => {
      // The button goes while it is being asked; the focus must not go with it.
      this.#details.querySelector('summary')?.focus();
      actions.retry();
    });
  }

  /** The engine the reader picked for the live rung, when the server has several. */
  get upstream(): UpstreamKind | undefined {
    return this.#upstream.hidden ? undefined : (this.#upstream.value as UpstreamKind);
  }

  show(ladder: Ladder): void {
    const current = currentOrigin(ladder);
    for (const rung of ladder.rungs) {
      const row = this.#root.querySelector<HTMLElement>(`[data-rung="${rung.origin}"]`);
      const radio = row?.querySelector('input');
      if (!row || !radio) continue;
      row.dataset['status'] = rung.status;
      radio.checked = rung.origin === current;
      radio.disabled = rung.status === 'unavailable';
      const status = row.querySelector('.rung-status');
      if (status) status.textContent = this.#sayStatus(rung);
    }
    const live = ladder.rungs.find((rung) => rung.origin === 'live');
    this.#retry.hidden = live?.status !== 'unavailable';
    this.#showSummary(current, live);
    this.#showEngines(live);
  }

  /** What can be read without unfolding: where the next run goes, and why not to the server. */
  #showSummary(current: Origin | undefined, live: Rung | undefined): void {
    const part = (name: string) => this.#details.querySelector(`[data-part="${name}"]`)!;
    part('current-rung').textContent = current ? this.#words.t(`origin.${current}`) : '';
    part('rung-note').textContent = live?.cause ? this.#sayStatus(live) : '';
  }

  #sayStatus(rung: Rung): string {
    if (rung.cause) return this.#words.t(`playground.cause.${rung.cause.kind}`, { ...rung.cause });
    if (rung.engines) return rung.engines.map((engine) => `${engine.name} ${engine.version}`).join(', ');
    return this.#words.t(`playground.rung.${rung.origin}.${rung.status}`, {
      size: this.#root.dataset['modelSize'] ?? '',
    });
  }

  #showEngines(live: Rung | undefined): void {
    const engines = live?.engines ?? [];
    const chosen = this.#upstream.value;
    this.#upstream.hidden = engines.length < 2 || this.#root.dataset['together'] !== undefined;
    this.#upstream.replaceChildren(
      ...engines.map((engine) =>
        element('option', { value: engine.id }, `${engine.name} ${engine.version}, ${engine.device}`),
      ),
    );
    if (engines.some((engine) => engine.id === chosen)) this.#upstream.value = chosen;
  }
}
