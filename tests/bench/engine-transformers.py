"""Decodes with Hugging Face transformers, eager, fp32, one thread, with its KV cache: one round for each line on stdin.

Usage: python engine-transformers.py MODEL_FOLDER PROMPT_TOKENS OUTPUT_TOKENS
Prints one JSON line with the versions, then one for each round: milliseconds to the first token, and decoded tokens a second.
"""

import json
import platform
import sys
import time

import torch
import transformers

torch.set_num_threads(1)
folder, prompt_tokens, output_tokens = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
model = transformers.AutoModelForCausalLM.from_pretrained(
    folder, dtype=torch.float32, attn_implementation="eager"
).eval()
# The prompt of tests/bench/engine.ts: ids that differ and are not special.
prompt = torch.tensor([[5 + (index * 37) % 4000 for index in range(prompt_tokens)]])


@torch.inference_mode()
def run_once() -> dict[str, float]:
    start = time.perf_counter()
    answer = model(prompt, use_cache=True)
    token = answer.logits[:, -1].argmax(-1, keepdim=True)
    first = time.perf_counter()
    for _ in range(output_tokens - 1):
        answer = model(token, past_key_values=answer.past_key_values, use_cache=True)
        token = answer.logits[:, -1].argmax(-1, keepdim=True)
    end = time.perf_counter()
    return {"firstTokenMs": (first - start) * 1e3, "tokensPerSecond": (output_tokens - 1) / (end - first)}


run_once()
print(
    json.dumps(
        {
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "python": platform.python_version(),
            "threads": torch.get_num_threads(),
        }
    ),
    flush=True,
)
for _ in sys.stdin:
    print(json.dumps(run_once()), flush=True)
