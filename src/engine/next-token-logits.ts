import { ForwardPass, type RunnableModel } from './forward-pass.ts';
import { KvCache } from './kv-cache.ts';

const BLOCK_SIZE = 16;

/** The logits [vocabulary] after a prompt, by themselves: what a sampler starts from. Costs one prefill and its own small cache. */
export function readNextTokenLogits(model: RunnableModel, promptIds: readonly number[]): Float32Array {
  const blockCount = Math.ceil(promptIds.length / BLOCK_SIZE);
  const cache = new KvCache(model.config, blockCount, BLOCK_SIZE);
  const blocks = Array.from({ length: blockCount }, (_, block) => block);
  const pass = new ForwardPass(model, cache, promptIds.length, 1);
  return pass.run([{ tokenIds: promptIds, start: 0, blocks, logitRows: 1 }])[0]!;
}
