import type { Draft, DraftProposer, DraftRequest } from './draft-proposer.ts';

/** Lengths of n-gram to look for, both included. */
export interface PromptLookupOptions {
  shortest: number;
  longest: number;
}

/**
 * Guesses that a text goes on as it did before: finds the longest n-gram that ends the tokens and stood earlier among
 * them, the earliest of equals, and proposes what followed it there. Needs no second model; pays when an answer quotes its prompt.
 * After vLLM's `NgramProposer` in vllm/v1/spec_decode/ngram_proposer.py; idea: https://github.com/apoorvumang/prompt-lookup-decoding
 */
export class PromptLookup implements DraftProposer {
  readonly #options: PromptLookupOptions;

  constructor(options: PromptLookupOptions = { shortest: 2, longest: 4 }) {
    this.#options = options;
  }

  propose({ tokenIds, count }: DraftRequest): Draft {
    const { shortest, longest } = this.#options;
    for (let length = Math.min(longest, tokenIds.length - 1); length >= shortest; length--) {
      const suffix = tokenIds.length - length;
      for (let start = 0; start < suffix; start++)
        if (isRepeated(tokenIds, start, suffix, length))
          return { tokenIds: tokenIds.slice(start + length, start + length + count) };
    }
    return { tokenIds: [] };
  }

  // Everything it knows is in the tokens.
  forget(): void {}
}

function isRepeated(tokenIds: readonly number[], first: number, second: number, length: number): boolean {
  for (let index = 0; index < length; index++) if (tokenIds[first + index] !== tokenIds[second + index]) return false;
  return true;
}
