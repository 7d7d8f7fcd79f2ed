import { expect, it } from 'vitest';
import { checkI18n, requiredKeys } from '../../src/site/checks/i18n.ts';

it('accepts two files that agree', () => {
  expect(checkI18n({ a: 'x {{n}}' }, { a: '{{n}} 個' }, ['a'])).toEqual([]);
});

const rows: [
  what: string,
  english: Record<string, string>,
  chinese: Record<string, string>,
  place: string,
  error: RegExp,
][] = [
  ['a key is missing', { a: 'x' }, {}, 'content/i18n/zh-TW.json', /"a" is missing/],
  ['a key is in zh-TW alone', {}, { a: 'x' }, 'content/i18n/en.json', /"a" is missing/],
  ['words are empty', { a: ' ' }, { a: 'x' }, 'content/i18n/en.json', /"a" is empty/],
  ['placeholders differ', { a: '{{n}}' }, { a: '{{m}}' }, 'content/i18n/zh-TW.json', /\{\{m\}\}, en has \{\{n\}\}/],
];
for (const [what, english, chinese, place, error] of rows)
  it(`reports when ${what}`, () => {
    const [finding] = checkI18n(english, chinese, []);
    expect(finding?.place).toBe(place);
    expect(finding?.error).toMatch(error);
  });

it('asks for the keys that code computes', () => {
  const required = requiredKeys(['ttftP50Ms']);
  expect(required).toEqual(
    expect.arrayContaining(['problem.body_not_json', 'metric.ttftP50Ms', 'parameter.topP', 'choice.arrival.poisson']),
  );
  expect(checkI18n({}, {}, ['problem.unexpected'])).toHaveLength(2);
});
