import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue } from '#experiments/catalogue.ts';
import { drawDigit } from '#experiments/digit-drawings.ts';
import { checkParameters } from '#experiments/experiment.ts';
import { pageParameters } from '#playground/page-parameters.ts';
import {
  type PageParameter,
  acceptParameter,
  defaultParameters,
  parametersFromQuery,
  queryWithParameters,
} from '#playground/parameter-url.ts';

const declared = pageParameters(catalogue[0]!, 'zh-TW', { temperature: 0.8 });
const read = (query: string) => parametersFromQuery('first-stream', declared, new URLSearchParams(query));

/** Any value a control of this parameter could hold. */
function anyValue(parameter: PageParameter): fc.Arbitrary<number | string> {
  if (parameter.kind === 'choice') return fc.constantFrom(...parameter.values);
  if (parameter.kind === 'text') return fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' });
  if (parameter.kind === 'drawing') return fc.integer({ min: 0, max: 9 }).map(drawDigit);
  const steps = Math.min(1000, Math.floor((parameter.max - parameter.min) / parameter.step));
  return fc.integer({ min: 0, max: steps }).map((step) => parameter.min + step * parameter.step);
}

describe('parameters in the URL', () => {
  it.each(catalogue)('come back as they went, for $id', (experiment) => {
    const page = pageParameters(experiment, 'en', {});
    const anyParameters = fc.record(Object.fromEntries(page.map((each) => [each.name, anyValue(each)])));
    fc.assert(
      fc.property(anyParameters, (parameters) => {
        fc.pre(page.every((each) => acceptParameter(each, String(parameters[each.name])) !== undefined));
        const query = queryWithParameters('a', page, parameters, new URLSearchParams());
        expect(parametersFromQuery('a', page, new URLSearchParams(query.toString()))).toEqual({
          parameters,
          refused: [],
        });
        expect(() => checkParameters(experiment, parameters)).not.toThrow();
      }),
    );
  });

  it('stand there only where they differ from what the page starts with', () => {
    const parameters = { ...defaultParameters(declared), temperature: 0, seed: 7 };
    const query = queryWithParameters('first-stream', declared, parameters, new URLSearchParams('q=1&other.seed=3'));
    expect(query.toString()).toBe('q=1&other.seed=3&first-stream.temperature=0&first-stream.seed=7');
  });

  it.each([
    ['out of range', 'temperature=9', 'temperature'],
    ['no number', 'temperature=hot', 'temperature'],
    ['empty', 'seed=', 'seed'],
    ['not whole', 'maxTokens=1.5', 'maxTokens'],
    ['endless', 'topK=Infinity', 'topK'],
    ['unknown', 'colour=red', 'colour'],
    ['too long', `prompt=${'快'.repeat(81)}`, 'prompt'],
    ['blank', 'prompt=%20', 'prompt'],
  ])('fall back to the default and are named when they are %s', (_, query, name) => {
    const { parameters, refused } = read(`first-stream.${query}`);
    expect(parameters).toEqual(defaultParameters(declared));
    expect(refused).toEqual([name]);
  });

  it('of another playground are none of this one’s business', () => {
    expect(read('other.temperature=9&temperature=9').refused).toEqual([]);
  });

  it('start from the preset and the language of the page', () => {
    expect(read('').parameters).toMatchObject({ temperature: 0.8, prompt: 'KV 快取有什麼用？' });
  });

  it('refuse a preset that the declaration refuses, at build time', () => {
    expect(() => pageParameters(catalogue[0]!, 'en', { temperature: 3 })).toThrow('parameter_out_of_range');
  });
});
