import { describe, expect, it } from 'vitest';
import { gradeQuiz } from '../../src/components/elements/quiz-grade.ts';
import { readQuiz, writeQuiz } from '../../src/components/elements/quiz-store.ts';

describe('a quiz', () => {
  it('is right in a question when exactly its correct options are chosen', () => {
    expect(
      gradeQuiz([
        { id: 'one', chosen: [1], correct: [1] },
        { id: 'other', chosen: [0], correct: [1] },
        { id: 'both', chosen: [0, 2], correct: [0, 2] },
        { id: 'half', chosen: [0], correct: [0, 2] },
        { id: 'more', chosen: [0, 1, 2], correct: [0, 2] },
        { id: 'open', chosen: [], correct: [0] },
      ]),
    ).toEqual({ right: ['one', 'both'], wrong: ['other', 'half', 'more'], open: [6] });
  });
});

describe('the stored result', () => {
  const store = () => {
    const values = new Map<string, string>();
    return {
      getItem: (key: string) => values.get(key) ?? null,
      setItem: (key: string, value: string) => void values.set(key, value),
      removeItem: (key: string) => void values.delete(key),
    };
  };
  const quiz = { checkedAt: '2026-11-21T00:00:00.000Z', answers: { a: [0, 2] } };

  it('comes back as it was, and goes when it is removed', () => {
    const place = store();
    writeQuiz(place, 'k', quiz);
    expect(readQuiz(place, 'k')).toEqual(quiz);
    writeQuiz(place, 'k', undefined);
    expect(readQuiz(place, 'k')).toBeUndefined();
  });

  for (const foreign of ['', '{', '1', 'null', '[]', '{"answers":{"a":"0"},"checkedAt":""}', '{"checkedAt":"x"}'])
    it(`reads foreign data as not answered: ${JSON.stringify(foreign)}`, () => {
      const place = store();
      place.setItem('k', foreign);
      expect(readQuiz(place, 'k')).toBeUndefined();
    });

  it('survives a browser that refuses storage', () => {
    const refuse = () => {
      throw new DOMException('denied', 'SecurityError');
    };
    const place = { getItem: refuse, setItem: refuse, removeItem: refuse };
    expect(readQuiz(place, 'k')).toBeUndefined();
    expect(() => writeQuiz(place, 'k', quiz)).not.toThrow();
  });
});
