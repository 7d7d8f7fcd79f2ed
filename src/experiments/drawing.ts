/** A drawing is this many pixels high and wide, each ink or paper. */
export const DRAWING_SIDE = 64;
const PIXELS = DRAWING_SIDE * DRAWING_SIDE;
/** 512 bytes as base64url, without padding */
export const DRAWING_CHARACTERS = Math.ceil((PIXELS / 8) * (4 / 3));
const PATTERN = new RegExp(`^[A-Za-z0-9_-]{${DRAWING_CHARACTERS}}$`);

/** Pixels, row by row, true where there is ink -> text. One drawing has one text: 8 pixels a byte, the first the highest bit, as base64url. */
export function encodeDrawing(pixels: readonly boolean[]): string {
  const bytes = new Uint8Array(PIXELS / 8);
  for (const [at, isInk] of pixels.entries()) if (isInk) bytes[at >> 3]! |= 0x80 >> (at & 7);
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/** Text -> pixels, or undefined when `encodeDrawing` would not have written it. */
export function decodeDrawing(text: string): boolean[] | undefined {
  if (!PATTERN.test(text)) return undefined;
  const bytes = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const pixels = Array.from({ length: PIXELS }, (_, at) => (bytes.charCodeAt(at >> 3) & (0x80 >> (at & 7))) !== 0);
  // The last character has bits to spare.
  return encodeDrawing(pixels) === text ? pixels : undefined;
}
