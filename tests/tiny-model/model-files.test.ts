import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const folder = new URL('../../public/models/tiny-1/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder));
const readJson = (name: string) => JSON.parse(read(name).toString()) as Record<string, unknown>;

interface TensorHeader {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** A safetensors file, read here apart from the engine's own reader: header length, JSON header, bytes. */
function open(name: string) {
  const file = read(name);
  const headerEnd = 8 + Number(file.readBigUInt64LE(0));
  const { __metadata__: metadata, ...tensors } = JSON.parse(file.subarray(8, headerEnd).toString()) as Record<
    string,
    TensorHeader
  > & { __metadata__?: Record<string, string> };
  const bytesOf = ({ data_offsets: [start, end] }: TensorHeader) => file.subarray(headerEnd + start, headerEnd + end);
  return { metadata, tensors: tensors as Record<string, TensorHeader>, bytesOf };
}

describe('the published files of tiny-1', () => {
  const weights = open('model.safetensors');
  const web = open('tiny-1.web.safetensors');
  const config = readJson('config.json');

  test('have the shapes that config.json promises', () => {
    const size = (key: string) => config[key] as number;
    const [hidden, feedForward] = [size('hidden_size'), size('intermediate_size')];
    const query = size('num_attention_heads') * size('head_dim');
    const keyValue = size('num_key_value_heads') * size('head_dim');
    const shapes: Record<string, number[]> = {
      'model.embed_tokens.weight': [size('vocab_size'), hidden],
      'model.norm.weight': [hidden],
    };
    for (let layer = 0; layer < size('num_hidden_layers'); layer++)
      for (const [name, shape] of Object.entries({
        'self_attn.q_proj': [query, hidden],
        'self_attn.k_proj': [keyValue, hidden],
        'self_attn.v_proj': [keyValue, hidden],
        'self_attn.o_proj': [hidden, query],
        'mlp.gate_proj': [feedForward, hidden],
        'mlp.up_proj': [feedForward, hidden],
        'mlp.down_proj': [hidden, feedForward],
        input_layernorm: [hidden],
        post_attention_layernorm: [hidden],
      }))
        shapes[`model.layers.${layer}.${name}.weight`] = shape;
    expect(Object.fromEntries(Object.entries(weights.tensors).map(([name, { shape }]) => [name, shape]))).toEqual(
      shapes,
    );
    expect(Object.values(weights.tensors).every(({ dtype }) => dtype === 'F16')).toBe(true);
  });

  test('hold four to six million parameters', () => {
    const parameters = Object.values(weights.tensors)
      .map(({ shape }) => shape.reduce((product, length) => product * length, 1))
      .reduce((sum, count) => sum + count, 0);
    expect(parameters).toBeGreaterThan(4e6);
    expect(parameters).toBeLessThan(6e6);
  });

  test('have the same values in both weight files', () => {
    expect(Object.keys(web.tensors).sort()).toEqual(Object.keys(weights.tensors).sort());
    for (const [name, tensor] of Object.entries(weights.tensors)) {
      const other = web.tensors[name]!;
      expect(other.shape, name).toEqual(tensor.shape);
      expect(web.bytesOf(other).equals(weights.bytesOf(tensor)), name).toBe(true);
    }
  });

  test('carry config and tokenizer in the web file, word for word', () => {
    expect(web.metadata?.['config']).toBe(read('config.json').toString());
    expect(web.metadata?.['tokenizer']).toBe(read('tokenizer.json').toString());
  });

  test('name the special tokens in the order that config.json and the chat template use', () => {
    const { added_tokens: added } = readJson('tokenizer.json') as { added_tokens: { id: number; content: string }[] };
    expect(added.map(({ id, content }) => [id, content])).toEqual(
      ['<|pad|>', '<|begin|>', '<|end|>', '<|user|>', '<|assistant|>'].map((content, id) => [id, content]),
    );
    expect(config).toMatchObject({ pad_token_id: 0, bos_token_id: 1, eos_token_id: 2 });
    expect(readJson('tokenizer_config.json')['chat_template']).toContain('<|assistant|>');
  });

  test('are the files that the model card describes', () => {
    const card = read('MODEL_CARD.md').toString();
    for (const name of ['model.safetensors', 'tiny-1.web.safetensors', 'tokenizer.json', 'config.json'])
      expect(card).toContain(createHash('sha256').update(read(name)).digest('hex'));
  });

  test('were the ones that the parity reference was made from', () => {
    const reference = readFileSync(new URL('../fixtures/parity/tiny-1.json', import.meta.url)).toString();
    const { modelSha256 } = JSON.parse(reference) as { modelSha256: string };
    expect(modelSha256).toBe(createHash('sha256').update(read('model.safetensors')).digest('hex'));
  });
});
