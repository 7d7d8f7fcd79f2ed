"""The Llama architecture in numpy, for any number of sequences at once. Shapes: T tokens of the whole batch, n of one sequence."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


class KvCache:
    """Keys and values of one sequence, [layers, context, kv heads, head size]; `length` positions are filled."""

    def __init__(self, config: dict):
        shape = (
            config["num_hidden_layers"],
            config["max_position_embeddings"],
            config["num_key_value_heads"],
            config["head_dim"],
        )
        self.keys = np.zeros(shape, np.float32)
        self.values = np.zeros(shape, np.float32)
        self.length = 0


@dataclass
class Part:
    """The next tokens of one sequence: a whole prompt (prefill) or one token (decode)."""

    token_ids: Sequence[int]
    cache: KvCache


class TinyLlama:
    """One model. `step` computes one batch and fills the caches of its sequences."""

    def __init__(self, config: dict, tensors: dict[str, np.ndarray]):
        self.config = config
        self.tensors = tensors
        self.embedding = tensors["model.embed_tokens.weight"]
        self.cos, self.sin = _rope_tables(config)

    def step(self, parts: Sequence[Part]) -> np.ndarray:
        """Parts -> logits after the last token of each part, [parts, vocabulary]."""
        spans, positions, token_ids = [], [], []
        for part in parts:
            start, count = part.cache.length, len(part.token_ids)
            spans.append((len(token_ids), count, part.cache))
            positions.extend(range(start, start + count))
            token_ids.extend(part.token_ids)
        hidden = self.embedding[token_ids]  # [T, hidden]
        for layer in range(self.config["num_hidden_layers"]):
            hidden = hidden + self._attention(layer, self._norm(layer, "input_layernorm", hidden), spans, positions)
            hidden = hidden + self._feed_forward(layer, self._norm(layer, "post_attention_layernorm", hidden))
        for _, count, cache in spans:
            cache.length += count
        last = hidden[[first + count - 1 for first, count, _ in spans]]
        return self._rms(last, self.tensors["model.norm.weight"]) @ self.embedding.T  # tied embedding

    def _attention(self, layer: int, x: np.ndarray, spans, positions) -> np.ndarray:
        config = self.config
        heads, kv_heads, size = config["num_attention_heads"], config["num_key_value_heads"], config["head_dim"]
        query = self._rotate(self._linear(layer, "self_attn.q_proj", x).reshape(-1, heads, size), positions)
        key = self._rotate(self._linear(layer, "self_attn.k_proj", x).reshape(-1, kv_heads, size), positions)
        value = self._linear(layer, "self_attn.v_proj", x).reshape(-1, kv_heads, size)
        attended = np.empty_like(query)
        for first, count, cache in spans:
            rows, end = slice(first, first + count), cache.length + count
            cache.keys[layer, cache.length : end] = key[rows]
            cache.values[layer, cache.length : end] = value[rows]
            attended[rows] = _attend(query[rows], cache.keys[layer, :end], cache.values[layer, :end])
        return self._linear(layer, "self_attn.o_proj", attended.reshape(len(x), heads * size))

    def _feed_forward(self, layer: int, x: np.ndarray) -> np.ndarray:
        gate = self._linear(layer, "mlp.gate_proj", x)
        silu = gate / (1 + np.exp(-gate))
        return self._linear(layer, "mlp.down_proj", silu * self._linear(layer, "mlp.up_proj", x))

    def _linear(self, layer: int, name: str, x: np.ndarray) -> np.ndarray:
        return x @ self.tensors[f"model.layers.{layer}.{name}.weight"].T

    def _norm(self, layer: int, name: str, x: np.ndarray) -> np.ndarray:
        return self._rms(x, self.tensors[f"model.layers.{layer}.{name}.weight"])

    def _rms(self, x: np.ndarray, weight: np.ndarray) -> np.ndarray:
        mean_square = np.mean(x * x, axis=-1, keepdims=True)
        return x / np.sqrt(mean_square + np.float32(self.config["rms_norm_eps"])) * weight

    def _rotate(self, x: np.ndarray, positions: Sequence[int]) -> np.ndarray:
        """Rotary position embedding of [T, heads, size]: element i turns with i + size / 2."""
        cos, sin = self.cos[positions][:, None], self.sin[positions][:, None]
        first, second = np.split(x, 2, axis=-1)
        return np.concatenate([first * cos - second * sin, second * cos + first * sin], axis=-1)


def _attend(query: np.ndarray, keys: np.ndarray, values: np.ndarray) -> np.ndarray:
    """[n, heads, size] over [end, kv heads, size] -> [n, heads, size]; token i of n sees the cache up to itself."""
    (n, heads, size), (end, kv_heads, _) = query.shape, keys.shape
    grouped = query.reshape(n, kv_heads, heads // kv_heads, size).transpose(1, 2, 0, 3)  # [kv, group, n, size]
    scores = grouped @ keys.transpose(1, 2, 0)[:, None] / np.float32(np.sqrt(size))  # [kv, group, n, end]
    unseen = np.arange(end)[None] > np.arange(end - n, end)[:, None]
    scores = np.where(unseen, np.float32(-np.inf), scores)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return (weights @ values.transpose(1, 0, 2)[:, None]).transpose(2, 0, 1, 3).reshape(n, heads, size)


def _rope_tables(config: dict) -> tuple[np.ndarray, np.ndarray]:
    """cos and sin of every angle, each [context, head size / 2], float32."""
    size = config["head_dim"]
    # transformers 5 moved theta into rope_parameters.
    theta = config.get("rope_parameters", config)["rope_theta"]
    frequencies = (1 / theta ** (np.arange(0, size, 2) / size)).astype(np.float32)
    angles = np.arange(config["max_position_embeddings"], dtype=np.float32)[:, None] * frequencies
    return np.cos(angles), np.sin(angles)
