import type { Tokenizer } from './tokenizer.ts';

/**
 * Tokens of one answer -> text, as they come. A Chinese character or an emoji may be split over several tokens: its
 * bytes wait until it is whole, so `push` answers '' in between. The pieces joined are exactly `tokenizer.decode`.
 */
export class TokenStream {
  readonly #tokenizer: Tokenizer;
  readonly #utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
  }

  push(id: number): string {
    return this.#utf8.decode(this.#tokenizer.bytesOf(id), { stream: true });
  }

  /** What still waits, as U+FFFD: the answer ended within a character. */
  end(): string {
    return this.#utf8.decode();
  }
}
