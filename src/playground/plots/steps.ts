import type { RunEventOf } from '#contract/run-event.ts';
import { horizontalAxis } from '../chart/axes.ts';
import type { Chart } from '../chart/chart.ts';
import { node } from '../chart/markup.ts';
import { scaleFromZero } from '../chart/scale.ts';
import type { RequestState, RunState } from '../run-state.ts';
import type { Words } from '../ui-strings.ts';

const TOP = 4;
const ROW = 38;
const BAR = 12;
const AXIS_HEIGHT = 42;
const LEFT = 8;

/** What was asked one after the other, what came of each, and how long it took. */
export function steps(state: RunState, words: Words, width: number): Chart {
  const requests = [...state.requests.values()].sort((a, b) => a.request - b.request);
  const responses = new Map(
    state.events.flatMap((event) => (event.type === 'response' ? [[event.request, event] as const] : [])),
  );
  const lastMs = Math.max(0, ...requests.map(({ endedAtMs, sentAtMs }) => endedAtMs ?? sentAtMs));
  const bottom = TOP + Math.max(1, requests.length) * ROW;
  const x = scaleFromZero(lastMs, LEFT, width - 16, width < 480 ? 4 : 8);
  const rows = requests.map((request) => {
    const response = responses.get(request.request);
    return {
      step: words.number(request.request + 1),
      what: sayQuestion(response, words),
      result: sayAnswer(request, response, words),
      time: request.endedAtMs === undefined ? '' : words.milliseconds(request.endedAtMs - request.sentAtMs),
    };
  });

  return {
    title: words.t('chart.steps.title'),
    caption: words.t('chart.steps.caption'),
    width,
    height: bottom + AXIS_HEIGHT,
    nodes: [
      horizontalAxis(x, { left: LEFT, right: width - 4, top: TOP, bottom }, words.t('chart.lanes.axis'), (tick) =>
        words.number(tick),
      ),
      ...requests.flatMap((request, index) => {
        const y = TOP + index * ROW;
        const end = request.endedAtMs ?? lastMs;
        const isRefused = request.endReason === 'failed';
        const bar = { x: x(request.sentAtMs), width: Math.max(2, x(end) - x(request.sentAtMs)), height: BAR };
        return [
          node('rect', { class: isRefused ? 'mark-refused' : 'mark-compute', y: y + 20, ...bar }),
          node('text', { class: 'chart-label', x: LEFT, y: y + 14 }, words.t('chart.steps.label', rows[index] ?? {})),
        ];
      }),
    ],
    stops: requests.map((request, index) => ({
      x: x(request.endedAtMs ?? lastMs),
      y: TOP + index * ROW,
      words: words.t('chart.steps.stop', rows[index] ?? {}),
    })),
    table: {
      columns: ['step', 'what', 'result', 'time'].map((name) => words.t(`chart.steps.column.${name}`)),
      rows: rows.map(({ step, what, result, time }) => [step, what, result, time]),
    },
  };
}

type Response = RunEventOf<'response'> | undefined;

function sayQuestion(response: Response, words: Words): string {
  const { action, maxQueueDelayMs, askedVersion } = response?.output ?? {};
  if (typeof action === 'string') {
    const said = words.t(`chart.steps.action.${action}`);
    return typeof maxQueueDelayMs === 'number'
      ? words.t('chart.steps.override', { action: said, delay: maxQueueDelayMs })
      : said;
  }
  if (typeof askedVersion === 'number') return words.t('chart.steps.askVersion', { version: askedVersion });
  return words.t('chart.steps.ask');
}

function sayAnswer({ endReason, problem }: RequestState, response: Response, words: Words): string {
  const { state, batchSize, instance, probabilities, modelVersion } = response?.output ?? {};
  if (typeof state === 'string') return words.t('chart.steps.state', { state });
  if (typeof batchSize === 'number')
    return words.t('chart.steps.batch', { batch: batchSize, instance: typeof instance === 'string' ? instance : '' });
  if (Array.isArray(probabilities)) {
    const numbers = probabilities.map(Number);
    const best = Math.max(...numbers);
    return words.t('chart.steps.digit', {
      digit: numbers.indexOf(best),
      share: words.percent(best),
      version: String(modelVersion),
    });
  }
  if (problem)
    return words.t(problem.reason === 'model_not_loaded' ? 'chart.steps.notLoaded' : 'playground.end.failed');
  return endReason ? words.t(`playground.end.${endReason}`) : '';
}
