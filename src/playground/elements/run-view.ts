import type { Origin } from '#contract/run-event.ts';
import type { EngineInfo } from '#contract/run-request.ts';
import type { PlotKind } from '#experiments/experiment.ts';
import { type SummaryMetric, summariseRun } from '#metrics/summarise-run.ts';
import { batchSizes } from '../plots/batch-sizes.ts';
import { ChartFigure } from '../chart/chart-figure.ts';
import { element } from '../chart/html.ts';
import { inferenceLanes } from '../plots/inference-lanes.ts';
import { probabilities } from '../plots/probabilities.ts';
import { rateLatency } from '../plots/rate-latency.ts';
import { requestLanes } from '../plots/request-lanes.ts';
import { type FinishedRun, throughputLatency } from '../plots/throughput-latency.ts';
import { steps } from '../plots/steps.ts';
import { TokenAlternatives } from '../plots/token-alternatives.ts';
import { tokenTimeline } from '../plots/token-timeline.ts';
import { waitCompute } from '../plots/wait-compute.ts';
import { WireMessages } from '../plots/wire-messages.ts';
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

type Plot = (state: RunState, history: readonly FinishedRun[]) => void;

/** Everything a run puts on the page: its badge, its text, its numbers, its plots. */
export class RunView {
  readonly #root: HTMLElement;
  readonly #words: Words;
  readonly #plots: readonly Plot[];

  constructor(root: HTMLElement, words: Words, plots: readonly PlotKind[]) {
    this.#root = root;
    this.#words = words;
    this.#plots = plots.map((kind) => this.#plot(kind));
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
    for (const plot of this.#plots) plot(state, history);
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

  #plot(kind: PlotKind): Plot {
    const plots = this.#part('plots');
    if (kind === 'token-alternatives') {
      const view = new TokenAlternatives(this.#words);
      plots.append(view.root);
      return (state) => view.show(state);
    }
    if (kind === 'wire-messages') {
      const view = new WireMessages(this.#words);
      plots.append(view.root);
      return (state) => view.show(state);
    }
    if (kind === 'track-timelines') return this.#trackTimelines(plots);
    const figure = new ChartFigure(this.#words);
    figure.root.dataset['plot'] = kind;
    plots.append(figure.root);
    switch (kind) {
      case 'token-timeline':
        return (state) => figure.show((width) => tokenTimeline(state, this.#words, width));
      case 'request-lanes':
        return (state) => figure.show((width) => requestLanes(state, this.#words, width));
      case 'throughput-latency':
        return (state, history) => {
          figure.root.hidden = history.length === 0 && isActive(state.phase);
          figure.show((width) => throughputLatency(history, this.#words, width));
        };
      case 'probabilities':
        return (state) => figure.show((width) => probabilities(state, this.#words, width));
      case 'wait-compute':
        return (state) => figure.show((width) => waitCompute(state, this.#words, width));
      case 'steps':
        return (state) => figure.show((width) => steps(state, this.#words, width));
      case 'inference-lanes':
        return (state) => figure.show((width) => inferenceLanes(state, this.#words, width));
      case 'batch-sizes':
        return (state) => figure.show((width) => batchSizes(state, this.#words, width));
      case 'rate-latency':
        return (state, history) => {
          figure.root.hidden = history.length === 0 && isActive(state.phase);
          figure.show((width) => rateLatency(history, this.#words, width));
        };
      default:
        return kind satisfies never;
    }
  }

  /** One timeline for each engine, side by side where there is room. */
  #trackTimelines(plots: HTMLElement): Plot {
    const tracks = [0, 1].map((track) => ({ track, figure: new ChartFigure(this.#words) }));
    plots.append(element('div', { class: 'track-timelines' }, ...tracks.map(({ figure }) => figure.root)));
    return (state) => {
      for (const { track, figure } of tracks) figure.show((width) => tokenTimeline(state, this.#words, width, track));
    };
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
