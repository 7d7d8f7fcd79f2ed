import { seededRandom } from '#experiments/seeded-random.ts';
import type { Draft } from './draft-proposer.ts';
import type { EngineRequest } from './engine-request.ts';
import { makeSequence, type Sequence } from './sequence.ts';
import { TokenMask } from './token-mask.ts';
import { TokenStream } from './token-stream.ts';
import type { Tokenizer } from './tokenizer.ts';

/** A request in the engine: its sequence, and what it needs to make tokens and text of logits. */
export interface RunningRequest extends Sequence {
  readonly request: EngineRequest;
  readonly random: () => number;
  readonly text: TokenStream;
  /** what its tokens may be, and how far its output has come in that; absent: anything */
  readonly guide?: { readonly mask: TokenMask; state: number };
  /** what `draftIds` were drawn from; absent when they were not drawn */
  draftProbabilities: Draft['probabilities'];
  /** further answers to the same prompt, until it is computed */
  readonly copies: RunningRequest[];
}

/** A request and its copies before their first step. Throws a ProblemError when the pattern cannot be used. */
export function startRequest(
  request: EngineRequest,
  tokenizer: Tokenizer,
  endTokenId: number,
  vocabularySize: number,
): RunningRequest {
  const mask =
    request.pattern === undefined ? undefined : new TokenMask(request.pattern, tokenizer, endTokenId, vocabularySize);
  const start = (id: number, seed: number, copies: RunningRequest[]): RunningRequest => ({
    ...makeSequence(id, request.promptIds, request.maxTokens),
    request,
    random: seededRandom(seed),
    text: new TokenStream(tokenizer),
    ...(mask && { guide: { mask, state: mask.start } }),
    draftProbabilities: undefined,
    copies,
  });
  const copies = (request.copies ?? []).map(({ id, seed }) => start(id, seed, []));
  return start(request.id, request.sampling.seed, copies);
}
