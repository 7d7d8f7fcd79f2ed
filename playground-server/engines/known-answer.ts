import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Engine } from '#engine/engine.ts';
import { encodeChat } from '#engine/chat-template.ts';
import { parseModelFile } from '#engine/model-file.ts';

const PROMPT = 'What is the KV cache for?';
const MAX_TOKENS = 24;

/** What a prompt is answered with, greedily. */
export interface KnownAnswer {
  prompt: string;
  promptIds: number[];
  maxTokens: number;
  /** output, the end token included when it came */
  tokenIds: number[];
}

/** Asks the course's own engine, whose code shares nothing with vLLM or with the numpy model in Triton. */
export async function findKnownAnswer(modelFolder: string): Promise<KnownAnswer> {
  const file = await readFile(join(modelFolder, 'tiny-1.web.safetensors'));
  const engine = new Engine(parseModelFile(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength)));
  const promptIds = encodeChat(engine.tokenizer, PROMPT);
  const sampling = { temperature: 0, topP: 1, topK: 0, minP: 0, seed: 0 };
  engine.add({ id: 0, promptIds, maxTokens: MAX_TOKENS, sampling, alternatives: 0 });
  const tokenIds: number[] = [];
  while (engine.hasWork) for (const event of engine.step()) if (event.type === 'token') tokenIds.push(event.tokenId);
  return { prompt: PROMPT, promptIds, maxTokens: MAX_TOKENS, tokenIds };
}
