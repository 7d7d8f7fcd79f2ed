"""From four logits to one token, in the order vLLM uses: temperature, min-p, top-k, top-p, draw."""

import math
import random

LOGITS = {"cache": 2.0, "block": 1.0, "queue": 0.5, "banana": -1.0}


# region: softmax
def softmax(logits, temperature=1.0):
    """Logits -> probabilities that sum to 1. A lower temperature widens every gap between logits first."""
    scaled = {token: logit / temperature for token, logit in logits.items()}
    highest = max(scaled.values())  # subtracted so that exp() cannot overflow
    weights = {token: math.exp(logit - highest) for token, logit in scaled.items()}
    return normalise(weights)


def normalise(weights):
    total = sum(weights.values())
    return {token: weight / total for token, weight in weights.items()}
# endregion


# region: filters
def keep_min_p(probabilities, min_p):
    """Drop what is less likely than `min_p` times the likeliest token."""
    floor = min_p * max(probabilities.values())
    return normalise({token: p for token, p in probabilities.items() if p >= floor})


def keep_top_k(probabilities, k):
    """Keep the `k` likeliest tokens; 0 keeps all."""
    ranked = sorted(probabilities.items(), key=lambda item: item[1], reverse=True)
    return normalise(dict(ranked[: k or None]))


def keep_top_p(probabilities, top_p):
    """Keep the smallest set of likeliest tokens whose probabilities sum to at least `top_p`."""
    kept, total = {}, 0.0
    for token, p in sorted(probabilities.items(), key=lambda item: item[1], reverse=True):
        kept[token] = p
        total += p
        if total >= top_p:
            break
    return normalise(kept)
# endregion


# region: problem
def solve():
    """The worked problem of the lesson: temperature 0.5, then top-p 0.85."""
    heated = softmax(LOGITS, temperature=0.5)
    return heated, keep_top_p(heated, top_p=0.85)
# endregion


def rounded(probabilities):
    return {token: round(p, 3) for token, p in probabilities.items()}


if __name__ == "__main__":
    heated, kept = solve()
    assert rounded(softmax(LOGITS)) == {"cache": 0.609, "block": 0.224, "queue": 0.136, "banana": 0.030}
    assert rounded(heated) == {"cache": 0.842, "block": 0.114, "queue": 0.042, "banana": 0.002}
    assert rounded(kept) == {"cache": 0.881, "block": 0.119}
    assert list(keep_top_k(heated, 1)) == ["cache"]
    assert list(keep_min_p(heated, 0.1)) == ["cache", "block"]
    for token, logit in LOGITS.items():
        print(f"{token:8} logit {logit:5.1f}   T=0.5 {heated[token]:.3f}   kept {kept.get(token, 0):.3f}")
    draws = [random.Random(2).choices(list(kept), weights=kept.values(), k=5) for _ in range(2)]
    assert draws[0] == draws[1]
    print("five draws, same seed twice:", *draws)
