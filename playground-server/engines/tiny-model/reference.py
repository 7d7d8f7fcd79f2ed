"""The parity reference: what transformers (eager, fp32, CPU, one thread) generates from the published weights.

`python reference.py [--model FOLDER] [--output FILE]` writes for each prompt of parity-prompts.json the ids that went
in, the 64 greedy ids that came out (the end token is ignored) and, for each of those, the gap between the two best
logits: an engine may part from the reference only where that gap is smaller than float rounding can explain.
"""

import argparse
import hashlib
import json
import platform
from pathlib import Path

import tokenizers
import torch
import transformers

from corpus import REPOSITORY
from evaluate import MODEL_FOLDER
from model import load_model
from tokenizer import encode_prompt, load_tokenizer

HERE = Path(__file__).resolve().parent
NEW_TOKENS = 64
FIXTURE = REPOSITORY / "tests" / "fixtures" / "parity" / "tiny-1.json"


@torch.no_grad()
def generate(model, prompt: list[int]) -> tuple[list[int], list[float]]:
    """NEW_TOKENS most likely ids after `prompt`, one forward pass each over the KV cache, and the logit gaps."""
    output, margins = [], []
    ids, cache = torch.tensor([prompt]), None
    for _ in range(NEW_TOKENS):
        result = model(input_ids=ids, past_key_values=cache, use_cache=True)
        cache = result.past_key_values
        best = result.logits[0, -1].topk(2)
        output.append(best.indices[0].item())
        margins.append(float(f"{(best.values[0] - best.values[1]).item():.6g}"))
        ids = best.indices[:1].unsqueeze(0)
    return output, margins


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=MODEL_FOLDER)
    parser.add_argument("--output", type=Path, default=FIXTURE)
    options = parser.parse_args()
    torch.set_num_threads(1)
    model, tokenizer = load_model(options.model), load_tokenizer(options.model)
    prompts = []
    for language, texts in json.loads((HERE / "parity-prompts.json").read_text("utf-8")).items():
        for number, text in enumerate(texts, start=1):
            ids = encode_prompt(tokenizer, text)
            output, margins = generate(model, ids)
            prompts.append(
                {
                    "id": f"{language}-{number:02}",
                    "language": language,
                    "text": text,
                    "promptIds": ids,
                    "outputIds": output,
                    "margins": margins,
                }
            )
    reference = {
        "environment": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "tokenizers": tokenizers.__version__,
            "attention": "eager",
            "dtype": "float32",
            "device": f"CPU ({platform.machine()}), one thread",
        },
        "modelSha256": hashlib.sha256((options.model / "model.safetensors").read_bytes()).hexdigest(),
        "prompts": prompts,
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(reference, ensure_ascii=False) + "\n", "utf-8")
    smallest = min(min(prompt["margins"]) for prompt in prompts)
    print(f"{len(prompts)} prompts x {NEW_TOKENS} tokens; smallest gap of the two best logits: {smallest:g}")


if __name__ == "__main__":
    main()
