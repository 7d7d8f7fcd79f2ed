import { inferenceTimings } from '#metrics/inference-timings.ts';
import { horizontalAxis } from '../chart/axes.ts';
import type { Chart } from '../chart/chart.ts';
import { node } from '../chart/markup.ts';
import { scaleFromZero } from '../chart/scale.ts';
import type { RunState } from '../run-state.ts';
import type { Words } from '../ui-strings.ts';

const TOP = 8;
const AXIS_HEIGHT = 42;
const LEFT = 34;
/** Lanes are thinner where there are many; all of them stay in sight. */
const LANES_HEIGHT = 480;
const TALLEST_LANE = 14;

/** A lane per answered request: the wait, with the way there and back, then the computing. Those of one batch end together. */
export function inferenceLanes(state: RunState, words: Words, width: number): Chart {
  const timings = inferenceTimings(state.events);
  const pitch = Math.min(TALLEST_LANE + 4, LANES_HEIGHT / Math.max(1, timings.length));
  const height = pitch * 0.8;
  const bottom = TOP + Math.max(1, timings.length) * pitch;
  const lastMs = Math.max(0, ...timings.map(({ answeredAtMs }) => answeredAtMs));
  const x = scaleFromZero(lastMs, LEFT, width - 16, width < 480 ? 4 : 8);
  const rows = timings.map((timing) => ({
    request: words.number(timing.request + 1),
    sent: words.milliseconds(timing.sentAtMs),
    wait: words.milliseconds(timing.waitMs),
    compute: words.milliseconds(timing.computeMs),
    total: words.milliseconds(timing.answeredAtMs - timing.sentAtMs),
    batch: words.number(timing.batchSize),
    instance: timing.instance,
  }));
  const labelEvery = Math.ceil(14 / pitch);

  return {
    title: words.t('chart.inference.title'),
    caption: words.t('chart.inference.caption'),
    width,
    height: bottom + AXIS_HEIGHT,
    nodes: [
      horizontalAxis(x, { left: LEFT, right: width - 4, top: TOP, bottom }, words.t('chart.lanes.axis'), (tick) =>
        words.number(tick),
      ),
      ...timings.map(({ sentAtMs, answeredAtMs, computeMs, request }, lane) => {
        const y = TOP + lane * pitch;
        const band = (from: number, to: number, kind: string) =>
          node('rect', { class: kind, x: x(from), width: Math.max(0.5, x(to) - x(from)), y, height });
        return node(
          'g',
          {},
          ...(lane % labelEvery === 0
            ? [
                node(
                  'text',
                  { class: 'chart-tick', x: LEFT - 6, y: y + 11, 'text-anchor': 'end' },
                  words.number(request + 1),
                ),
              ]
            : []),
          band(sentAtMs, answeredAtMs - computeMs, 'mark-queue'),
          band(answeredAtMs - computeMs, answeredAtMs, 'mark-compute'),
        );
      }),
    ],
    stops: timings.map(({ answeredAtMs }, lane) => ({
      x: x(answeredAtMs),
      y: TOP + lane * pitch,
      words: words.t('chart.inference.stop', rows[lane] ?? {}),
    })),
    table: {
      columns: ['request', 'sent', 'wait', 'compute', 'total', 'batch', 'instance'].map((name) =>
        words.t(`chart.inference.column.${name}`),
      ),
      rows: rows.map(({ request, sent, wait, compute, total, batch, instance }) => [
        request,
        sent,
        wait,
        compute,
        total,
        batch,
        instance,
      ]),
    },
  };
}
