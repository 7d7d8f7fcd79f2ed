import type { MarkupNode } from './markup.ts';

/** A place the cursor can stand on: what is there, in words, and where to draw the cursor. */
export interface CursorStop {
  x: number;
  y: number;
  words: string;
}

/** A drawing with everything that must stand beside it: its name, the stops of its cursor and its exact values. */
export interface Chart {
  title: string;
  /** one sentence that says what to look at */
  caption: string;
  width: number;
  height: number;
  nodes: readonly MarkupNode[];
  stops: readonly CursorStop[];
  table: { columns: readonly string[]; rows: readonly (readonly string[])[] };
}
