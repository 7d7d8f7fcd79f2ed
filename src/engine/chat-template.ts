import type { Tokenizer } from './tokenizer.ts';

/** The user's turn -> the token ids the model answers: `<|begin|><|user|>{prompt}<|end|><|assistant|>`, as in tokenizer_config.json. */
export function encodeChat(tokenizer: Tokenizer, prompt: string): number[] {
  return [
    tokenizer.special('<|begin|>'),
    tokenizer.special('<|user|>'),
    ...tokenizer.encode(prompt),
    tokenizer.special('<|end|>'),
    tokenizer.special('<|assistant|>'),
  ];
}
