import { horizontalAxis, verticalAxis } from '#playground/chart/axes.ts';
import type { Chart } from '#playground/chart/chart.ts';
import { type MarkupNode, node } from '#playground/chart/markup.ts';
import { type Scale, niceTicks, scaleFromZero } from '#playground/chart/scale.ts';
import type { Words } from '#playground/ui-strings.ts';
import type { BatcherTrace } from '#simulators/batcher-trace.ts';
import { WINDOW_MS } from './dynamic-batcher-state.ts';

const LANE_HEIGHT = 34;
const LANE_GAP = 8;
const LEFT = 34;
const AXIS_HEIGHT = 42;
const QUEUE_HEIGHT = 180;
/** Below this width, in pixels, a number does not fit into a batch. */
const MIN_LABEL = 14;

/** A lane for each instance with its batches, and above them a tick for each request that arrives. */
export function batcherTimeline(trace: BatcherTrace, words: Words, width: number, fromMs: number): Chart {
  const toMs = fromMs + WINDOW_MS;
  const x = windowScale(fromMs, toMs, LEFT, width - 12, width < 480 ? 4 : 8);
  const top = 28;
  const bottom = top + trace.instances * (LANE_HEIGHT + LANE_GAP);
  const arrived = trace.requests.filter(({ queuedAtMs }) => queuedAtMs >= fromMs && queuedAtMs <= toMs);
  const batches = trace.batches.filter(({ startedAtMs, endedAtMs }) => endedAtMs > fromMs && startedAtMs < toMs);
  const rows = batches.map((batch) => {
    const oldestMs = Math.min(...batch.requests.map((id) => trace.requests[id]!.queuedAtMs));
    return {
      batch: words.number(batch.id + 1),
      instance: words.number(batch.instance + 1),
      start: words.milliseconds(batch.startedAtMs),
      end: words.milliseconds(batch.endedAtMs),
      size: words.number(batch.requests.length),
      waited: words.milliseconds(batch.startedAtMs - oldestMs),
    };
  });
  const laneY = (instance: number) => top + instance * (LANE_HEIGHT + LANE_GAP);
  const marks = batches.map((batch): MarkupNode => {
    const [left, right] = [Math.max(x(fromMs), x(batch.startedAtMs)), Math.min(x(toMs), x(batch.endedAtMs))];
    const y = laneY(batch.instance);
    const label = node(
      'text',
      { class: 'batch-size', x: (left + right) / 2, y: y + 22, 'text-anchor': 'middle' },
      words.number(batch.requests.length),
    );
    return node(
      'g',
      {},
      node('rect', { class: 'mark-batch', x: left, y, width: Math.max(1, right - left - 1), height: LANE_HEIGHT }),
      ...(right - left >= MIN_LABEL ? [label] : []),
    );
  });
  const ticks = (urgent: boolean) =>
    node('path', {
      class: urgent ? 'mark-arrival mark-urgent' : 'mark-arrival',
      d: arrived
        .filter(({ priority }) => (priority === 1) === urgent)
        .map(({ queuedAtMs }) => `M${x(queuedAtMs).toFixed(1)} ${urgent ? 2 : 10}V20`)
        .join(''),
    });
  return {
    title: words.t('batcher.timeline.title'),
    caption: words.t('batcher.timeline.caption', { from: fromMs, to: toMs }),
    width,
    height: bottom + AXIS_HEIGHT,
    nodes: [
      horizontalAxis(x, { left: LEFT, right: width - 4, top, bottom }, words.t('batcher.axis.time'), (tick) =>
        words.number(tick),
      ),
      ticks(false),
      ticks(true),
      ...Array.from({ length: trace.instances }, (_, instance) =>
        node(
          'text',
          { class: 'chart-tick', x: LEFT - 8, y: laneY(instance) + 22, 'text-anchor': 'end' },
          words.number(instance + 1),
        ),
      ),
      ...marks,
    ],
    stops: batches.map((batch, index) => ({
      x: Math.max(x(fromMs), x(batch.startedAtMs)),
      y: laneY(batch.instance),
      words: words.t('batcher.timeline.stop', rows[index] ?? {}),
    })),
    table: {
      columns: ['batch', 'instance', 'start', 'end', 'size', 'waited'].map((name) =>
        words.t(`batcher.timeline.column.${name}`),
      ),
      rows: rows.map(({ batch, instance, start, end, size, waited }) => [batch, instance, start, end, size, waited]),
    },
  };
}

