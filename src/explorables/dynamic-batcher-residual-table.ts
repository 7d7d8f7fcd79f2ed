import { percentile } from '#metrics/percentile.ts';
import { type MarkupNode, node } from '#playground/chart/markup.ts';
import type { Words } from '#playground/ui-strings.ts';
import { COMPARED, type ComparedNumber, JUDGED, type PointResidual } from './dynamic-batcher-residual.ts';

/** One sentence of how far the simulator is off, and by how much at worst; for a page that states it. */
export function residualSentence(residuals: readonly PointResidual[], discarded: number, words: Words): string {
  const off = (name: ComparedNumber) => residuals.map(({ numbers }) => Math.abs(numbers[name].share));
  const values = Object.fromEntries(
    COMPARED.flatMap((name) => [
      [`${name}Median`, words.percent(percentile(off(name), 50))],
      [`${name}Worst`, words.percent(Math.max(...off(name)))],
    ]),
  );
  const within = residuals.filter(({ isWithin }) => isWithin).length;
  const fitted = residuals.filter(({ point }) => point.role === 'fit').length;
  return words.t('batcher.residual.sentence', {
    ...values,
    within,
    all: residuals.length,
    fitted,
    checked: residuals.length - fitted,
    discarded,
  });
}

/** Every measured setting: measured / simulated, and the difference with the spread of the repeats. */
export function residualTable(residuals: readonly PointResidual[], words: Words): MarkupNode {
  const t = (key: string, values?: Record<string, string | number>) => words.t(`batcher.residual.${key}`, values);
  const signed = (share: number) => `${share >= 0 ? '+' : '−'}${words.percent(Math.abs(share))}`;
  const rows = residuals.map(({ point, numbers, isWithin }) =>
    node(
      'tr',
      {},
      node('th', { scope: 'row' }, describePoint(point, words)),
      node('td', {}, t(point.role)),
      ...COMPARED.map((name) => {
        const { measured, simulated, share, spread, isWithin: ok } = numbers[name];
        const judged = (JUDGED as readonly string[]).includes(name);
        return node(
          'td',
          judged && !ok ? { class: 'residual-off' } : {},
          `${words.number(measured, 1)} / ${words.number(simulated, 1)} (${signed(share)}; ±${words.percent(spread)})`,
        );
      }),
      node('td', {}, t(isWithin ? 'yes' : 'no')),
    ),
  );
  const heads = ['setting', 'role', ...COMPARED, 'within'].map((name) =>
    node('th', { scope: 'col' }, t(`column.${name}`)),
  );
  return node('table', {}, node('thead', {}, node('tr', {}, ...heads)), node('tbody', {}, ...rows));
}

function describePoint({ batching, maxBatchSize, instances, workload }: PointResidual['point'], words: Words): string {
  const t = (key: string, values: Record<string, string | number>) => words.t(`batcher.residual.${key}`, values);
  const preferred = batching?.preferredBatchSizes ?? [];
  return [
    batching ? t('batching', { size: maxBatchSize, delay: batching.maxQueueDelayMs }) : words.t('batcher.residual.off'),
    ...(preferred.length > 0 ? [t('preferred', { sizes: preferred.join(', ') })] : []),
    ...(instances > 1 ? [t('instances', { count: instances })] : []),
    'clients' in workload ? t('clients', { count: workload.clients }) : t('rate', { rate: workload.requestsPerSecond }),
  ].join(words.t('batcher.listComma'));
}
