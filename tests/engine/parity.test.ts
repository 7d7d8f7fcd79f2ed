import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { encodeChat } from '#engine/chat-template.ts';
import { Engine } from '#engine/engine.ts';
import { parseModelFile, type ModelFile } from '#engine/model-file.ts';
import { Tokenizer } from '#engine/tokenizer.ts';

/** What `npm run parity:reference` writes: greedy decoding by Hugging Face transformers, eager, fp32, end token ignored. */
interface Reference {
  environment: Record<string, unknown>;
  prompts: {
    id: string;
    language: string;
    text: string;
    promptIds: number[];
    outputIds: number[];
    /** the reference's best logit minus its second best, at each step */
    margins: number[];
  }[];
}

const PROMPTS = 40;
const OUTPUT_TOKENS = 64;
/** Where the two best logits are closer than this, rounding may decide between them. */
const CLOSE_CALL = 1e-4;
const MAX_PARTED_SHARE = 0.05;

const modelUrl = new URL('../../public/models/tiny-1/tiny-1.web.safetensors', import.meta.url);
const referenceUrl = new URL('../fixtures/parity/tiny-1.json', import.meta.url);

async function read(url: URL, command: string): Promise<Buffer<ArrayBuffer>> {
  try {
    return await readFile(url);
  } catch (error) {
    throw new Error(`${url.pathname} cannot be read. \`${command}\` makes it.`, { cause: error });
  }
}
const readModel = async (): Promise<ModelFile> =>
  parseModelFile(Uint8Array.from(await read(modelUrl, 'npm run tiny-model:train')).buffer);
const readReference = async () =>
  JSON.parse((await read(referenceUrl, 'npm run parity:reference')).toString()) as Reference;

describe('the engine on the tiny model', () => {
  test('is measured against a whole reference', async () => {
    const { prompts } = await readReference();
    expect(prompts).toHaveLength(PROMPTS);
    expect(new Set(prompts.map(({ text }) => text)).size).toBe(PROMPTS);
    expect(new Set(prompts.map(({ language }) => language)).size).toBe(2);
    for (const { outputIds, margins } of prompts) {
      expect(outputIds).toHaveLength(OUTPUT_TOKENS);
      expect(margins).toHaveLength(OUTPUT_TOKENS);
    }
  });

  test('makes the same token ids of every prompt as Hugging Face', async () => {
    const [model, { prompts }] = await Promise.all([readModel(), readReference()]);
    const tokenizer = new Tokenizer(model.tokenizer);
    for (const { text, promptIds } of prompts) expect(encodeChat(tokenizer, text), text).toEqual(promptIds);
  });

  test('decodes greedily as transformers does, parting only at a close call', async () => {
    const [model, { prompts }] = await Promise.all([readModel(), readReference()]);
    // All at once: interleaved and paged, as they are served.
    const engine = new Engine(model, { blockCount: 512 });
    const outputs = prompts.map((): number[] => []);
    for (const [id, { promptIds }] of prompts.entries())
      engine.add({
        id,
        promptIds,
        maxTokens: OUTPUT_TOKENS,
        sampling: { temperature: 0, topP: 1, topK: 0, minP: 0, seed: 0 },
        alternatives: 0,
        ignoreEnd: true,
      });
    while (engine.hasWork)
      for (const event of engine.step()) if (event.type === 'token') outputs[event.id]!.push(event.tokenId);

    const parted = prompts.flatMap(({ id, outputIds, margins }, index) => {
      const step = outputIds.findIndex((tokenId, at) => tokenId !== outputs[index]![at]);
      return step === -1 ? [] : [{ prompt: id, step, margin: margins[step]! }];
    });
    if (parted.length > 0) console.log('Prompts that part from the reference:', parted);
    expect(outputs.every((output) => output.length === OUTPUT_TOKENS)).toBe(true);
    expect(parted.filter(({ margin }) => margin >= CLOSE_CALL)).toEqual([]);
    expect(parted.length).toBeLessThanOrEqual(MAX_PARTED_SHARE * PROMPTS);
  });
});