/** How many requests wait, over the whole run: the most in each step of time. */
export function queueChart(trace: BatcherTrace, words: Words, width: number): Chart {
  const lastMs = trace.waiting.at(-1)?.atMs ?? 0;
  const frame = { left: 44, right: width - 16, top: 30, bottom: QUEUE_HEIGHT - AXIS_HEIGHT };
  const steps = mostWaiting(trace, lastMs, width < 480 ? 40 : 80);
  const x = scaleFromZero(lastMs / 1000, frame.left, frame.right, width < 480 ? 4 : 8);
  const y = scaleFromZero(Math.max(1, ...steps.map(({ requests }) => requests)), frame.bottom, frame.top, 3);
  const path = steps.map(({ atMs, untilMs, requests }, index) => {
    const level = y(requests).toFixed(1);
    return `${index === 0 ? 'M' : 'L'}${x(atMs / 1000).toFixed(1)} ${level}H${x(untilMs / 1000).toFixed(1)}`;
  });
  const rows = steps.map(({ atMs, requests }) => [words.number(atMs / 1000, 2), words.number(requests)]);
  return {
    title: words.t('batcher.queue.title'),
    caption: words.t('batcher.queue.caption'),
    width,
    height: QUEUE_HEIGHT,
    nodes: [
      horizontalAxis(x, frame, words.t('batcher.axis.seconds'), (tick) => words.number(tick)),
      verticalAxis(y, frame, words.t('batcher.axis.waiting'), (tick) => words.number(tick)),
      node('path', { class: 'mark-line series-simulated', d: path.join('') }),
    ],
    stops: steps.map(({ atMs, requests }) => ({
      x: x(atMs / 1000),
      y: y(requests),
      words: words.t('batcher.queue.stop', { at: words.number(atMs / 1000, 2), requests }),
    })),
    table: { columns: ['at', 'requests'].map((name) => words.t(`batcher.queue.column.${name}`)), rows },
  };
}

function mostWaiting({ waiting }: BatcherTrace, lastMs: number, count: number) {
  const stepMs = Math.max(1, lastMs / count);
  let next = 0;
  let current = 0;
  return Array.from({ length: Math.max(1, Math.floor(lastMs / stepMs)) }, (_, index) => {
    const atMs = index * stepMs;
    const untilMs = atMs + stepMs;
    let most = current;
    for (; next < waiting.length && waiting[next]!.atMs < untilMs; next++) {
      current = waiting[next]!.requests;
      most = Math.max(most, current);
    }
    return { atMs, untilMs, requests: most };
  });
}

/** A scale over a stretch of time that need not begin at 0. */
function windowScale(fromMs: number, toMs: number, left: number, right: number, count: number): Scale {
  const map = (value: number) => left + ((right - left) * (value - fromMs)) / (toMs - fromMs);
  return Object.assign(map, { ticks: niceTicks(toMs - fromMs, count).map((tick) => tick + fromMs) });
}

/** A chart as the build writes it: the drawing as wide as its column, and the exact values in a fold. */
export function staticFigure(chart: Chart, words: Words): MarkupNode {
  const { title, caption, width, height, nodes, table } = chart;
  const cells = (tag: string, row: readonly string[]) => node('tr', {}, ...row.map((cell) => node(tag, {}, cell)));
  return node(
    'figure',
    { class: 'chart' },
    node('figcaption', { class: 'chart-title' }, title),
    node('p', { class: 'chart-caption' }, caption),
    node(
      'div',
      { class: 'chart-plot' },
      node('svg', { viewBox: `0 0 ${width} ${height}`, class: 'batcher-static', 'aria-hidden': 'true' }, ...nodes),
    ),
    node(
      'details',
      { class: 'chart-exact' },
      node('summary', {}, words.t('chart.exactValues')),
      node(
        'div',
        { class: 'chart-table' },
        node(
          'table',
          {},
          node('thead', {}, cells('th', table.columns)),
          node('tbody', {}, ...table.rows.map((row) => cells('td', row))),
        ),
      ),
    ),
  );
}
