import { describe, expect, test } from 'vitest';
import { widenFloat16 } from '#engine/float16.ts';
import { parseModelFile } from '#engine/model-file.ts';
import { ModelFileError, readSafetensors } from '#engine/safetensors.ts';
import { joinSafetensors, makeRandomModelFile } from './random-model.ts';

describe('widening half precision', () => {
  test.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x7bff, 65504],
    [0x0001, 2 ** -24],
    [0x83ff, -1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
    [0x7e00, NaN],
  ])('turns 0x%s into %d', (half, value) => {
    expect(widenFloat16(Uint16Array.of(half))[0]).toBe(value);
  });

  test('keeps the order of all positive halves', () => {
    const values = widenFloat16(Uint16Array.from({ length: 0x7c01 }, (_, half) => half));
    expect(values.every((value, index) => index === 0 || value > values[index - 1]!)).toBe(true);
  });
});

describe('a model file', () => {
  const good = makeRandomModelFile(1);

  test('gives config, weights and tokenizer', () => {
    const { config, weights, tokenizer } = parseModelFile(good);
    expect(config).toMatchObject({ hiddenSize: 32, layerCount: 2, kvHeadCount: 2, ropeTheta: 10000, endTokenId: 2 });
    expect(weights.embedding).toHaveLength(config.vocabularySize * config.hiddenSize);
    expect(weights.layers).toHaveLength(2);
    expect(tokenizer).toHaveProperty('model.type', 'BPE');
  });

  test('that is cut short names what is missing, wherever the cut is', () => {
    for (const length of [0, 7, 8, 100, good.byteLength - 1])
      expect(() => parseModelFile(good.slice(0, length)), `${length} bytes`).toThrow(ModelFileError);
    expect(() => parseModelFile(good.slice(0, -1))).toThrow(/Tensor .* cut short/);
  });

  test('that is not one is refused with a reason', () => {
    const page = new TextEncoder().encode('<!doctype html><title>404</title>').buffer;
    expect(() => parseModelFile(page)).toThrow('not a safetensors file');
    const file = (header: unknown) => () => readSafetensors(joinSafetensors(header, Uint16Array.of(0x3c00)));
    expect(file({ a: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } })).toThrow('has type "I64"');
    expect(file({ a: { dtype: 'F16', shape: [3], data_offsets: [0, 2] } })).toThrow('needs 6 bytes');
    expect(file({ a: { dtype: 'F16', shape: [1] } })).toThrow('data offsets');
    expect(file([1])).toThrow(ModelFileError);
    expect(() => parseModelFile(joinSafetensors({}, new Uint16Array()))).toThrow('no "config"');
    expect(file({ a: { dtype: 'F16', shape: [1], data_offsets: [0, 2] } })()).toMatchObject({ metadata: {} });
  });
});
