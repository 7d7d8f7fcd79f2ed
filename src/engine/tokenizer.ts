import { byteToCharacter, characterToByte } from './byte-alphabet.ts';

/** The part of tokenizer.json that is read. */
interface TokenizerJson {
  model: { type: string; vocab: Record<string, number>; merges: (string | [string, string])[] };
  added_tokens: { id: number; content: string; special: boolean }[];
  normalizer: unknown;
  pre_tokenizer: { type: string; add_prefix_space?: boolean; use_regex?: boolean } | null;
}

/**
 * Cuts text into words before BPE: contractions, letters, digits, other signs (each with one space before), white space.
 * GPT-2's pattern, with `\s` written as Unicode's White_Space: JavaScript's own `\s` differs from it in two characters.
 */
const WORD =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

interface Merge {
  /** order in which merges were learnt; the lowest is applied first */
  rank: number;
  merged: number;
}

/** Byte-level BPE, equal to Hugging Face `tokenizers` on the same tokenizer.json. Throws when the file is of another kind. */
export class Tokenizer {
  readonly vocabularySize: number;
  /** bytes a token stands for; undefined for special tokens and unused ids */
  readonly #bytes: (Uint8Array | undefined)[] = [];
  readonly #special = new Map<string, number>();
  readonly #specialContent = new Map<number, string>();
  /** token of each single byte */
  readonly #byteTokens: number[];
  readonly #merges = new Map<number, Merge>();

  constructor(json: unknown) {
    const { model, added_tokens: added, normalizer, pre_tokenizer: pre } = json as TokenizerJson;
    if (model.type !== 'BPE' || pre?.type !== 'ByteLevel' || pre.add_prefix_space !== false || pre.use_regex === false)
      throw new Error('tokenizer.json: only byte-level BPE without a prefix space can be run.');
    if (normalizer !== null) throw new Error('tokenizer.json: a normalizer is not supported.');

    for (const { id, content, special } of added) {
      if (!special) throw new Error(`tokenizer.json: ${content} is added but not special, which is not supported.`);
      this.#special.set(content, id);
      this.#specialContent.set(id, content);
    }
    for (const [token, id] of Object.entries(model.vocab)) {
      if (!this.#specialContent.has(id))
        this.#bytes[id] = Uint8Array.from(token, (character) => characterToByte.get(character)!);
    }
    const idOf = (token: string): number => {
      const id = model.vocab[token];
      if (id === undefined) throw new Error(`tokenizer.json: "${token}" is not in the vocabulary.`);
      return id;
    };
    this.#byteTokens = byteToCharacter.map(idOf);
    this.vocabularySize = Math.max(this.#bytes.length, ...[...this.#specialContent.keys()].map((id) => id + 1));
    for (const [rank, merge] of model.merges.entries()) {
      // Older files write a merge as one string; a byte-level token never contains a space.
      const [left, right] = typeof merge === 'string' ? (merge.split(' ') as [string, string]) : merge;
      this.#merges.set(this.#pair(idOf(left), idOf(right)), { rank, merged: idOf(left + right) });
    }
  }

  /** Text -> token ids. The text is only text: '<|end|>' in it becomes ordinary tokens, never the special one. */
  encode(text: string): number[] {
    const utf8 = new TextEncoder();
    return (text.match(WORD) ?? []).flatMap((word) => this.#mergeWord(utf8.encode(word)));
  }

  /** Token ids -> text, special tokens left out. Bytes that are not UTF-8 become U+FFFD. */
  decode(ids: readonly number[]): string {
    const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
    return ids.map((id) => utf8.decode(this.bytesOf(id), { stream: true })).join('') + utf8.decode();
  }

  /** The bytes a token adds to the text; none for a special token. */
  bytesOf(id: number): Uint8Array {
    return this.#bytes[id] ?? NO_BYTES;
  }

  /** One token to look at: its text, U+FFFD for part of a character, or a special token's name. `2` -> '<|end|>' */
  show(id: number): string {
    return this.#specialContent.get(id) ?? this.decode([id]);
  }

  /** Id of a special token. Throws when the model has none of that name. */
  special(content: string): number {
    const id = this.#special.get(content);
    if (id === undefined) throw new Error(`tokenizer.json has no special token ${content}.`);
    return id;
  }

  #pair(left: number, right: number): number {
    return left * this.vocabularySize + right;
  }

  /** Bytes of one word -> tokens: again and again, the pair that was learnt first becomes one token. */
  #mergeWord(bytes: Uint8Array): number[] {
    const tokens = Array.from(bytes, (byte) => this.#byteTokens[byte]!);
    for (;;) {
      let best: Merge | undefined;
      let bestIndex = 0;
      for (let index = 0; index + 1 < tokens.length; index++) {
        const merge = this.#merges.get(this.#pair(tokens[index]!, tokens[index + 1]!));
        if (merge && (!best || merge.rank < best.rank)) {
          best = merge;
          bestIndex = index;
        }
      }
      if (!best) return tokens;
      tokens.splice(bestIndex, 2, best.merged);
    }
  }
}

const NO_BYTES = new Uint8Array(0);
