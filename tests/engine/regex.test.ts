import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProblemError } from '#contract/problem-error.ts';
import { buildAutomaton, DEAD, type ByteAutomaton } from '#engine/byte-automaton.ts';
import { parseRegex } from '#engine/regex-parser.ts';
import { toByteRanges } from '#engine/utf8-ranges.ts';

const compile = (pattern: string) => buildAutomaton(parseRegex(pattern));

function accepts(automaton: ByteAutomaton, text: string): boolean {
  let state = automaton.start;
  for (const byte of new TextEncoder().encode(text)) {
    state = automaton.next(state, byte);
    if (state === DEAD) return false;
  }
  return automaton.accepts(state);
}

/** The automaton, or undefined where the engine says that it would grow too large: a limit of its own, which JavaScript lacks. */
function compileUnlessTooLarge(pattern: string): ReturnType<typeof compile> | undefined {
  try {
    return compile(pattern);
  } catch (error) {
    if (error instanceof ProblemError && error.problem.details?.allowed?.startsWith('a smaller pattern'))
      return undefined;
    throw error;
  }
}

/** What JavaScript takes the pattern for when the whole text has to match. */
const meansInJavaScript = (pattern: string) => new RegExp(`^(?:${pattern})$`, 'u');

/** All texts over an alphabet of up to `longest` characters. */
function enumerate(alphabet: readonly string[], longest: number): string[] {
  const texts = [''];
  for (let start = 0, length = 0; length < longest; length++) {
    const end = texts.length;
    for (; start < end; start++) for (const character of alphabet) texts.push(texts[start]! + character);
  }
  return texts;
}

const ALPHABET = ['a', 'b', '1', '快', '\n'];
const TEXTS = enumerate(ALPHABET, 5);

/** Patterns of every supported construct, nested at random. */
const { pattern: anyPattern } = fc.letrec<{ pattern: string; repeated: string; atom: string }>((tie) => ({
  pattern: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('repeated'),
    fc.tuple(tie('repeated'), tie('pattern')).map(([left, right]) => left + right),
    fc.tuple(tie('pattern'), tie('pattern')).map(([left, right]) => `${left}|${right}`),
  ),
  repeated: fc
    .tuple(tie('atom'), fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{0}', '{1,}', '{0,2}', '{2,3}'))
    .map(([atom, quantifier]) => atom + quantifier),
  atom: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a', 'b', '1', '快', '.', '\\d', '\\D', '\\w', '\\W', '\\s', '\\S', '\\n', '\\.'),
    fc.constantFrom(
      '[ab]',
      '[^a]',
      '[a-z]',
      '[^a-z]',
      '[\\d快]',
      '[^\\w]',
      '[一-龥]',
      '[^]',
      '[a\\-1]',
      '[-a]',
      '[b\\n]',
    ),
    tie('pattern').map((inner) => `(${inner})`),
    tie('pattern').map((inner) => `(?:${inner})`),
    fc.constantFrom('()', '(|a)', '(?:b|)'),
  ),
}));

