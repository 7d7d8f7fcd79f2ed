import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Engine } from '#engine/engine.ts';
import { parseModelFile } from '#engine/model-file.ts';

interface Row {
  id: string;
  language: 'en' | 'zh';
  question: string;
  answer: string;
  right: boolean;
}
interface Fact {
  id: string;
  en: { heldOut: string; key: string[] };
  zh: { heldOut: string; key: string[] };
}

const LEAST_RIGHT = 0.7;
const ASK_AGAIN_EVERY = 16;
const LONGEST_ANSWER = 128;

const model = new URL('../../public/models/tiny-1/', import.meta.url);
const { answers } = JSON.parse(readFileSync(new URL('evaluation.json', model), 'utf8')) as { answers: Row[] };

const corpus = new URL('../../playground-server/engines/tiny-model/corpus/', import.meta.url);
const facts = new Map(
  readdirSync(corpus)
    .flatMap((file) => readFileSync(new URL(file, corpus), 'utf8').trim().split('\n'))
    .map((line) => JSON.parse(line) as Fact)
    .map((fact) => [fact.id, fact]),
);

test.each(['en', 'zh'] as const)('at least 70 %% of the held-out questions in %s get the right fact', (language) => {
  const own = answers.filter((row) => row.language === language);
  const right = own.filter(({ id, answer }) => {
    const keys = facts.get(id)?.[language].key ?? [];
    return keys.some((key) => answer.toLowerCase().includes(key.toLowerCase()));
  });
  expect(own.map(({ question }) => question)).toEqual(own.map(({ id }) => facts.get(id)?.[language].heldOut));
  expect(right.map(({ id }) => id)).toEqual(own.filter((row) => row.right).map(({ id }) => id));
  expect(right.length / own.length).toBeGreaterThanOrEqual(LEAST_RIGHT);
});

test('the engine of the course gives the evaluated answers, and ends them by itself', () => {
  const engine = new Engine(
    parseModelFile(Uint8Array.from(readFileSync(new URL('tiny-1.web.safetensors', model))).buffer),
  );
  const sample = answers.filter((_, index) => index % ASK_AGAIN_EVERY === 0);
  const texts = sample.map((): string[] => []);
  const reasons = sample.map(() => '');
  for (const [id, { question }] of sample.entries())
    engine.addCall(id, {
      kind: 'generate',
      startAtMs: 0,
      prompt: question,
      maxTokens: LONGEST_ANSWER,
      sampling: { temperature: 0, topP: 1, topK: 0, minP: 0, seed: 0 },
      alternatives: 0,
    });
  while (engine.hasWork)
    for (const event of engine.step())
      if (event.type === 'token') texts[event.id]!.push(event.text);
      else reasons[event.id] = event.reason;
  expect(texts.map((pieces) => pieces.join(''))).toEqual(sample.map(({ answer }) => answer));
  expect(new Set(reasons)).toEqual(new Set(['stop']));
});
