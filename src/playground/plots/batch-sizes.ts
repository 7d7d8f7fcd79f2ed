import { executionsBySize, inferenceTimings } from '#metrics/inference-timings.ts';
import { verticalAxis } from '../chart/axes.ts';
import type { Chart } from '../chart/chart.ts';
import { node } from '../chart/markup.ts';
import { scaleFromZero } from '../chart/scale.ts';
import type { RunState } from '../run-state.ts';
import type { Words } from '../ui-strings.ts';

const HEIGHT = 220;
const LARGEST_BATCH = 16;

/** How many executions had how many requests in them. */
export function batchSizes(state: RunState, words: Words, width: number): Chart {
  const executions = executionsBySize(inferenceTimings(state.events));
  const sizes = Math.max(LARGEST_BATCH, ...executions.keys());
  const frame = { left: 40, right: width - 8, top: 30, bottom: HEIGHT - 40 };
  const y = scaleFromZero(Math.max(1, ...executions.values()), frame.bottom, frame.top, 4);
  const slot = (frame.right - frame.left) / sizes;
  const left = (size: number) => frame.left + (size - 1) * slot;
  const rows = [...executions].map(([size, count]) => ({
    size: words.number(size),
    executions: words.number(count),
    requests: words.number(size * count),
  }));

  return {
    title: words.t('chart.batches.title'),
    caption: words.t('chart.batches.caption'),
    width,
    height: HEIGHT,
    nodes: [
      verticalAxis(y, frame, words.t('chart.batches.yAxis'), (tick) => words.number(tick)),
      ...[...executions].map(([size, count]) =>
        node('rect', {
          class: 'mark-compute',
          x: left(size) + slot * 0.1,
          width: slot * 0.8,
          y: y(count),
          height: Math.max(0, frame.bottom - y(count)),
        }),
      ),
      ...Array.from({ length: sizes }, (_, index) =>
        node(
          'text',
          { class: 'chart-tick', x: left(index + 1) + slot / 2, y: frame.bottom + 16, 'text-anchor': 'middle' },
          words.number(index + 1),
        ),
      ),
      node(
        'text',
        { class: 'chart-axis', x: frame.right, y: frame.bottom + 34, 'text-anchor': 'end' },
        words.t('chart.batches.xAxis'),
      ),
    ],
    stops: [...executions].map(([size, count], index) => ({
      x: left(size) + slot / 2,
      y: y(count),
      words: words.t('chart.batches.stop', rows[index] ?? {}),
    })),
    table: {
      columns: ['size', 'executions', 'requests'].map((name) => words.t(`chart.batches.column.${name}`)),
      rows: rows.map(({ size, executions: count, requests }) => [size, count, requests]),
    },
  };
}
