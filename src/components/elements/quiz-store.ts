/**
 * What is kept of a quiz, on this device only, under `eis:v1:quiz:<page>:<quiz id>`:
 *
 *     { "checkedAt": "2026-11-21T09:00:00.000Z", "answers": { "<question id>": [<chosen option, from 0>, ...] } }
 *
 * Written when the learner presses Check, removed by Start again. `<page>` has no language in it, so a result holds in
 * both. Ids and the order of options are the same in both languages (a content check). Answers to questions that are no
 * longer there are ignored. A change of this shape takes `v2`; an unknown shape reads as "not answered".
 */
export interface StoredQuiz {
  checkedAt: string;
  answers: Record<string, number[]>;
}

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** The stored result, or undefined when there is none, it is not ours, or storage is off. */
export function readQuiz(store: Store, key: string): StoredQuiz | undefined {
  try {
    const stored: unknown = JSON.parse(store.getItem(key) ?? 'null');
    return isStoredQuiz(stored) ? stored : undefined;
  } catch {
    return undefined;
  }
}

/** Storage may be off or full: then the result lasts as long as the page. */
export function writeQuiz(store: Store, key: string, quiz: StoredQuiz | undefined): void {
  try {
    if (quiz) store.setItem(key, JSON.stringify(quiz));
    else store.removeItem(key);
  } catch {
    return;
  }
}

function isStoredQuiz(value: unknown): value is StoredQuiz {
  if (typeof value !== 'object' || value === null) return false;
  const { checkedAt, answers } = value as Partial<Record<keyof StoredQuiz, unknown>>;
  return (
    typeof checkedAt === 'string' &&
    typeof answers === 'object' &&
    answers !== null &&
    Object.values(answers).every((chosen) => Array.isArray(chosen) && chosen.every(Number.isInteger))
  );
}
