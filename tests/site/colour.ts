/** Linear-light red, green and blue, 0 to 1. */
export type Linear = [number, number, number];

/** `#rrggbb` -> linear light, by the sRGB transfer curve. */
export function linearFrom(hex: string): Linear {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** WCAG 2 contrast of two colours, 1 to 21. https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
export function contrast(a: string, b: string): number {
  const luminance = ([red, green, blue]: Linear) => 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  const [low = 0, high = 0] = [luminance(linearFrom(a)), luminance(linearFrom(b))].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** What a colour looks like without one kind of cone: Machado, Oliveira and Fernandes 2009, severity 1, in linear light. */
const visions: Record<string, [Linear, Linear, Linear]> = {
  full: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** The kinds of colour vision that `difference` knows. */
export const visionNames = Object.keys(visions);

/** CIE 1976 colour difference of two colours as one kind of vision sees them; about 2 is the least that can be noticed. */
export function difference(a: string, b: string, vision: string): number {
  const rows = visions[vision];
  if (!rows) throw new Error(`No such vision: ${vision}`);
  const seen = (hex: string) => {
    const colour = linearFrom(hex);
    return labFrom(rows.map((row) => row.reduce((sum, weight, at) => sum + weight * colour[at]!, 0)) as Linear);
  };
  const [first, second] = [seen(a), seen(b)];
  return Math.hypot(...first.map((value, at) => value - second[at]!));
}

function labFrom([red, green, blue]: Linear): Linear {
  const curve = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = curve((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047);
  const y = curve(0.2126 * red + 0.7152 * green + 0.0722 * blue);
  const z = curve((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
