import { inferenceTimings } from '#metrics/inference-timings.ts';
import { percentile } from '#metrics/percentile.ts';
import { SWEPT_CLIENTS } from '#experiments/queue-against-compute.ts';
import { verticalAxis } from '../chart/axes.ts';
import type { Chart } from '../chart/chart.ts';
import { node } from '../chart/markup.ts';
import { scaleFromZero } from '../chart/scale.ts';
import type { RunState } from '../run-state.ts';
import type { Words } from '../ui-strings.ts';

const HEIGHT = 260;

/** A bar for each number of clients: median time computing, and on it the median time of all the rest. */
export function waitCompute(state: RunState, words: Words, width: number): Chart {
  const pointOf = new Map(
    state.events.flatMap((event) => (event.type === 'sent' ? [[event.request, event.point] as const] : [])),
  );
  const byPoint = Map.groupBy(inferenceTimings(state.events), ({ request }) => pointOf.get(request) ?? 0);
  const bars = [...byPoint]
    .sort(([a], [b]) => a - b)
    .map(([point, timings]) => ({
      point,
      clients: SWEPT_CLIENTS[point] ?? 0,
      computeMs: percentile(
        timings.map(({ computeMs }) => computeMs),
        50,
      ),
      waitMs: percentile(
        timings.map(({ waitMs }) => waitMs),
        50,
      ),
      batch: timings.length / timings.reduce((sum, { batchSize }) => sum + 1 / batchSize, 0),
    }));
  const frame = { left: 48, right: width - 8, top: 34, bottom: HEIGHT - 42 };
  const longest = Math.max(1, ...bars.map(({ computeMs, waitMs }) => computeMs + waitMs));
  const y = scaleFromZero(longest, frame.bottom, frame.top, 4);
  const slot = (frame.right - frame.left) / SWEPT_CLIENTS.length;
  const left = (point: number) => frame.left + point * slot + slot * 0.2;
  const rows = bars.map(({ clients, computeMs, waitMs, batch }) => ({
    clients: words.number(clients),
    wait: words.milliseconds(waitMs),
    compute: words.milliseconds(computeMs),
    batch: words.number(batch, 1),
  }));

  return {
    title: words.t('chart.waitCompute.title'),
    caption: words.t('chart.waitCompute.caption'),
    width,
    height: HEIGHT,
    nodes: [
      verticalAxis(y, frame, words.t('chart.waitCompute.yAxis'), (tick) => words.number(tick)),
      ...bars.flatMap(({ point, computeMs, waitMs }) => {
        const bar = (from: number, to: number, kind: string) =>
          node('rect', { class: kind, x: left(point), width: slot * 0.6, y: y(to), height: y(from) - y(to) });
        return [bar(0, computeMs, 'mark-compute'), bar(computeMs, computeMs + waitMs, 'mark-queue')];
      }),
      ...SWEPT_CLIENTS.map((clients, point) =>
        node(
          'text',
          { class: 'chart-tick', x: left(point) + slot * 0.3, y: frame.bottom + 16, 'text-anchor': 'middle' },
          words.number(clients),
        ),
      ),
      node(
        'text',
        { class: 'chart-axis', x: frame.right, y: frame.bottom + 34, 'text-anchor': 'end' },
        words.t('chart.waitCompute.xAxis'),
      ),
    ],
    stops: bars.map(({ point, computeMs, waitMs }, index) => ({
      x: left(point) + slot * 0.3,
      y: y(computeMs + waitMs),
      words: words.t('chart.waitCompute.stop', rows[index] ?? {}),
    })),
    table: {
      columns: ['clients', 'wait', 'compute', 'batch'].map((name) => words.t(`chart.waitCompute.column.${name}`)),
      rows: rows.map(({ clients, wait, compute, batch }) => [clients, wait, compute, batch]),
    },
  };
}