describe('an automaton of a regular expression', () => {
  test(`accepts exactly what JavaScript's RegExp does, of all ${TEXTS.length} texts of up to 5 of 5 characters`, () => {
    const seen = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(anyPattern, (pattern) => {
        const expected = meansInJavaScript(pattern);
        const automaton = compileUnlessTooLarge(pattern);
        fc.pre(automaton !== undefined);
        for (const text of TEXTS) {
          const isIn = accepts(automaton, text);
          if (isIn !== expected.test(text))
            expect.fail(`/${pattern}/ and ${JSON.stringify(text)}: ${isIn ? 'accepted' : 'refused'}`);
          if (isIn) seen.accepted += 1;
          else seen.refused += 1;
        }
      }),
      { numRuns: 150 },
    );
    expect(seen.accepted).toBeGreaterThan(1000);
    expect(seen.refused).toBeGreaterThan(1000);
  });

  test.each(['.', '\\s', '\\S', '\\w', '\\d', '[^a-z]', '[é-🚀]', '[^é-🚀]'])(
    '%s stands for the same characters as in JavaScript, of all there are',
    (pattern) => {
      const expected = meansInJavaScript(pattern);
      const automaton = compile(pattern);
      for (let codePoint = 0; codePoint <= 0x10ffff; codePoint += codePoint < 0x3100 ? 1 : 7) {
        if (codePoint >= 0xd800 && codePoint <= 0xdfff) continue;
        const text = String.fromCodePoint(codePoint);
        if (accepts(automaton, text) !== expected.test(text)) expect.fail(`U+${codePoint.toString(16)}`);
      }
    },
  );

  test('never dies before the last byte of a text it could still complete, and never lives after one it could not', () => {
    fc.assert(
      fc.property(anyPattern, (pattern) => {
        const automaton = compile(pattern);
        // From every state there is a way to an accepting one: found by going back from those.
        const alive = new Set(
          Array.from({ length: automaton.stateCount }, (_, state) => state).filter((s) => automaton.accepts(s)),
        );
        const reached = new Set([automaton.start]);
        for (const state of reached)
          for (let byte = 0; byte < 256; byte++)
            if (automaton.next(state, byte) !== DEAD) reached.add(automaton.next(state, byte));
        for (let before = -1; before !== alive.size;) {
          before = alive.size;
          for (const state of reached)
            for (let byte = 0; byte < 256; byte++) if (alive.has(automaton.next(state, byte))) alive.add(state);
        }
        expect([...reached].filter((state) => !alive.has(state))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ['(a{99}){999}', 'too large'],
    ['((a|b){0,99}c){0,999}', 'too large'],
    ['(){999999999999}', 'too large'],
    ['[]', 'none'],
    ['a[]b', 'none'],
  ])('%s is refused', (pattern, because) => {
    let problem: ProblemError['problem'] | undefined;
    try {
      compile(pattern);
    } catch (error) {
      problem = (error as ProblemError).problem;
    }
    expect(JSON.stringify(problem)).toContain(because);
  });
});

describe('a pattern outside the subset', () => {
  test.each([
    ['^a', '^ at character 1'],
    ['a$', '$ at character 2'],
    ['(?=a)', '(?= at character 1'],
    ['(?<name>a)', '(?< at character 1'],
    ['a*?', '*? at character 2'],
    ['a{2}+', '{2}+ at character 2'],
    ['\\bword', '\\b at character 1'],
    ['(a)\\1', '\\1 at character 4'],
    ['\\p{L}', '\\p at character 1'],
    ['\\u0041', '\\u at character 1'],
    ['*a', '* at character 1'],
    ['a|*', '* at character 3'],
    ['(a', '(a at character 1'],
    ['a)', ') at character 2'],
    ['[a', '[a at character 1'],
    ['[a-', '[a- at character 1'],
    ['[z-a]', 'z-a at character 2'],
    ['[\\d-z]', '\\d-z at character 2'],
    ['a{3,2}', '{3,2} at character 2'],
    ['a{,2}', '{,2} at character 2'],
    ['a{2', '{2 at character 2'],
    ['a}', '} at character 2'],
    ['a]', '] at character 2'],
    ['\\', '\\ at character 1'],
    ['快快^', '^ at character 3'],
    ['\ud800', ' at character 1'],
  ])('%s is refused with its place', (pattern, received) => {
    let caught: unknown;
    try {
      parseRegex(pattern);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(ProblemError);
    const { code, reason, details } = (caught as ProblemError).problem;
    expect({ code, reason }).toEqual({ code: 'invalid_argument', reason: 'parameter_out_of_range' });
    expect(details?.parameter).toBe('pattern');
    expect(details?.allowed).toContain('{m,n}');
    expect(details?.received).toContain(received);
  });
});

test('ranges of characters become ranges of bytes that match nothing twice', () => {
  const codePoints = fc.integer({ min: 0, max: 0x10ffff });
  fc.assert(
    fc.property(codePoints, codePoints, codePoints, (a, b, probe) => {
      const [first, last] = a < b ? [a, b] : [b, a];
      const ranges = toByteRanges({ first, last });
      for (const codePoint of [first, last, probe]) {
        if (codePoint >= 0xd800 && codePoint <= 0xdfff) continue;
        const bytes = new TextEncoder().encode(String.fromCodePoint(codePoint));
        const matches = ranges.filter(
          (range) =>
            range.length === bytes.length &&
            range.every(({ first: low, last: high }, index) => low <= bytes[index]! && bytes[index]! <= high),
        );
        expect(matches).toHaveLength(codePoint >= first && codePoint <= last ? 1 : 0);
      }
    }),
    { numRuns: 2000 },
  );
});
