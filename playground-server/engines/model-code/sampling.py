"""From logits to the next token: temperature, min-p, top-k, top-p, one draw. The order is vLLM's."""

from dataclasses import dataclass

import numpy as np

GREEDY_BELOW = 1e-5


@dataclass(frozen=True)
class Sampling:
    """temperature 0 = always the best token; top_k 0, top_p 1 and min_p 0 keep every token."""

    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0


def choose_token(logits: np.ndarray, sampling: Sampling, random: np.random.Generator) -> int:
    """Logits [vocabulary] -> token id; of equally good ones the lowest."""
    if sampling.temperature < GREEDY_BELOW:
        return int(np.argmax(logits))
    logits = logits.astype(np.float64) / sampling.temperature
    if sampling.min_p > 0:
        probabilities = _softmax(logits)
        logits = np.where(probabilities < sampling.min_p * probabilities.max(), -np.inf, logits)
    if 0 < sampling.top_k < len(logits):
        logits = np.where(logits < np.sort(logits)[-sampling.top_k], -np.inf, logits)
    if sampling.top_p < 1:
        order = np.argsort(-logits, kind="stable")
        probabilities = _softmax(logits)[order]
        before = np.cumsum(probabilities) - probabilities
        logits[order[before >= sampling.top_p]] = -np.inf
        # The most probable token always stays: nothing lies before it.
    return int(random.choice(len(logits), p=_softmax(logits)))


def _softmax(logits: np.ndarray) -> np.ndarray:
    weights = np.exp(logits - logits.max())
    return weights / weights.sum()
