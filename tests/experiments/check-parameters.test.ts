import { describe, expect, it } from 'vitest';
import { ProblemError } from '#contract/problem-error.ts';
import type { Parameters } from '#contract/run-request.ts';
import { catalogue } from '#experiments/catalogue.ts';
import { checkParameters } from '#experiments/experiment.ts';
import { streamOnePrompt } from '#experiments/stream-one-prompt.ts';

function problemOf(parameters: Parameters) {
  try {
    checkParameters(streamOnePrompt, parameters);
  } catch (error) {
    return ProblemError.from(error).problem;
  }
  return undefined;
}

describe('checkParameters', () => {
  it('fills in every default, so that an empty request is a complete run', () => {
    for (const experiment of catalogue) {
      const parameters = checkParameters(experiment, {});
      expect(Object.keys(parameters)).toEqual(experiment.parameters.map(({ name }) => name));
      expect(experiment.plan(parameters).length).toBeGreaterThan(0);
    }
  });

  it.each<[Parameters, string, object]>([
    [
      { maxTokens: 99999 },
      'parameter_out_of_range',
      { parameter: 'maxTokens', allowed: '1 to 256', received: '99999' },
    ],
    [{ maxTokens: 0 }, 'parameter_out_of_range', { parameter: 'maxTokens', allowed: '1 to 256', received: '0' }],
    [
      { maxTokens: 1.5 },
      'parameter_wrong_type',
      { parameter: 'maxTokens', allowed: 'whole number, 1 to 256', received: '1.5' },
    ],
    [
      { maxTokens: '8' },
      'parameter_wrong_type',
      { parameter: 'maxTokens', allowed: 'number, 1 to 256', received: '8' },
    ],
    [
      { maxTokens: NaN },
      'parameter_wrong_type',
      { parameter: 'maxTokens', allowed: 'number, 1 to 256', received: 'null' },
    ],
    [
      { temperature: -0.1 },
      'parameter_out_of_range',
      { parameter: 'temperature', allowed: '0 to 2', received: '-0.1' },
    ],
    [
      { prompt: 7 },
      'parameter_wrong_type',
      { parameter: 'prompt', allowed: 'text, 1 to 240 bytes of UTF-8', received: '7' },
    ],
    [
      { prompt: '   ' },
      'parameter_out_of_range',
      { parameter: 'prompt', allowed: 'text, 1 to 240 bytes of UTF-8', received: '   ' },
    ],
    [{ logit_bias: 1 }, 'parameter_unknown', { parameter: 'logit_bias' }],
    [{ constructor: 'x' }, 'parameter_unknown', { parameter: 'constructor' }],
  ])('refuses %j as %s and names parameter, allowed range and received value', (parameters, reason, details) => {
    expect(problemOf(parameters)).toMatchObject({ code: 'invalid_argument', reason, details });
  });

  it('counts the bytes of a prompt, not its characters: 81 Chinese characters are too long, 80 are not', () => {
    expect(problemOf({ prompt: '快'.repeat(81) })).toMatchObject({ reason: 'parameter_too_long' });
    expect(problemOf({ prompt: '快'.repeat(80) })).toBeUndefined();
  });

  it('quotes at most 80 characters of what it received', () => {
    expect(problemOf({ prompt: 'x'.repeat(5000) })?.details?.received).toHaveLength(81);
  });
});
