import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkText } from '#site/checks/words.ts';

interface Part {
  questions: string[];
  heldOut: string;
  answer: string;
  key: string[];
}
interface Fact {
  id: string;
  topic: string;
  en: Part;
  zh: Part;
}

const FEWEST_QUESTIONS = 600;
const folder = new URL('../../playground-server/engines/tiny-model/corpus/', import.meta.url);
const facts = readdirSync(folder)
  .filter((file) => file.endsWith('.jsonl'))
  .flatMap((file) => readFileSync(new URL(file, folder), 'utf8').trim().split('\n'))
  .map((line) => JSON.parse(line) as Fact);

/** Two questions that differ only in case, space or punctuation are the same question. */
const normalise = (question: string) => question.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');

describe.each(['en', 'zh'] as const)('the corpus in %s', (language) => {
  const parts = facts.map((fact) => ({ id: fact.id, ...fact[language] }));

  test('has six different questions a fact, and enough of them', () => {
    for (const { id, questions } of parts) expect(new Set(questions.map(normalise)).size, id).toBe(6);
    expect(parts.flatMap(({ questions }) => questions).length).toBeGreaterThanOrEqual(FEWEST_QUESTIONS);
  });

  test('never trains on a held-out question', () => {
    const trained = new Set(facts.flatMap(({ en, zh }) => [...en.questions, ...zh.questions]).map(normalise));
    expect(parts.filter(({ heldOut }) => trained.has(normalise(heldOut))).map(({ id }) => id)).toEqual([]);
  });

  test('can tell the right answer of each fact by any of its keys', () => {
    for (const { id, answer, key } of parts) {
      expect(key.length, id).toBeGreaterThan(0);
      for (const phrase of key) expect(answer.toLowerCase(), id).toContain(phrase.toLowerCase());
    }
  });

  test('does not take the answer of another fact for right', () => {
    const confused = parts.flatMap(({ id, key }) =>
      parts
        .filter((other) => other.id !== id && key.some((phrase) => other.answer.toLowerCase().includes(phrase)))
        .map((other) => `${id} and ${other.id}`),
    );
    // A key that two facts share makes the evaluation generous: a few related facts may, no more.
    expect(confused.length, confused.join('; ')).toBeLessThanOrEqual(parts.length * 0.05);
  });
});

test('each fact has an id of its own', () => {
  expect(new Set(facts.map(({ id }) => id)).size).toBe(facts.length);
});

test('the Chinese answers and questions use the words of Taiwan', () => {
  const findings = facts.flatMap(({ id, zh }) =>
    [zh.answer, zh.heldOut, ...zh.questions].flatMap((text) => checkText(text, id).errors),
  );
  expect(findings).toEqual([]);
});
