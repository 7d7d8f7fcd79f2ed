import { type MarkupNode, node } from '#playground/chart/markup.ts';
import { visibleToken } from '#playground/plots/visible-token.ts';
import type { Words } from '#playground/ui-strings.ts';
import type { SamplerStages } from './sampler-stages.ts';

/**
 * The stages of a draw as one table that is the figure as well: a bar and its exact value in each cell. The build writes it
 * into the page, the element draws the same one again.
 */
export function samplerTable(stages: SamplerStages, texts: readonly string[], words: Words): MarkupNode {
  const t = (key: string, values?: Record<string, string | number>) => words.t(`explorable.sampler.${key}`, values);
  const columns = ['token', 'logit', 'tempered', 'filter', 'final'].map((name) =>
    node('th', { scope: 'col' }, t(`column.${name}`)),
  );
  const rows = stages.candidates.map((candidate) => {
    const drawn = candidate.id === stages.drawnId;
    return node(
      'tr',
      { ...(drawn && { 'data-drawn': '' }), ...(candidate.final === 0 && { 'data-dropped': '' }) },
      node(
        'th',
        { scope: 'row' },
        visibleToken(texts[candidate.id] ?? ''),
        ...(drawn ? [node('span', {}, t('drawn'))] : []),
      ),
      node('td', {}, words.number(candidate.logit)),
      share(candidate.tempered, words),
      node('td', {}, candidate.droppedBy ? words.t(`parameter.${candidate.droppedBy}`) : ''),
      share(candidate.final, words),
    );
  });
  const others = node(
    'tr',
    { class: 'sampler-others' },
    node('th', { scope: 'row' }, t('others', { count: stages.others.count })),
    node('td', {}, ''),
    share(stages.others.tempered, words),
    node('td', {}, ''),
    share(stages.others.final, words),
  );
  return node(
    'table',
    { class: 'sampler-table' },
    node('caption', {}, t('tableCaption')),
    node('thead', {}, node('tr', {}, ...columns)),
    node('tbody', {}, ...rows, others),
  );
}

function share(value: number, words: Words): MarkupNode {
  const bar = node('span', { class: 'sampler-bar', style: `--share: ${value.toFixed(4)}` }, '');
  return node('td', { class: 'sampler-share' }, bar, words.percent(value));
}

/** What happened in one sentence each: how the filters thinned the candidates, and what the draw took. */
export function samplerSentences(stages: SamplerStages, texts: readonly string[], words: Words): [string, string] {
  const token = visibleToken(texts[stages.drawnId] ?? '');
  if (stages.isGreedy)
    return [words.t('explorable.sampler.greedy'), words.t('explorable.sampler.drawGreedy', { token })];
  return [
    words.t('explorable.sampler.kept', stages.kept),
    words.t('explorable.sampler.draw', { random: words.number(stages.random, 4), token }),
  ];
}
