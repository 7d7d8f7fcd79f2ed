import type { Parameters } from '#contract/run-request.ts';
import { ChartFigure } from '#playground/chart/chart-figure.ts';
import { toHtml } from '#playground/chart/markup.ts';
import { showComparison } from '#playground/elements/lab-predict.ts';
import { ParameterForm } from '#playground/elements/parameter-form.ts';
import { defaultParameters, parametersFromQuery, queryWithParameters } from '#playground/parameter-url.ts';
import { type Words, wordsOfPage } from '#playground/ui-strings.ts';
import type { BatcherConstants } from '#simulators/batcher-calibration.ts';
import type { BatcherTrace } from '#simulators/batcher-trace.ts';
import { simulateBatcher } from '#simulators/dynamic-batcher.ts';
import { batcherTimeline, queueChart } from './dynamic-batcher-charts.ts';
import { batcherConfig } from './dynamic-batcher-config.ts';
import { type BatcherNumbers, numbersOf, numbersTable } from './dynamic-batcher-numbers.ts';
import {
  WINDOW_MS,
  batcherParameters,
  comparisons,
  numberOf,
  presetParameters,
  settingsOf,
  unmeasured,
} from './dynamic-batcher-state.ts';

/**
 * `<explorable-dynamic-batcher>`: Triton's dynamic batcher, simulated. Upgrades the HTML of DynamicBatcherExplorable.astro,
 * which holds the first state as the build computed it. Attribute: `data-constants`, the fitted BatcherConstants as JSON.
 */
export class ExplorableDynamicBatcher extends HTMLElement {
  #words!: Words;
  #form!: ParameterForm;
  #timeline!: ChartFigure;
  #queue!: ChartFigure;
  #constants!: BatcherConstants;
  #parameters: Parameters = defaultParameters(batcherParameters);
  /** by the parameters that gave them: moving along the timeline simulates nothing anew */
  readonly #simulated = new Map<string, { trace: BatcherTrace; numbers: BatcherNumbers }>();

  connectedCallback(): void {
    if (this.dataset['upgraded'] !== undefined) return;
    this.dataset['upgraded'] = '';
    this.#words = wordsOfPage();
    this.#constants = JSON.parse(this.dataset['constants'] ?? '{}') as BatcherConstants;
    const form = this.querySelector<HTMLFormElement>('form.batcher-form')!;
    this.#form = new ParameterForm(form, batcherParameters, this.#words);
    for (const fieldset of this.querySelectorAll<HTMLFieldSetElement>('fieldset[data-needs-script]'))
      fieldset.disabled = false;
    this.#timeline = new ChartFigure(this.#words);
    this.#queue = new ChartFigure(this.#words);
    this.#part('timeline').replaceChildren(this.#timeline.root);
    this.#part('queue').replaceChildren(this.#queue.root);

    const query = new URLSearchParams(location.search);
    const { parameters, refused } = parametersFromQuery(this.id, batcherParameters, query);
    this.#parameters = parameters;
    this.#form.write(parameters);
    this.#show();
    if (refused.length > 0) this.#say(this.#words.t('playground.urlRefused', { names: refused.join(', ') }));

    this.addEventListener('predict', () => this.#compare());
    form.addEventListener('submit', (event) => event.preventDefault());
    form.addEventListener('input', () => this.#read());
    for (const button of this.querySelectorAll<HTMLButtonElement>('[data-preset]'))
      button.addEventListener('click', () => this.#usePreset(button.dataset['preset'] ?? ''));
    this.#onClick('reset', () => this.#use(defaultParameters(batcherParameters)));
    this.#onClick('earlier', () => this.#move(-1));
    this.#onClick('later', () => this.#move(1));
    this.#onClick('share', () => this.#copy(location.href));
    this.#onClick('copy-config', () => this.#copy(this.#part('config').textContent));
  }

  #read(): void {
    const read = this.#form.read();
    if (!read) {
      this.#form.report();
      return;
    }
    this.#parameters = { ...this.#parameters, ...read };
    this.#part('point').textContent = '';
    this.#show();
  }

  #usePreset(id: string): void {
    this.#use(presetParameters(id));
    this.#part('point').textContent = this.#words.t(`batcher.point.${id}`);
  }

  #use(parameters: Parameters): void {
    this.#parameters = parameters;
    this.#form.write(parameters);
    this.#part('point').textContent = '';
    this.#show();
  }

