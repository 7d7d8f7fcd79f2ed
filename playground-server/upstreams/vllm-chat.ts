import * as z from 'zod/mini';
import type { Alternative, EndReason, Usage } from '#contract/run-event.ts';
import type { GenerateCall } from '#experiments/experiment.ts';
import { Fault, engineFailed, streamBroken } from './upstream-problem.ts';

/*
 * The dialect of vLLM's POST /v1/chat/completions (0.26 and 0.32): OpenAI's, with vLLM's own sampling and token fields.
 * Source: vllm/entrypoints/openai/chat_completion/protocol.py
 */

const Candidate = z.object({ token: z.string(), logprob: z.number() });
const Logprobs = z.object({
  content: z.nullish(z.array(z.extend(Candidate, { top_logprobs: z.nullish(z.array(Candidate)) }))),
});
const Choice = z.object({
  delta: z.object({ content: z.nullish(z.string()) }),
  finish_reason: z.nullish(z.string()),
  token_ids: z.nullish(z.array(z.number())),
  logprobs: z.nullish(Logprobs),
});
const Chunk = z.object({
  choices: z.array(Choice),
  usage: z.nullish(z.object({ prompt_tokens: z.number(), completion_tokens: z.number() })),
});
const ErrorChunk = z.object({ error: z.unknown() });

/** One chunk of the stream in contract terms. `tokenCount` 0: nothing was generated, as in the first chunk, which names the role. */
export interface ChatChunk {
  text: string;
  tokenCount: number;
  alternatives?: Alternative[];
  endReason?: EndReason;
  usage?: Usage;
}

/** A planned call -> the body of the request. Every sampling field is sent, so that no default of the model's folder has a say. */
export function chatBody(model: string, call: GenerateCall): Record<string, unknown> {
  const { temperature, topP, topK, minP, seed } = call.sampling;
  return {
    model,
    messages: [{ role: 'user', content: call.prompt }],
    stream: true,
    stream_options: { include_usage: true },
    max_completion_tokens: call.maxTokens,
    temperature,
    top_p: topP,
    top_k: topK, // 0 is off for vLLM too
    min_p: minP,
    seed,
    repetition_penalty: 1,
    frequency_penalty: 0,
    presence_penalty: 0,
    return_token_ids: true,
    ...(call.alternatives > 0 && { logprobs: true, top_logprobs: call.alternatives }),
  };
}

/** Data of one event -> chunk. Throws stream_broken when it is no chunk, engine_failed when it tells of an error or of tokens without their number. */
export function parseChatChunk(data: string): ChatChunk {
  const json = parseJson(data);
  const parsed = Chunk.safeParse(json);
  if (!parsed.success) {
    // After the first byte of a stream vLLM tells errors this way, with status 200.
    const isError = ErrorChunk.safeParse(json).success && (json as { error: unknown }).error != null;
    throw isError ? engineFailed(new Fault('error within the stream')) : streamBroken(new Fault('not a chat chunk'));
  }
  const { choices, usage } = parsed.data;
  const choice = choices[0];
  const entries = choice?.logprobs?.content ?? undefined;
  const text = choice?.delta.content ?? '';
  const tokenCount = choice?.token_ids?.length ?? entries?.length ?? 0;
  // A chunk may hold any number of tokens: without their number nothing could be measured.
  if (text !== '' && tokenCount === 0) throw engineFailed(new Fault('text without a token count'));
  const entry = entries?.length === 1 ? entries[0] : undefined;
  return {
    text,
    tokenCount,
    ...(entry?.top_logprobs && { alternatives: toAlternatives(entry, entry.top_logprobs) }),
    ...(choice?.finish_reason != null && { endReason: toEndReason(choice.finish_reason) }),
    ...(usage && { usage: { promptTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens } }),
  };
}

function parseJson(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    throw streamBroken(new Fault('not JSON'));
  }
}

/** The best candidates, most probable first, and the chosen one after them when it is not among them. Logprobs are natural logarithms. */
function toAlternatives(chosen: z.infer<typeof Candidate>, best: readonly z.infer<typeof Candidate>[]): Alternative[] {
  const at = best.findIndex(({ token, logprob }) => token === chosen.token && logprob === chosen.logprob);
  const all = at === -1 ? [...best, chosen] : best;
  const chosenAt = at === -1 ? best.length : at;
  return all.map(({ token, logprob }, index) => ({ text: token, logprob, chosen: index === chosenAt }));
}

function toEndReason(reason: string): EndReason {
  if (reason === 'stop' || reason === 'length') return reason;
  throw engineFailed(new Fault('ended for an unknown reason'));
}
