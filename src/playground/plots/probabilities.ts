import { verticalAxis } from '../chart/axes.ts';
import type { Chart } from '../chart/chart.ts';
import { node } from '../chart/markup.ts';
import { scaleFromZero } from '../chart/scale.ts';
import type { RunState } from '../run-state.ts';
import type { Words } from '../ui-strings.ts';

const HEIGHT = 220;
const CLASSES = 10;

/** How probable the classifier finds each digit: the run's last answer. */
export function probabilities(state: RunState, words: Words, width: number): Chart {
  const given = state.events.findLast((event) => event.type === 'response')?.output['probabilities'];
  const shares = Array.isArray(given) ? given.map(Number) : [];
  const frame = { left: 44, right: width - 8, top: 30, bottom: HEIGHT - 40 };
  const y = scaleFromZero(1, frame.bottom, frame.top, 4);
  const slot = (frame.right - frame.left) / CLASSES;
  const middle = (digit: number) => frame.left + (digit + 0.5) * slot;
  const rows = shares.map((share, digit) => ({ digit: words.number(digit), share: words.percent(share) }));

  return {
    title: words.t('chart.probabilities.title'),
    caption: words.t('chart.probabilities.caption'),
    width,
    height: HEIGHT,
    nodes: [
      verticalAxis(y, frame, words.t('chart.probabilities.yAxis'), (tick) => words.percent(tick)),
      ...shares.map((share, digit) =>
        node('rect', {
          class: 'mark-compute',
          x: middle(digit) - slot * 0.4,
          width: slot * 0.8,
          y: y(share),
          height: Math.max(0, frame.bottom - y(share)),
        }),
      ),
      ...Array.from({ length: CLASSES }, (_, digit) =>
        node(
          'text',
          { class: 'chart-tick', x: middle(digit), y: frame.bottom + 16, 'text-anchor': 'middle' },
          words.number(digit),
        ),
      ),
    ],
    stops: shares.map((share, digit) => ({
      x: middle(digit),
      y: y(share),
      words: words.t('chart.probabilities.stop', rows[digit] ?? {}),
    })),
    table: {
      columns: ['digit', 'share'].map((name) => words.t(`chart.probabilities.column.${name}`)),
      rows: rows.map(({ digit, share }) => [digit, share]),
    },
  };
}
