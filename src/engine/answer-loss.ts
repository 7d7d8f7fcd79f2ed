import { ForwardPass, type RunnableModel } from './forward-pass.ts';
import { KvCache } from './kv-cache.ts';

/**
 * How surprised a model is by each token of a given answer: -ln p(token | all before it), in nats, temperature 1.
 * The mean's exponential is the perplexity. One prefill over prompt and answer; the last token needs no pass of its own.
 */
export function readAnswerLoss(
  model: RunnableModel,
  promptIds: readonly number[],
  answerIds: readonly number[],
): number[] {
  const tokenIds = [...promptIds, ...answerIds.slice(0, -1)];
  // One block as long as the text: paging has nothing to do here.
  const cache = new KvCache(model.config, 1, tokenIds.length);
  const pass = new ForwardPass(model, cache, tokenIds.length, answerIds.length);
  const rows = pass.run([{ tokenIds, start: 0, blocks: [0], logitRows: answerIds.length }]);
  return rows.map((logits, index) => logSumExp(logits) - logits[answerIds[index]!]!);
}

function logSumExp(logits: Float32Array): number {
  const best = logits.reduce((largest, logit) => Math.max(largest, logit), -Infinity);
  return best + Math.log(logits.reduce((total, logit) => total + Math.exp(logit - best), 0));
}
