/** The options chosen in one question, by position, and those that are correct. */
export interface Answered {
  id: string;
  chosen: readonly number[];
  correct: readonly number[];
}

export interface Grade {
  right: string[];
  wrong: string[];
  /** positions, from 1, of the questions with nothing chosen */
  open: number[];
}

/** A question is right when exactly its correct options are chosen. */
export function gradeQuiz(questions: readonly Answered[]): Grade {
  const grade: Grade = { right: [], wrong: [], open: [] };
  for (const [index, { id, chosen, correct }] of questions.entries()) {
    if (chosen.length === 0) grade.open.push(index + 1);
    else if (chosen.length === correct.length && chosen.every((option) => correct.includes(option)))
      grade.right.push(id);
    else grade.wrong.push(id);
  }
  return grade;
}
