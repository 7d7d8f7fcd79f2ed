import type { Words } from '../ui-strings.ts';
import type { Chart } from './chart.ts';
import { element } from './html.ts';
import { exactTable } from './exact-table.ts';
import { keyboardCursor } from './keyboard-cursor.ts';
import { node, toSvg } from './markup.ts';

/** A chart on the page: drawing with a keyboard and pointer cursor, what the cursor stands on in words, and the exact values. */
export class ChartFigure {
  readonly root = element('figure', { class: 'chart' });
  readonly #title = element('figcaption', { class: 'chart-title' });
  readonly #caption = element('p', { class: 'chart-caption' });
  readonly #plot = element('div', { class: 'chart-plot' });
  readonly #readout = element('p', { class: 'chart-readout' });
  readonly #exact = exactTable();
  readonly #words: Words;
  readonly #cursor;
  #draw: ((width: number) => Chart) | undefined;
  #chart: Chart | undefined;

  constructor(words: Words) {
    this.#words = words;
    this.#exact.summary.textContent = words.t('chart.exactValues');
    this.#cursor = keyboardCursor(this.#plot, () => this.#moveCursor());
    // A tap has no move.
    for (const type of ['pointermove', 'pointerdown'] as const)
      this.#plot.addEventListener(type, (event) => this.#cursor.moveTo(this.#nearestStop(event.offsetX)));
    this.root.append(this.#title, this.#caption, this.#plot, this.#readout, this.#exact.root);
    new ResizeObserver(() => this.#render()).observe(this.#plot);
  }

  /** `draw` makes the chart for a width in pixels; it is called again when the width changes. A chart without a stop is not shown. */
  show(draw: (width: number) => Chart): void {
    this.#draw = draw;
    // What is hidden has no width to be drawn for.
    if (this.root.hidden) this.root.hidden = draw(0).stops.length === 0;
    this.#render();
  }

  #render(): void {
    const width = this.#plot.clientWidth;
    if (!this.#draw || width === 0) return;
    const chart = this.#draw(width);
    this.#chart = chart;
    this.#title.textContent = chart.title;
    this.#caption.textContent = chart.caption;
    this.root.hidden = chart.stops.length === 0;
    const { height } = chart;
    const cursor = node('line', { class: 'chart-cursor', y1: 0, y2: height });
    const attributes = { width, height, viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' };
    this.#plot.replaceChildren(toSvg(node('svg', attributes, ...chart.nodes, cursor)));
    this.#exact.show(chart.table);
    this.#cursor.describe(
      chart.title,
      chart.stops.map((stop) => stop.words),
    );
    this.#moveCursor();
  }

  #moveCursor(): void {
    const stop = this.#chart?.stops[this.#cursor.index];
    this.#readout.textContent = stop?.words ?? this.#words.t('chart.cursorHint');
    const line = this.#plot.querySelector('.chart-cursor');
    line?.toggleAttribute('hidden', !stop);
    line?.setAttribute('transform', `translate(${stop?.x ?? -10} 0)`);
  }

  #nearestStop(x: number): number {
    const distances = (this.#chart?.stops ?? []).map((stop) => Math.abs(stop.x - x));
    return distances.indexOf(Math.min(...distances));
  }
}
