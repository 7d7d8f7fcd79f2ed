import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';

const Known = z.object({ images: z.array(z.array(z.number())), labels: z.array(z.number()) });
let known: z.infer<typeof Known> | undefined;

/** A picture of that digit from the classifier's test set: share of ink in each of 8 x 8 blocks, row by row. Throws when there is none. */
export function knownDigit(digit: number): readonly number[] {
  known ??= Known.parse(JSON.parse(readFileSync(join(import.meta.dirname, '../engines/digits/known.json'), 'utf8')));
  const image = known.images[known.labels.indexOf(digit)];
  if (!image) throw new Error(`digits/known.json has no ${digit}`);
  return image;
}
