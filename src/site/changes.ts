import * as z from 'zod/mini';
import changesFile from '../../content/changes.json' with { type: 'json' };

const Words = z.strictObject({ title: z.string().check(z.minLength(1)), text: z.string().check(z.minLength(1)) });

const Change = z.strictObject({
  /** names the change for ever: feed readers know by it what they have shown */
  id: z.string().check(z.regex(/^[a-z0-9-]+$/)),
  /** the day it was published, `YYYY-MM-DD` */
  day: z.iso.date(),
  /** where it can be seen, below the language folder; `` is the front page */
  page: z.string(),
  en: Words,
  'zh-TW': Words,
});
export type Change = z.infer<typeof Change>;

/** What changed in the course, newest first: content/changes.json, written by hand with each publication. */
export const changes: readonly Change[] = z
  .array(Change)
  .parse(changesFile)
  .toSorted((a, b) => b.day.localeCompare(a.day));
