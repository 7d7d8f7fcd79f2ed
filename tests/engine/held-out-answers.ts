import { readdirSync, readFileSync } from 'node:fs';
import { encodeChat } from '#engine/chat-template.ts';
import { parseModelFile, type ModelFile } from '#engine/model-file.ts';
import { Tokenizer } from '#engine/tokenizer.ts';

export interface HeldOutAnswer {
  id: string;
  language: 'en' | 'zh';
  /** a question that training never saw, in the chat template */
  promptIds: number[];
  /** the right answer, and the end token */
  answerIds: number[];
}

type Fact = { id: string } & Record<'en' | 'zh', { heldOut: string; answer: string }>;

const corpus = new URL('../../playground-server/engines/tiny-model/corpus/', import.meta.url);
export const modelUrl = new URL('../../public/models/tiny-1/tiny-1.web.safetensors', import.meta.url);

export function readTinyModel(): ModelFile {
  return parseModelFile(Uint8Array.from(readFileSync(modelUrl)).buffer);
}

/** Every held-out question of the tiny model's corpus with its right answer, in the order of the files. */
export function readHeldOutAnswers(model: ModelFile): HeldOutAnswer[] {
  const tokenizer = new Tokenizer(model.tokenizer);
  const facts = readdirSync(corpus)
    .filter((file) => file.endsWith('.jsonl'))
    .toSorted()
    .flatMap((file) => readFileSync(new URL(file, corpus), 'utf8').trim().split('\n'))
    .map((line) => JSON.parse(line) as Fact);
  return facts.flatMap((fact) =>
    (['en', 'zh'] as const).map((language) => ({
      id: fact.id,
      language,
      promptIds: encodeChat(tokenizer, fact[language].heldOut),
      answerIds: [...tokenizer.encode(fact[language].answer), model.config.endTokenId],
    })),
  );
}
