import { percentile } from '#metrics/percentile.ts';
import { type MarkupNode, node } from '#playground/chart/markup.ts';
import type { Words } from '#playground/ui-strings.ts';
import type { BatcherTrace } from '#simulators/batcher-trace.ts';
import { servedInTrace } from './dynamic-batcher-residual.ts';
import { summariseServed } from './dynamic-batcher-summary.ts';

/** What a trace comes to. Times in milliseconds; NaN where nothing was served. */
export interface BatcherNumbers {
  throughputPerSecond: number;
  meanBatch: number;
  latencyP50Ms: number;
  latencyP99Ms: number;
  /** in the queue and in a batch that waits for an instance */
  meanQueueMs: number;
  /** share of the time in which an instance was at work, over all of them */
  utilisation: number;
  refused: number;
  /** undefined without priority levels */
  urgentP99Ms: number | undefined;
  otherP99Ms: number | undefined;
}

export function numbersOf(trace: BatcherTrace): BatcherNumbers {
  const { requests, batches, instances } = trace;
  const summary = summariseServed(servedInTrace(trace));
  const served = requests.filter(({ startedAtMs }) => startedAtMs !== undefined);
  const waitMs = served.reduce((sum, each) => sum + each.startedAtMs! - each.queuedAtMs, 0);
  const busyMs = batches.reduce((sum, each) => sum + each.endedAtMs - each.startedAtMs, 0);
  const lastMs = batches.reduce((last, { endedAtMs }) => Math.max(last, endedAtMs), 0);
  const p99Of = (priority: number) => {
    const latencies = served
      .filter((each) => each.priority === priority)
      .map((each) => each.answeredAtMs! - each.sentAtMs);
    return latencies.length > 0 ? percentile(latencies, 99) : undefined;
  };
  return {
    ...summary,
    meanQueueMs: waitMs / served.length,
    utilisation: busyMs / (lastMs * instances),
    refused: requests.length - served.length,
    urgentP99Ms: p99Of(1),
    otherP99Ms: p99Of(2),
  };
}

/** Settings side by side, one row a number. The build writes it into the page, the element draws it again. */
export function numbersTable(columns: readonly { id: string; numbers: BatcherNumbers }[], words: Words): MarkupNode {
  const ms = (value: number | undefined) =>
    value === undefined || Number.isNaN(value) ? '–' : words.milliseconds(value);
  const plain = (digits: number) => (value: number) => words.number(value, digits);
  const rows: [keyof BatcherNumbers, (value: never) => string][] = [
    ['throughputPerSecond', plain(1)],
    ['meanBatch', plain(2)],
    ['latencyP50Ms', ms],
    ['latencyP99Ms', ms],
    ['meanQueueMs', ms],
    ['utilisation', (value) => words.percent(value)],
    ['refused', plain(0)],
  ];
  if (columns.some(({ numbers }) => numbers.urgentP99Ms !== undefined))
    rows.push(['urgentP99Ms', ms], ['otherP99Ms', ms]);
  return node(
    'table',
    { class: 'batcher-numbers' },
    node('caption', {}, words.t('batcher.numbers')),
    node(
      'thead',
      {},
      node(
        'tr',
        {},
        node('td', {}, ''),
        ...columns.map(({ id }) => node('th', { scope: 'col' }, words.t(`batcher.column.${id}`))),
      ),
    ),
    node(
      'tbody',
      {},
      ...rows.map(([name, write]) =>
        node(
          'tr',
          {},
          node('th', { scope: 'row' }, words.t(`batcher.number.${name}`)),
          ...columns.map(({ numbers }) => node('td', {}, write(numbers[name] as never))),
        ),
      ),
    ),
  );
}
