import { horizontalAxis } from '../chart/axes.ts';
import type { Chart } from '../chart/chart.ts';
import { scaleFromZero } from '../chart/scale.ts';
import { node } from '../chart/markup.ts';
import type { RequestState, RunState } from '../run-state.ts';
import type { Words } from '../ui-strings.ts';
import { outputText } from './visible-token.ts';

const HEIGHT = 132;
const BAND = { top: 28, bottom: 84 };

/** One request on the time axis: the wait for the first token, then a mark per chunk. With `track`, one of several beside each other: they share the axis. */
export function tokenTimeline(state: RunState, words: Words, width: number, track?: number): Chart {
  const request = state.requests.get(track ?? 0);
  const engine = state.engines[track ?? -1];
  const sentAtMs = request?.sentAtMs ?? 0;
  const arrivals = (request?.tokens ?? [])
    .filter((token) => token.tokenCount > 0)
    .map((token) => ({ text: outputText(token), afterMs: token.atMs - sentAtMs }));
  const first = arrivals[0]?.afterMs;
  const last = arrivals.at(-1)?.afterMs ?? 0;
  const longest = Math.max(last, ...(track === undefined ? [] : [...state.requests.values()].map(lastAfterMs)));
  const x = scaleFromZero(longest, 4, width - 16, width < 480 ? 4 : 8);
  const frame = { left: 4, right: width - 4, top: BAND.top, bottom: BAND.bottom };
  const band = { y: BAND.top, height: BAND.bottom - BAND.top };
  const rows = arrivals.map(({ text, afterMs }, index) => {
    const gap = index === 0 ? undefined : afterMs - (arrivals[index - 1]?.afterMs ?? 0);
    return {
      index: words.number(index + 1),
      text,
      after: words.milliseconds(afterMs),
      gap: gap === undefined ? '' : words.milliseconds(gap),
    };
  });

  return {
    title: engine
      ? words.t('chart.timeline.track', { engine: `${engine.name} ${engine.version}`, model: engine.model })
      : words.t('chart.timeline.title'),
    caption: words.t('chart.timeline.caption'),
    width,
    height: HEIGHT,
    nodes: [
      horizontalAxis(x, frame, words.t('chart.timeline.axis'), (tick) => words.number(tick)),
      ...(first === undefined
        ? []
        : [
            node('rect', { class: 'mark-wait', x: x(0), width: Math.max(1, x(first) - x(0)), ...band }),
            node('rect', { class: 'mark-decode', x: x(first), width: Math.max(0, x(last) - x(first)), ...band }),
            node(
              'text',
              { class: 'chart-label', x: x(0), y: 18 },
              words.t('chart.timeline.ttft', { time: words.milliseconds(first) }),
            ),
          ]),
      ...arrivals.map(({ afterMs }) =>
        node('line', { class: 'mark-token', x1: x(afterMs), x2: x(afterMs), y1: BAND.top, y2: BAND.bottom }),
      ),
    ],
    stops: arrivals.map(({ afterMs }, index) => ({
      x: x(afterMs),
      y: BAND.top,
      words: words.t(index === 0 ? 'chart.timeline.firstStop' : 'chart.timeline.stop', rows[index] ?? {}),
    })),
    table: {
      columns: ['index', 'token', 'after', 'gap'].map((name) => words.t(`chart.timeline.column.${name}`)),
      rows: rows.map(({ index, text, after, gap }) => [index, text, after, gap]),
    },
  };
}

function lastAfterMs({ tokens, sentAtMs }: RequestState): number {
  return (tokens.at(-1)?.atMs ?? sentAtMs) - sentAtMs;
}
