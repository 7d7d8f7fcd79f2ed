import { DRAWING_SIDE, encodeDrawing } from './drawing.ts';

/** Half as wide as the line of a pen on this paper. */
export const PEN_RADIUS = 3;

type Point = readonly [x: number, y: number];

/** Where a pen goes to write each digit, in pixels from the upper left; a digit may take several strokes. */
const STROKES: readonly (readonly (readonly Point[])[])[] = [
  [curve(32, 32, 13, 20, 0, 360)],
  // Without a flag: one with a flag is a 3 to the classifier, which saw few of them.
  [
    [
      [32, 12],
      [32, 52],
    ],
  ],
  [[...curve(32, 23, 13, 12, 180, 390), [20, 52], [46, 52]]],
  [[...curve(31, 22, 12, 10, 200, 450), ...curve(31, 42, 13, 11, 270, 520)]],
  [
    [
      [38, 12],
      [18, 38],
      [48, 38],
    ],
    [
      [39, 26],
      [39, 54],
    ],
  ],
  [[[45, 12], [23, 12], [21, 30], ...curve(31, 40, 14, 12, 250, 510)]],
  [[...curve(46, 44, 26, 34, 245, 180), ...curve(31, 43, 11, 10, 180, 540)]],
  [
    [
      [18, 13],
      [46, 13],
      [28, 53],
    ],
    [
      [24, 33],
      [42, 33],
    ],
  ],
  [curve(32, 22, 10, 10, 0, 360), curve(32, 43, 12, 11, 0, 360)],
  [[...curve(32, 23, 12, 11, 0, 360), [43, 36], [36, 53]]],
];

/** Points of an ellipse around (x, y), from one angle to another in degrees; 0 is right, 90 is down. */
function curve(x: number, y: number, width: number, height: number, from: number, to: number): Point[] {
  const steps = 24;
  return Array.from({ length: steps + 1 }, (_, step): Point => {
    const angle = ((from + ((to - from) * step) / steps) * Math.PI) / 180;
    return [x + width * Math.cos(angle), y + height * Math.sin(angle)];
  });
}

/** Inks every pixel within the pen's radius of the line; pixels outside the paper are left out. Changes `pixels`. */
export function inkLine(pixels: boolean[], [fromX, fromY]: Point, [toX, toY]: Point): void {
  const length = Math.hypot(toX - fromX, toY - fromY) || 1;
  for (let y = 0; y < DRAWING_SIDE; y++)
    for (let x = 0; x < DRAWING_SIDE; x++) {
      const along = ((x - fromX) * (toX - fromX) + (y - fromY) * (toY - fromY)) / length ** 2;
      const share = Math.min(1, Math.max(0, along));
      const distance = Math.hypot(x - fromX - share * (toX - fromX), y - fromY - share * (toY - fromY));
      if (distance <= PEN_RADIUS) pixels[y * DRAWING_SIDE + x] = true;
    }
}

/** An empty sheet. */
export function blankPixels(): boolean[] {
  return Array.from({ length: DRAWING_SIDE ** 2 }, () => false);
}

/** A digit, 0 to 9, as a pen would write it, as text of drawing.ts. */
export function drawDigit(digit: number): string {
  const pixels = blankPixels();
  for (const stroke of STROKES[digit] ?? [])
    for (const [at, point] of stroke.entries()) inkLine(pixels, stroke[at - 1] ?? point, point);
  return encodeDrawing(pixels);
}
