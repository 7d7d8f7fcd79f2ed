import type { PlotKind } from '#experiments/experiment.ts';
import type { Chart } from '../chart/chart.ts';
import { ChartFigure } from '../chart/chart-figure.ts';
import { element } from '../chart/html.ts';
import { type RunState, isActive } from '../run-state.ts';
import type { Words } from '../ui-strings.ts';
import { batchSizes } from './batch-sizes.ts';
import { inferenceLanes } from './inference-lanes.ts';
import { probabilities } from './probabilities.ts';
import { rateLatency } from './rate-latency.ts';
import { requestLanes } from './request-lanes.ts';
import { steps } from './steps.ts';
import { type FinishedRun, throughputLatency } from './throughput-latency.ts';
import { TokenAlternatives } from './token-alternatives.ts';
import { tokenTimeline } from './token-timeline.ts';
import { waitCompute } from './wait-compute.ts';
import { WireMessages } from './wire-messages.ts';

/** Something on the page that shows a run, and the finished ones before it. */
export interface Plot {
  readonly root: HTMLElement;
  show(state: RunState, history: readonly FinishedRun[]): void;
}

type DrawRun = (state: RunState, words: Words, width: number) => Chart;
type DrawHistory = (history: readonly FinishedRun[], words: Words, width: number) => Chart;

/** The plot of a kind, not yet on the page. All of them are one piece of code that a page fetches when it is first needed. */
export function makePlot(kind: PlotKind, words: Words): Plot {
  switch (kind) {
    case 'token-alternatives':
      return new TokenAlternatives(words);
    case 'wire-messages':
      return new WireMessages(words);
    case 'track-timelines':
      return trackTimelines(words);
    case 'throughput-latency':
      return ofHistory(kind, throughputLatency, words);
    case 'rate-latency':
      return ofHistory(kind, rateLatency, words);
    case 'token-timeline':
      return ofRun(kind, tokenTimeline, words);
    case 'request-lanes':
      return ofRun(kind, requestLanes, words);
    case 'probabilities':
      return ofRun(kind, probabilities, words);
    case 'wait-compute':
      return ofRun(kind, waitCompute, words);
    case 'steps':
      return ofRun(kind, steps, words);
    case 'inference-lanes':
      return ofRun(kind, inferenceLanes, words);
    case 'batch-sizes':
      return ofRun(kind, batchSizes, words);
    default:
      return kind satisfies never;
  }
}

function figureOf(kind: PlotKind, words: Words): ChartFigure {
  const figure = new ChartFigure(words);
  figure.root.dataset['plot'] = kind;
  return figure;
}

function ofRun(kind: PlotKind, draw: DrawRun, words: Words): Plot {
  const figure = figureOf(kind, words);
  return { root: figure.root, show: (state) => figure.show((width) => draw(state, words, width)) };
}

/** One point a finished run: nothing to see before the first. */
function ofHistory(kind: PlotKind, draw: DrawHistory, words: Words): Plot {
  const figure = figureOf(kind, words);
  return {
    root: figure.root,
    show: (state, history) => {
      figure.root.hidden = history.length === 0 && isActive(state.phase);
      figure.show((width) => draw(history, words, width));
    },
  };
}

/** One timeline for each engine, side by side where there is room. */
function trackTimelines(words: Words): Plot {
  const tracks = [0, 1].map((track) => ({ track, figure: new ChartFigure(words) }));
  return {
    root: element('div', { class: 'track-timelines' }, ...tracks.map(({ figure }) => figure.root)),
    show: (state) => {
      for (const { track, figure } of tracks) figure.show((width) => tokenTimeline(state, words, width, track));
    },
  };
}
