"""transformers generate() on the shared workload, counted in the unfair and in the fair way."""

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from workload import ALL_AT_ONCE, DTYPE, MODEL, NEW_TOKENS, ONE_BY_ONE, measure


def main():
    # Left padding: a decoder continues from the last position, which must not be padding.
    tokenizer = AutoTokenizer.from_pretrained(MODEL, padding_side="left")
    model = AutoModelForCausalLM.from_pretrained(MODEL, dtype=getattr(torch, DTYPE))
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model.to(device).eval()

    # region: generate
    def generate(conversations):
        inputs = tokenizer.apply_chat_template(
            conversations,
            add_generation_prompt=True,
            padding=True,
            return_tensors="pt",
            return_dict=True,
        ).to(device)
        with torch.inference_mode():
            output = model.generate(
                **inputs,
                do_sample=False,
                min_new_tokens=NEW_TOKENS,  # the same as the maximum: all do the same work
                max_new_tokens=NEW_TOKENS,
            )
        return (output.shape[1] - inputs["input_ids"].shape[1]) * len(conversations)

    measure("transformers, one request at a time", ONE_BY_ONE, generate)
    measure("transformers, all requests in a batch", ALL_AT_ONCE, generate)
    # endregion


if __name__ == "__main__":
    main()
