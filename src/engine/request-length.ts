import { ProblemError } from '#contract/problem-error.ts';
import type { SchedulerOptions } from './scheduler.ts';

/** Throws a ProblemError `parameter_too_long` for a request that could never run, not even alone: all behind it would wait forever. */
export function checkLength(
  promptTokens: number,
  maxTokens: number,
  contextLength: number,
  options: SchedulerOptions,
): void {
  const limit = Math.min(
    contextLength,
    options.blockCount * options.blockSize,
    // A prompt in one piece has to fit one step; after a preemption, so has the output so far.
    options.chunkedPrefill ? Infinity : options.maxBatchTokens,
  );
  if (promptTokens + maxTokens <= limit) return;
  throw new ProblemError({
    code: 'invalid_argument',
    reason: 'parameter_too_long',
    details: {
      parameter: 'prompt',
      allowed: `${limit} tokens with maxTokens`,
      received: `${promptTokens} + ${maxTokens} tokens`,
    },
  });
}
