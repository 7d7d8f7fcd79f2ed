import type { Scale } from './scale.ts';
import { type MarkupNode, node } from './markup.ts';

export interface Frame {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** A horizontal axis below the frame: hairlines, numbers, and its name at the right end. */
export function horizontalAxis(scale: Scale, frame: Frame, name: string, label: (value: number) => string): MarkupNode {
  const ticks = scale.ticks.flatMap((tick) => [
    node('line', { class: 'chart-grid', x1: scale(tick), x2: scale(tick), y1: frame.top, y2: frame.bottom }),
    node('text', { class: 'chart-tick', x: scale(tick), y: frame.bottom + 16, 'text-anchor': 'middle' }, label(tick)),
  ]);
  const title = node('text', { class: 'chart-axis', x: frame.right, y: frame.bottom + 34, 'text-anchor': 'end' }, name);
  return node('g', {}, ...ticks, title);
}

/** A vertical axis left of the frame: hairlines, numbers, and its name above them. */
export function verticalAxis(scale: Scale, frame: Frame, name: string, label: (value: number) => string): MarkupNode {
  const ticks = scale.ticks.flatMap((tick) => [
    node('line', { class: 'chart-grid', x1: frame.left, x2: frame.right, y1: scale(tick), y2: scale(tick) }),
    node('text', { class: 'chart-tick', x: frame.left - 6, y: scale(tick) + 4, 'text-anchor': 'end' }, label(tick)),
  ]);
  return node('g', {}, ...ticks, node('text', { class: 'chart-axis', x: 0, y: frame.top - 10 }, name));
}
