import type { Origin } from '#contract/run-event.ts';
import type { EngineInfo } from '#contract/run-request.ts';
import type { PlotKind } from '#experiments/experiment.ts';
import { type SummaryMetric, summariseRun } from '#metrics/summarise-run.ts';
import { element } from '../chart/html.ts';
import type { Plot } from '../plots/make-plot.ts';
import type { FinishedRun } from '../plots/throughput-latency.ts';
import { type RunState, isActive } from '../run-state.ts';
import type { Words } from '../ui-strings.ts';

/** What a comparison quotes of a run, most telling first. */
const QUOTED: readonly SummaryMetric[] = [
  'ttftP50Ms',
  'interTokenLatencyP50Ms',
  'outputTokensPerSecond',
  'meanBatchSize',
  'requestsPerSecond',
];

/** Numbers over many requests, which say nothing of a run of one. */
const OF_MANY: readonly SummaryMetric[] = ['requests', 'completedRequests', 'ttftMaxMs'];

function metricsOf(state: RunState): [SummaryMetric, number][] {
  const summary = Object.entries(summariseRun(state.events)) as [SummaryMetric, number][];
  return summary.filter(([name]) => state.requests.size > 1 || !OF_MANY.includes(name));
}

/** Everything a run puts on the page: its badge, its text, its numbers, its plots. */
export class RunView {
  readonly #root: HTMLElement;
  readonly #words: Words;
  readonly #kinds: readonly PlotKind[];
  #plots: readonly Plot[] = [];
  #fetching: Promise<void> | undefined;
  #showPlots: () => void = () => undefined;

  constructor(root: HTMLElement, words: Words, kinds: readonly PlotKind[]) {
    this.#root = root;
    this.#words = words;
    this.#kinds = kinds;
  }

  /** Fetches the code of the plots, which a page does not need before its first run. A run goes on without them when it cannot be had. */
  preparePlots(): void {
    this.#fetching ??= import('../plots/make-plot.ts').then(
      ({ makePlot }) => {
        this.#plots = this.#kinds.map((kind) => makePlot(kind, this.#words));
        this.#part('plots').replaceChildren(...this.#plots.map(({ root }) => root));
        this.#showPlots();
      },
      () => {
        this.#fetching = undefined; // tried again at the next run
      },
    );
  }

  show(state: RunState, history: readonly FinishedRun[]): void {
    if (state.phase === 'idle') return;
    const hasOutput = state.events.some(({ type }) => type === 'token' || type === 'response');
    const active = isActive(state.phase);
    this.#root.toggleAttribute('data-has-run', active || hasOutput || history.length > 0);
    this.#showBadge(state);
    this.#showText(state);
    // Until something arrives, the numbers of the last run keep their place, faded: the page does not jump twice.
    this.#root.toggleAttribute('data-waiting', active && !hasOutput);
    if (active && !hasOutput) return;
    for (const name of ['numbers', 'clock']) this.#part(name).hidden = !hasOutput;
    this.#showNumbers(state);
    if (state.phase === 'connecting') this.preparePlots();
    this.#showPlots = () => {
      for (const plot of this.#plots) plot.show(state, history);
    };
    this.#showPlots();
  }

  /** The main numbers of a run in one line of words, for a comparison with a prediction. */
  quote(state: RunState): string {
    const summary = summariseRun(state.events);
    return QUOTED.filter((name) => summary[name] !== undefined)
      .map((name) => `${this.#nameMetric(name, state)} ${this.#sayMetric(name, summary[name] ?? 0)}`)
      .join(this.#words.t('playground.listSeparator'));
  }

  #showBadge(state: RunState): void {
    const badge = this.#part('badge');
    if (!isActive(state.phase) && state.engines.length === 0) {
      badge.dataset['origin'] = 'none';
      badge.textContent = this.#words.t('playground.nothingRan');
      return;
    }
    badge.dataset['origin'] = state.origin ?? 'none';
    const origin = element('strong', {}, state.origin ? this.#words.t(`origin.${state.origin}`) : '');
    const engines = state.engines.map(
      (engine) =>
        `${engine.name} ${engine.version} · ${sayDevice(engine, state.origin, this.#words)} · ${engine.model}`,
    );
    const facts = [...engines, ...(state.startedAt ? [this.#words.moment(state.startedAt)] : [])];
    badge.replaceChildren(origin, ...facts.map((fact) => element('span', {}, fact)));
  }

  #showText(state: RunState): void {
    const texts = [...state.requests.values()].map((request) => request.text);
    this.#part('output').textContent =
      texts.length > 1 ? texts.map((text, index) => `${nameOf(state, index)}  ${text}`).join('\n') : (texts[0] ?? '');
    this.#root.toggleAttribute(
      'data-answers',
      state.events.some(({ type }) => type === 'response'),
    );
  }

  #showNumbers(state: RunState): void {
    const summary = metricsOf(state);
    this.#part('numbers').replaceChildren(
      ...summary.map(([name, value]) =>
        labelled({ 'data-metric': name }, this.#nameMetric(name, state), this.#sayMetric(name, value)),
      ),
    );
    this.#showGauges(state);
    this.#part('clock').textContent = state.origin ? this.#words.t(`playground.clock.${state.origin}`) : '';
  }

  /** What the engine itself counted; beside our own numbers, never among them. */
  #showGauges(state: RunState): void {
    const gauges = state.events.filter((event) => event.type === 'gauge');
    const section = this.#part('gauges');
    section.hidden = gauges.length === 0;
    section
      .querySelector('dl')
      ?.replaceChildren(
        ...gauges.map(({ name, value, unit }) =>
          labelled(
            { 'data-gauge': name },
            this.#words.t(`gauge.${name}`),
            unit === 'ms' ? this.#words.milliseconds(value) : this.#words.number(value, 1),
          ),
        ),
      );
    const residual = this.#root.querySelector<HTMLElement>('[data-part="residual"]');
    if (residual) residual.hidden = state.origin !== 'simulated';
  }

  /** The median over one request is that request's own number. */
  #nameMetric(name: SummaryMetric, state: RunState): string {
    const ofOne = state.requests.size === 1 && (name === 'ttftP50Ms' || name === 'endToEndP50Ms');
    return this.#words.t(ofOne ? `metric.one.${name}` : `metric.${name}`);
  }

  #sayMetric(name: SummaryMetric, value: number): string {
    return name.endsWith('Ms') ? this.#words.milliseconds(value) : this.#words.number(value, 1);
  }

  #part(name: string): HTMLElement {
    return this.#root.querySelector<HTMLElement>(`[data-part="${name}"]`)!;
  }
}

function labelled(attributes: Record<string, string>, label: string, value: string): HTMLElement {
  return element('div', attributes, element('dt', {}, label), element('dd', {}, value));
}

/** What it ran on: an engine says so itself, a tab and a simulator do not. */
function sayDevice({ device, version }: EngineInfo, origin: Origin | undefined, words: Words): string {
  if (origin === 'browser') return words.t('playground.device.browser');
  return origin === 'simulated' ? words.t('playground.device.simulated', { engine: device, day: version }) : device;
}

/** A request is called by its number; on several engines, by its engine. */
function nameOf({ engines }: RunState, request: number): string {
  return (engines.length > 1 && engines[request]?.name) || String(request + 1);
}
