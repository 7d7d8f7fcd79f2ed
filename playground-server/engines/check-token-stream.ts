import { findKnownAnswer } from './known-answer.ts';
import { requireEqual } from './require-equal.ts';
import type { TritonClient } from './triton-client.ts';

/** The model must write, token for token, what the course's own engine writes. */
export async function checkTokenStream(client: TritonClient, model: string, modelFolder: string): Promise<void> {
  const known = await findKnownAnswer(modelFolder);
  const responses = await client.generateStream(model, { PROMPT: known.prompt, MAX_TOKENS: known.maxTokens });
  // One number, or a list of them where a response may hold several tokens.
  const tokenIds = responses.flatMap(({ TOKEN_ID }) => TOKEN_ID as number | number[]);
  requireEqual('TOKEN_ID', tokenIds, known.tokenIds);
}
