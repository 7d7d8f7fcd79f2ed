import * as z from 'zod/mini';

const Text = z.string().check(z.minLength(1, 'must not be empty'));

const QuizOption = z.strictObject({
  /** `code` and **bold** are drawn */
  text: Text,
  correct: z.optional(z.boolean()),
  /** shown when the option was chosen: why it is right, or what it mistakes */
  feedback: Text,
});

const QuizQuestion = z.strictObject({
  /** the same in both languages; names the stored answer */
  id: z.string().check(z.regex(/^[a-z0-9-]+$/, 'must be small Latin letters, digits and -')),
  question: Text,
  options: z.array(QuizOption).check(
    z.minLength(3, 'must be at least 3'),
    z.refine((options) => options.some(({ correct }) => correct === true), 'mark at least one option correct: true'),
    z.refine((options) => options.some(({ correct }) => correct !== true), 'leave at least one option wrong'),
  ),
});
export type QuizQuestion = z.infer<typeof QuizQuestion>;

/** What `<Quiz questions={...}>` takes. One correct option gives radio buttons, several give check boxes. */
export const QuizQuestions = z.array(QuizQuestion).check(
  z.minLength(1, 'write at least one question'),
  z.refine(
    (questions) => new Set(questions.map(({ id }) => id)).size === questions.length,
    'two questions share an id',
  ),
);
