import { z } from 'astro/zod';

/** What a lesson says about itself beside Starlight's own fields. Pages that teach nothing (landing, 404) leave it out. */
export const courseFrontmatter = z.object({
  lesson: z
    .strictObject({
      /** The lesson's number in the course outline, such as `V12`: the same in both languages, unique in each. */
      code: z.string().regex(/^[A-Z]+\d+$/, 'a letter or two and a number, such as V12'),
      /** Which track it belongs to; `both` for what the two share. */
      track: z.enum(['vllm', 'triton', 'both']),
      /** Reading and running time in minutes, for a reader who runs everything once. */
      minutes: z.int().positive().optional(),
      /** What a reader can do afterwards: each a sentence that starts with a verb and can be tested. */
      outcomes: z.array(z.string().min(8)).min(1),
    })
    .optional(),
});
