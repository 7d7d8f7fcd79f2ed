import type { Draft, DraftProposer, DraftRequest } from './draft-proposer.ts';
import { ForwardPass, type RunnableModel } from './forward-pass.ts';
import { KvCache } from './kv-cache.ts';
import { drawToken, nextTokenProbabilities } from './sampler.ts';

/** What the draft model has computed for one request. */
interface Session {
  pass: ForwardPass;
  /** tokens whose keys and values are cached, rejected guesses among them */
  computedIds: number[];
}

/**
 * Guesses with a second, smaller model that shares the vocabulary, one token after another, drawn as the request samples.
 * Each request has a contiguous cache of its own for the whole context: the draft is small, and paging it would teach nothing new.
 */
export class DraftModel implements DraftProposer {
  readonly #model: RunnableModel;
  readonly #sessions = new Map<number, Session>();

  constructor(model: RunnableModel) {
    this.#model = model;
  }

  propose({ id, tokenIds, count, sampling, random }: DraftRequest): Draft {
    const draft: Draft & Required<Draft> = { tokenIds: [], probabilities: [] };
    const session = this.#sessionOf(id);
    // The model's own cache may be shorter than that of the one it guesses for.
    const room = this.#model.config.contextLength - tokenIds.length + 1;
    for (let index = 0; index < Math.min(count, room); index++) {
      const logits = this.#computeUpTo(session, [...tokenIds, ...draft.tokenIds]);
      const probabilities = nextTokenProbabilities(logits, sampling);
      draft.tokenIds.push(drawToken(probabilities, random()));
      draft.probabilities.push(probabilities);
    }
    return draft;
  }

  forget(id: number): void {
    this.#sessions.delete(id);
  }

  /** Logits [vocabulary] after the last token. What was computed stays valid up to the first token that differs: a rejected guess. */
  #computeUpTo(session: Session, tokenIds: number[]): Float32Array {
    const { pass, computedIds } = session;
    let start = 0;
    while (start < tokenIds.length - 1 && computedIds[start] === tokenIds[start]) start += 1;
    const [logits] = pass.run([{ tokenIds: tokenIds.slice(start), start, blocks: [0], logitRows: 1 }]);
    session.computedIds = tokenIds;
    return logits!;
  }

  #sessionOf(id: number): Session {
    const known = this.#sessions.get(id);
    if (known) return known;
    const { config } = this.#model;
    const cache = new KvCache(config, 1, config.contextLength);
    const session = { pass: new ForwardPass(this.#model, cache, config.contextLength, 1), computedIds: [] };
    this.#sessions.set(id, session);
    return session;
  }
}