  #move(direction: 1 | -1): void {
    const { fromMs } = this.#parameters;
    const last = batcherParameters.find(({ name }) => name === 'fromMs');
    const max = last?.kind === 'number' ? last.max : 0;
    const next = Math.min(max, Math.max(0, Number(fromMs) + direction * WINDOW_MS));
    this.#use({ ...this.#parameters, fromMs: next });
  }

  #simulate(parameters: Parameters): { trace: BatcherTrace; numbers: BatcherNumbers } {
    const key = JSON.stringify({ ...parameters, fromMs: 0 });
    const known = this.#simulated.get(key);
    if (known) return known;
    // What was looked at last is enough: the three of one setting, and those of the one before.
    if (this.#simulated.size >= 6) this.#simulated.delete(this.#simulated.keys().next().value!);
    const trace = simulateBatcher(settingsOf(parameters, this.#constants));
    const made = { trace, numbers: numbersOf(trace) };
    this.#simulated.set(key, made);
    return made;
  }

  #show(): void {
    const parameters = this.#parameters;
    const words = this.#words;
    const { trace, numbers } = this.#simulate(parameters);
    const columns = comparisons(parameters).map((each) => ({
      id: each.id,
      numbers: this.#simulate(each.parameters).numbers,
    }));
    this.#timeline.show((width) => batcherTimeline(trace, words, width, numberOf(parameters, 'fromMs')));
    this.#queue.show((width) => queueChart(trace, words, width));
    this.#part('numbers').replaceChildren(toHtml(numbersTable(columns, words)));
    this.#part('config').textContent = batcherConfig(parameters);
    const outside = unmeasured(parameters).map((name) => words.t(`batcher.parameter.${name}`));
    this.#part('outside').textContent =
      outside.length > 0 ? words.t('batcher.outside', { names: outside.join(words.t('batcher.listComma')) }) : '';
    this.#say(
      words.t('batcher.status', {
        throughput: words.number(numbers.throughputPerSecond, 0),
        batch: words.number(numbers.meanBatch, 1),
        p50: words.milliseconds(numbers.latencyP50Ms),
      }),
    );
    this.#compare();
    this.#writeUrl();
  }

  /** The same workload with and without the delay, beside what the learner expected, once there is a delay. */
  #compare(): void {
    const words = this.#words;
    const delayMs = numberOf(this.#parameters, 'maxQueueDelayMs');
    const without = this.#simulate({ ...this.#parameters, maxQueueDelayMs: 0 }).numbers;
    const result = words.t('batcher.compared', {
      delay: delayMs,
      without: words.milliseconds(without.latencyP50Ms),
      with: words.milliseconds(this.#simulate(this.#parameters).numbers.latencyP50Ms),
    });
    showComparison(this, delayMs > 0 ? result : undefined, words.t('playground.predict.skipped'));
  }

  #writeUrl(): void {
    const current = new URLSearchParams(location.search);
    const query = queryWithParameters(this.id, batcherParameters, this.#parameters, current).toString();
    history.replaceState(history.state, '', `${location.pathname}${query ? `?${query}` : ''}${location.hash}`);
  }

  #copy(text: string): void {
    navigator.clipboard.writeText(text).then(
      () => this.#say(this.#words.t('playground.copied')),
      () => this.#say(this.#words.t('batcher.copyFailed')),
    );
  }

  #say(text: string): void {
    this.#part('status').textContent = text;
  }

  #part(name: string): HTMLElement {
    return this.querySelector<HTMLElement>(`[data-part="${name}"]`)!;
  }

  #onClick(action: string, handle: () => void): void {
    this.querySelector(`[data-action="${action}"]`)?.addEventListener('click', handle);
  }
}

customElements.define('explorable-dynamic-batcher', ExplorableDynamicBatcher);
