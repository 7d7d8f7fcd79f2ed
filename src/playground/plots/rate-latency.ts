import { horizontalAxis, verticalAxis } from '../chart/axes.ts';
import type { Chart } from '../chart/chart.ts';
import { node } from '../chart/markup.ts';
import { scaleFromZero } from '../chart/scale.ts';
import type { Words } from '../ui-strings.ts';
import type { FinishedRun } from './throughput-latency.ts';

const HEIGHT = 280;

interface Point extends FinishedRun {
  rate: number;
  latencyMs: number;
  setting: string;
}

/** One point a finished run: requests a second against the median latency. */
export function rateLatency(runs: readonly FinishedRun[], words: Words, width: number): Chart {
  const points = runs.flatMap((run): Point[] => {
    const { requestsPerSecond: rate, endToEndP50Ms: latencyMs } = run.summary;
    const setting = words.t(`choice.batching.${String(run.parameters['batching'])}`);
    return rate === undefined || latencyMs === undefined ? [] : [{ ...run, rate, latencyMs, setting }];
  });
  const frame = { left: 44, right: width - 24, top: 34, bottom: HEIGHT - 42 };
  const x = scaleFromZero(Math.max(0, ...points.map(({ rate }) => rate)), frame.left, frame.right, 4);
  const y = scaleFromZero(Math.max(0, ...points.map(({ latencyMs }) => latencyMs)), frame.bottom, frame.top, 4);
  const label = (value: number) => words.number(value);
  const rows = points.map(({ rate, latencyMs, setting, summary, origin, engine }) => ({
    setting,
    rate: words.number(rate, 1),
    latency: words.milliseconds(latencyMs),
    batch: summary.meanBatchSize === undefined ? '' : words.number(summary.meanBatchSize, 1),
    engine: `${words.t(`origin.${origin}`)} · ${engine}`,
  }));

  return {
    title: words.t('chart.rate.title'),
    caption: words.t('chart.rate.caption'),
    width,
    height: HEIGHT,
    nodes: [
      horizontalAxis(x, frame, words.t('chart.rate.xAxis'), label),
      verticalAxis(y, frame, words.t('chart.rate.yAxis'), label),
      ...points.map(({ rate, latencyMs, origin, setting }) => {
        const isRight = x(rate) > width / 2;
        return node(
          'g',
          { class: `series-${origin}` },
          node('circle', { class: 'mark-point', cx: x(rate), cy: y(latencyMs), r: 5 }),
          node(
            'text',
            {
              class: 'chart-label',
              x: x(rate) + (isRight ? -8 : 8),
              y: y(latencyMs) - 8,
              'text-anchor': isRight ? 'end' : 'start',
            },
            setting,
          ),
        );
      }),
    ],
    stops: points.map(({ rate, latencyMs }, index) => ({
      x: x(rate),
      y: y(latencyMs),
      words: words.t('chart.rate.stop', rows[index] ?? {}),
    })),
    table: {
      columns: ['setting', 'rate', 'latency', 'batch', 'engine'].map((name) => words.t(`chart.rate.column.${name}`)),
      rows: rows.map(({ setting, rate, latency, batch, engine }) => [setting, rate, latency, batch, engine]),
    },
  };
}
