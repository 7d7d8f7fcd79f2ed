"""One workload for both engines: the same prompts, the same number of output tokens, the same dtype."""

import os
import time

MODEL = os.environ.get("MODEL", "public/models/tiny-1")
# region: measure
DTYPE = "float32"
NEW_TOKENS = 32
PROMPTS = [
    "What is the KV cache for?",
    "What is continuous batching?",
    "What does prefill do?",
    "What does decode do?",
    "What is TTFT?",
    "KV 快取有什麼用？",
    "什麼是連續批次處理？",
    "什麼是首個 token 延遲？",
]
CONVERSATIONS = [[{"role": "user", "content": prompt}] for prompt in PROMPTS]
ONE_BY_ONE = [[conversation] for conversation in CONVERSATIONS]
ALL_AT_ONCE = [CONVERSATIONS]


def measure(name, batches, generate):
    """Run every batch once, in order. Only generated tokens count.

    Latency runs from the start of a request's own batch, without the wait for its turn.
    """
    generate(batches[0])  # warm-up: the first call pays for allocation and compilation
    latencies, tokens = [], 0
    started = time.perf_counter()
    for batch in batches:
        batch_started = time.perf_counter()
        tokens += generate(batch)
        latencies.append(time.perf_counter() - batch_started)
    seconds = time.perf_counter() - started
    assert tokens == len(PROMPTS) * NEW_TOKENS, "both engines must do the same work"
    longest_ms = max(latencies) * 1000
    print(f"{name}: {tokens / seconds:.0f} output tok/s, longest request {longest_ms:.0f} ms")
# endregion
