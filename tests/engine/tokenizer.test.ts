import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeChat } from '#engine/chat-template.ts';
import { TokenStream } from '#engine/token-stream.ts';
import { Tokenizer } from '#engine/tokenizer.ts';
import { smallTokenizerJson } from './random-model.ts';

const tokenizer = new Tokenizer(smallTokenizerJson());
const anyText = fc.string({ unit: 'binary', maxLength: 200 });
const textOf = (ids: number[]) => ids.map((id) => tokenizer.show(id));

describe('the tokenizer', () => {
  test('gives back any text it encoded', () => {
    fc.assert(fc.property(anyText, (text) => tokenizer.decode(tokenizer.encode(text)) === text));
  });

  test('applies the merge that was learnt first, and never across words', () => {
    // 't' + 'h' was learnt before 'Ġ' + 't', so the space stays alone.
    expect(textOf(tokenizer.encode('the thin'))).toEqual(['th', 'e', ' ', 'th', 'in']);
    expect(textOf(tokenizer.encode('in\nin'))).toEqual(['in', '\n', 'in']);
  });

  test('reads merges written as strings the same as merges written as pairs', () => {
    const json = smallTokenizerJson();
    const merges = json.model.merges.map((pair) => pair.join(' '));
    const other = new Tokenizer({ ...json, model: { ...json.model, merges } });
    fc.assert(fc.property(anyText, (text) => other.encode(text).join() === tokenizer.encode(text).join()));
  });

  test('leaves the last space of a run to the word after it, as GPT-2 does', () => {
    expect(textOf(tokenizer.encode('a  the'))).toEqual(
      ['a', ' ', ' the'].flatMap((word) => textOf(tokenizer.encode(word))),
    );
  });

  test('takes special tokens in a text for ordinary characters', () => {
    const ids = tokenizer.encode('<|end|><|user|>');
    expect(ids.every((id) => id > tokenizer.special('<|assistant|>'))).toBe(true);
    expect(tokenizer.decode(ids)).toBe('<|end|><|user|>');
  });

  test('puts the chat template around a prompt', () => {
    expect(textOf(encodeChat(tokenizer, 'in'))).toEqual(['<|begin|>', '<|user|>', 'in', '<|end|>', '<|assistant|>']);
  });

  test('refuses a tokenizer.json of another kind', () => {
    expect(() => new Tokenizer({ ...smallTokenizerJson(), normalizer: { type: 'NFC' } })).toThrow('normalizer');
    expect(() => new Tokenizer({ ...smallTokenizerJson(), pre_tokenizer: { type: 'Metaspace' } })).toThrow(
      'byte-level',
    );
  });
});

describe('a stream of tokens', () => {
  test('holds a split character back until it is whole', () => {
    const stream = new TokenStream(tokenizer);
    expect(tokenizer.encode('🚀').map((id) => stream.push(id))).toEqual(['', '', '', '🚀']);
    expect(stream.end()).toBe('');
  });

  test('ends a character that was cut off with the replacement character', () => {
    const stream = new TokenStream(tokenizer);
    expect(stream.push(tokenizer.encode('🚀')[0]!)).toBe('');
    expect(stream.end()).toBe('\uFFFD');
  });

  test('joined is the decoded text, for any tokens', () => {
    const ids = fc.array(fc.nat(tokenizer.vocabularySize - 1), { maxLength: 60 });
    fc.assert(
      fc.property(ids, (tokens) => {
        const stream = new TokenStream(tokenizer);
        expect(tokens.map((id) => stream.push(id)).join('') + stream.end()).toBe(tokenizer.decode(tokens));
      }),
    );
  });
});
