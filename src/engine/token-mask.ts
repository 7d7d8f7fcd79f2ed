import { buildAutomaton, DEAD, type ByteAutomaton } from './byte-automaton.ts';
import { parseRegex } from './regex-parser.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * Which tokens may come next so that the whole output matches a regular expression: those whose bytes the automaton can
 * read without dying, and the end token where it accepts. Since every byte is a token, at least one always may.
 * Source: Willard and Louf 2023 (Outlines), https://arxiv.org/abs/2307.09702
 */
export class TokenMask {
  readonly #automaton: ByteAutomaton;
  readonly #tokenizer: Tokenizer;
  readonly #endTokenId: number;
  readonly #vocabularySize: number;
  /** masks by state, made when first asked for */
  readonly #masks = new Map<number, Uint8Array>();

  /** Throws a ProblemError when the pattern is not in the supported subset, too large, or matches nothing. */
  constructor(pattern: string, tokenizer: Tokenizer, endTokenId: number, vocabularySize: number) {
    this.#automaton = buildAutomaton(parseRegex(pattern));
    this.#tokenizer = tokenizer;
    this.#endTokenId = endTokenId;
    this.#vocabularySize = vocabularySize;
  }

  /** The state before the first output token. */
  get start(): number {
    return this.#automaton.start;
  }

  /** The state after a token, DEAD if it may not come. The end token changes nothing. */
  advance(state: number, tokenId: number): number {
    if (tokenId === this.#endTokenId) return this.#automaton.accepts(state) ? state : DEAD;
    const bytes = this.#tokenizer.bytesOf(tokenId);
    // A special token adds no text: it would be neither in the language nor out of it.
    if (bytes.length === 0) return DEAD;
    let next = state;
    for (const byte of bytes) {
      next = this.#automaton.next(next, byte);
      if (next === DEAD) break;
    }
    return next;
  }

  /** 1 for each token of the vocabulary that may come next, 0 for the others. Costs a walk over the vocabulary once a state. */
  allowed(state: number): Uint8Array {
    const known = this.#masks.get(state);
    if (known) return known;
    const mask = Uint8Array.from({ length: this.#vocabularySize }, (_, id) =>
      this.advance(state, id) === DEAD ? 0 : 1,
    );
    this.#masks.set(state, mask);
    return mask;
  }
}

/** Logits [vocabulary] in which a token that may not come has -Infinity; the filters of the sampler come after. */
export function applyMask(logits: Float32Array, allowed: Uint8Array): Float32Array {
  return logits.map((logit, id) => (allowed[id] === 1 ? logit : -Infinity));
}
