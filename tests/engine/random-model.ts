import { seededRandom } from '#experiments/seeded-random.ts';
import { byteToCharacter } from '#engine/byte-alphabet.ts';

const CONFIG = {
  model_type: 'llama',
  hidden_act: 'silu',
  tie_word_embeddings: true,
  hidden_size: 32,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 8,
  intermediate_size: 48,
  max_position_embeddings: 128,
  rope_parameters: { rope_theta: 10000, rope_type: 'default' },
  rms_norm_eps: 1e-5,
  eos_token_id: 2,
};

const SPECIAL = ['<|pad|>', '<|begin|>', '<|end|>', '<|user|>', '<|assistant|>'];
const MERGES: [string, string][] = [
  ['t', 'h'],
  ['Ġ', 't'],
  ['i', 'n'],
  ['Ġt', 'h'],
  ['h', 'e'],
  ['Ġth', 'e'],
  ['å', '¿'],
  ['å¿', '«'],
];

/** A tokenizer.json of bytes, special tokens and a few merges. */
export function smallTokenizerJson() {
  const tokens = [...SPECIAL, ...byteToCharacter, ...MERGES.map((pair) => pair.join(''))];
  return {
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
    added_tokens: SPECIAL.map((content, id) => ({ id, content, special: true })),
    model: { type: 'BPE', vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges: MERGES },
  };
}

/** A whole web model file in memory: a Llama of some 30 thousand random weights. The same seed gives the same file. */
export function makeRandomModelFile(seed: number): ArrayBuffer {
  const random = seededRandom(seed);
  const tokenizer = smallTokenizerJson();
  const vocabulary = Object.keys(tokenizer.model.vocab).length;
  const { hidden_size: hidden, intermediate_size: feedForward, head_dim: head } = CONFIG;
  const queryWidth = CONFIG.num_attention_heads * head;
  const kvWidth = CONFIG.num_key_value_heads * head;
  const shapes: [string, number[]][] = [
    ['model.embed_tokens.weight', [vocabulary, hidden]],
    ['model.norm.weight', [hidden]],
  ];
  for (let layer = 0; layer < CONFIG.num_hidden_layers; layer++)
    shapes.push(
      [`model.layers.${layer}.input_layernorm.weight`, [hidden]],
      [`model.layers.${layer}.self_attn.q_proj.weight`, [queryWidth, hidden]],
      [`model.layers.${layer}.self_attn.k_proj.weight`, [kvWidth, hidden]],
      [`model.layers.${layer}.self_attn.v_proj.weight`, [kvWidth, hidden]],
      [`model.layers.${layer}.self_attn.o_proj.weight`, [hidden, queryWidth]],
      [`model.layers.${layer}.post_attention_layernorm.weight`, [hidden]],
      [`model.layers.${layer}.mlp.gate_proj.weight`, [feedForward, hidden]],
      [`model.layers.${layer}.mlp.up_proj.weight`, [feedForward, hidden]],
      [`model.layers.${layer}.mlp.down_proj.weight`, [hidden, feedForward]],
    );
  const header: Record<string, unknown> = {
    __metadata__: {
      format: 'pt',
      config: JSON.stringify({ ...CONFIG, vocab_size: vocabulary }),
      tokenizer: JSON.stringify(tokenizer),
    },
  };
  const halves: number[] = [];
  for (const [name, shape] of shapes) {
    const begin = halves.length * 2;
    const count = shape.reduce((product, size) => product * size, 1);
    for (let index = 0; index < count; index++) halves.push(shape.length === 1 ? 0x3c00 : randomHalf(random));
    header[name] = { dtype: 'F16', shape, data_offsets: [begin, halves.length * 2] };
  }
  return joinSafetensors(header, Uint16Array.from(halves));
}

/** Safetensors bytes of a header and its data: for files that are right, and for files that are not. */
export function joinSafetensors(header: unknown, data: Uint16Array): ArrayBuffer {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + data.byteLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  file.set(new Uint8Array(data.buffer), 8 + text.length);
  return file.buffer;
}

/** A half of magnitude 2^-3 to 1 and random sign: any bits of fraction, exponents 12 to 14 of bias 15. */
function randomHalf(random: () => number): number {
  const sign = random() < 0.5 ? 0x8000 : 0;
  const exponent = 12 + Math.floor(random() * 3);
  return sign | (exponent << 10) | Math.floor(random() * 1024);
}
