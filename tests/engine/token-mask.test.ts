import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProblemError } from '#contract/problem-error.ts';
import { DEAD } from '#engine/byte-automaton.ts';
import { DraftModel } from '#engine/draft-model.ts';
import { Engine } from '#engine/engine.ts';
import type { EngineEvent, EngineRequest } from '#engine/engine-request.ts';
import { parseModelFile } from '#engine/model-file.ts';
import { TokenMask } from '#engine/token-mask.ts';
import { Tokenizer } from '#engine/tokenizer.ts';
import { makeRandomModelFile } from './random-model.ts';

const model = parseModelFile(makeRandomModelFile(1));
const tokenizer = new Tokenizer(model.tokenizer);
const END = model.config.endTokenId;
const { vocabularySize } = model.config;
const maskOf = (pattern: string) => new TokenMask(pattern, tokenizer, END, vocabularySize);

/** Tokens that spell 't', 'h', 'e', ' ', 'th', ' t', ' th', 'he', ' the' and the bytes of 快, alone and merged. */
const SPELLING = Array.from({ length: vocabularySize }, (_, id) => id).filter((id) => {
  const bytes = [...tokenizer.bytesOf(id)];
  return bytes.length > 0 && bytes.every((byte) => [0x74, 0x68, 0x65, 0x20, 0xe5, 0xbf, 0xab].includes(byte));
});
const PATTERNS = [
  '(the| )*',
  't?h+e{0,2}',
  '[^t]+',
  '.',
  '(th|he|快)+',
  '快?',
  ' the( the)?',
  '(t|th|the)',
  '[快th]{2,3}',
];

describe('a token mask', () => {
  test.each(PATTERNS)('of %s admits exactly its language, in whatever tokens a text is spelt', (pattern) => {
    const mask = maskOf(pattern);
    const language = new RegExp(`^(?:${pattern})$`, 'u');
    let admitted = 0;
    /** Walks every sequence of up to four tokens, as far as the mask lets it. */
    const walk = (state: number, ids: number[]): void => {
      const allowed = mask.allowed(state);
      const bytes = Uint8Array.from(ids.flatMap((id) => [...tokenizer.bytesOf(id)]));
      const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
      const isWhole = !text.includes('\uFFFD');
      if ((allowed[END] === 1) !== (isWhole && language.test(text))) expect.fail(JSON.stringify(text));
      if (allowed[END] === 1) admitted += 1;
      if (!allowed.includes(1)) expect.fail(`nothing may follow ${JSON.stringify(text)}`);
      if (ids.length === 4) return;
      for (const id of SPELLING) {
        const next = mask.advance(state, id);
        if ((next !== DEAD) !== (allowed[id] === 1)) expect.fail('mask and state disagree');
        if (next !== DEAD) walk(next, [...ids, id]);
      }
    };
    walk(mask.start, []);
    expect(admitted).toBeGreaterThan(0);
  });

  test('lets every text of the language through, as the tokenizer spells it, and no other to its end', () => {
    const pieces = fc.array(fc.constantFrom('the', ' the', 't', 'h', ' ', '快'), { maxLength: 6 });
    fc.assert(
      fc.property(fc.constantFrom(...PATTERNS), pieces, (pattern, words) => {
        const text = words.join('');
        const mask = maskOf(pattern);
        let state = mask.start;
        for (const id of tokenizer.encode(text)) if (state !== DEAD) state = mask.advance(state, id);
        const isAdmitted = state !== DEAD && mask.allowed(state)[END] === 1;
        expect(isAdmitted).toBe(new RegExp(`^(?:${pattern})$`, 'u').test(text));
      }),
      { numRuns: 300 },
    );
  });

  test('never lets a special token through but the end', () => {
    for (const pattern of PATTERNS)
      for (const name of ['<|pad|>', '<|begin|>', '<|user|>', '<|assistant|>'])
        expect(maskOf(pattern).allowed(0)[tokenizer.special(name)]).toBe(0);
  });
});

describe('a guided request', () => {
  const request = (id: number, pattern: string, temperature: number): EngineRequest => ({
    id,
    promptIds: [5, 6, 7 + id],
    maxTokens: 40,
    sampling: { temperature, topP: 1, topK: 0, minP: 0, seed: id },
    alternatives: 5,
    pattern,
  });
  const pattern = '(yes|no|maybe), [0-9]{1,3}%( 快){0,2}';
  const run = (engine: Engine) => {
    const events: EngineEvent[] = [];
    while (engine.hasWork) events.push(...engine.step());
    const textOf = (id: number) =>
      events.map((event) => (event.type === 'token' && event.id === id ? event.text : '')).join('');
    return { events, textOf };
  };

  test.each([
    ['alone', {}],
    ['while the engine guesses', { speculation: { draftTokens: 3, proposer: new DraftModel(model) } }],
    ['while blocks run out', { reserve: 'none' as const, blockSize: 2, blockCount: 24 }],
  ])('ends within its language, %s', (_, options) => {
    const engine = new Engine(model, options);
    for (let id = 0; id < 30; id++) engine.add(request(id, pattern, id % 2));
    const { events, textOf } = run(engine);
    const texts = Array.from({ length: 30 }, (_, id) => textOf(id));
    for (const text of texts) expect(text).toMatch(new RegExp(`^(?:${pattern})$`, 'u'));
    expect(new Set(texts).size).toBeGreaterThan(5);
    expect(events.filter((event) => event.type === 'ended').map(({ reason }) => reason)).toEqual(
      texts.map(() => 'stop'),
    );
    // An alternative that may not come has no probability, and minus infinity is no number in JSON.
    for (const event of events)
      if (event.type === 'token')
        for (const { logprob } of event.alternatives ?? []) expect(Number.isFinite(logprob)).toBe(true);
  });

  test('says greedily the same with guesses as without', () => {
    const [plain, guessed] = [{}, { speculation: { draftTokens: 3, proposer: new DraftModel(model) } }].map(
      (options) => {
        const engine = new Engine(model, options);
        engine.add(request(1, pattern, 0));
        return run(engine).textOf(1);
      },
    );
    expect(guessed).toBe(plain);
  });

  test('that is cut by maxTokens ends in the middle of a match', () => {
    const engine = new Engine(model);
    engine.add({ ...request(1, 'a{30}', 1), maxTokens: 4 });
    const { events, textOf } = run(engine);
    expect(textOf(1)).toBe('aaaa');
    expect(events.at(-1)).toMatchObject({ reason: 'length' });
  });

  test('with a pattern that is not supported is refused, and leaves nothing behind', () => {
    const engine = new Engine(model);
    expect(() => engine.add(request(1, '^yes$', 0))).toThrow(ProblemError);
    expect(engine.hasWork).toBe(false);
  });
});
