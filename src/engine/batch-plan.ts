import type { BatchShare } from './engine-snapshot.ts';
import type { BatchEntry } from './forward-pass.ts';
import type { ScheduledPart } from './scheduler.ts';
import type { Sequence } from './sequence.ts';

/** Guesses among the tokens of a part: those that lie past the sequence's own tokens. */
function guessesIn({ sequence, tokenCount }: ScheduledPart<Sequence>): number {
  return Math.max(0, sequence.computed + tokenCount - sequence.tokenIds.length);
}

/** A planned part as a learner reads it. */
export function toBatchShare(part: ScheduledPart<Sequence>): BatchShare {
  const draftTokens = guessesIn(part);
  return {
    id: part.sequence.id,
    tokenCount: part.tokenCount,
    ...(draftTokens > 0 && { draftTokens }),
    ...(part.copy && { copied: part.copy }),
  };
}

/** A planned part as the forward pass reads it. Logits are needed after the newest token and after each guess. */
export function toBatchEntry(part: ScheduledPart<Sequence>): BatchEntry {
  const { tokenIds, draftIds, computed: start, blocks } = part.sequence;
  const end = start + part.tokenCount;
  const guesses = guessesIn(part);
  return {
    tokenIds: guesses > 0 ? [...tokenIds.slice(start), ...draftIds.slice(0, guesses)] : tokenIds.slice(start, end),
    start,
    blocks,
    logitRows: end < tokenIds.length ? 0 : 1 + guesses,
  };
}
