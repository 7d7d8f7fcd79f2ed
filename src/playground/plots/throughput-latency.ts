import type { Origin } from '#contract/run-event.ts';
import type { Parameters } from '#contract/run-request.ts';
import type { SummaryMetric } from '#metrics/summarise-run.ts';
import { horizontalAxis, verticalAxis } from '../chart/axes.ts';
import type { Chart } from '../chart/chart.ts';
import { scaleFromZero } from '../chart/scale.ts';
import { type MarkupNode, node } from '../chart/markup.ts';
import type { Words } from '../ui-strings.ts';

const HEIGHT = 280;

/** A finished run of this page, as one point of the curve. */
export interface FinishedRun {
  origin: Origin;
  engine: string;
  concurrency: number;
  parameters: Parameters;
  summary: Partial<Record<SummaryMetric, number>>;
}

interface Point extends FinishedRun {
  throughput: number;
  latencyMs: number;
}

/** One point a run: tokens a second of the whole run against the median gap each reader felt. Only runs of one engine are joined. */
export function throughputLatency(runs: readonly FinishedRun[], words: Words, width: number): Chart {
  const points = runs.flatMap((run): Point[] => {
    const { outputTokensPerSecond: throughput, interTokenLatencyP50Ms: latencyMs } = run.summary;
    return throughput === undefined || latencyMs === undefined ? [] : [{ ...run, throughput, latencyMs }];
  });
  const frame = { left: 44, right: width - 24, top: 34, bottom: HEIGHT - 42 };
  const x = scaleFromZero(Math.max(0, ...points.map((point) => point.throughput)), frame.left, frame.right, 4);
  const y = scaleFromZero(Math.max(0, ...points.map((point) => point.latencyMs)), frame.bottom, frame.top, 4);
  const label = (value: number) => words.number(value);
  const rows = points.map((point) => ({
    concurrency: words.number(point.concurrency),
    throughput: words.number(point.throughput, 1),
    itl: words.milliseconds(point.latencyMs),
    ttft: point.summary.ttftP50Ms === undefined ? '' : words.milliseconds(point.summary.ttftP50Ms),
    engine: `${words.t(`origin.${point.origin}`)} · ${point.engine}`,
  }));
  const mark = (point: Point): MarkupNode =>
    node(
      'g',
      { class: `series-${point.origin}` },
      node('circle', { class: 'mark-point', cx: x(point.throughput), cy: y(point.latencyMs), r: 5 }),
      node(
        'text',
        { class: 'chart-label', x: x(point.throughput) + 8, y: y(point.latencyMs) - 8 },
        words.number(point.concurrency),
      ),
    );

  return {
    title: words.t('chart.load.title'),
    caption: words.t('chart.load.caption'),
    width,
    height: HEIGHT,
    nodes: [
      horizontalAxis(x, frame, words.t('chart.load.xAxis'), label),
      verticalAxis(y, frame, words.t('chart.load.yAxis'), label),
      ...[...Map.groupBy(points, (point) => `${point.origin} ${point.engine}`).values()].map((series) => {
        const inOrder = series.toSorted((a, b) => a.concurrency - b.concurrency);
        const path = inOrder.map((point) => `${x(point.throughput).toFixed(1)},${y(point.latencyMs).toFixed(1)}`);
        return node('polyline', { class: `mark-line series-${series[0]?.origin ?? 'live'}`, points: path.join(' ') });
      }),
      ...points.map(mark),
    ],
    stops: points.map((point, index) => ({
      x: x(point.throughput),
      y: y(point.latencyMs),
      words: words.t('chart.load.stop', rows[index] ?? {}),
    })),
    table: {
      columns: ['concurrency', 'throughput', 'itl', 'ttft', 'engine'].map((name) =>
        words.t(`chart.load.column.${name}`),
      ),
      rows: rows.map(({ concurrency, throughput, itl, ttft, engine }) => [concurrency, throughput, itl, ttft, engine]),
    },
  };
}
