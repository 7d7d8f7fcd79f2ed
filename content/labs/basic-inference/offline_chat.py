"""Offline batch: the engine lives in this process, takes a list, and returns when every answer is complete."""

import os

# region: offline
from vllm import LLM, SamplingParams

MODEL = os.environ.get("MODEL", "public/models/tiny-1")
QUESTIONS = ["What is the KV cache for?", "KV 快取有什麼用？"]


def main():
    llm = LLM(model=MODEL, dtype="float32", max_model_len=512)
    conversations = [[{"role": "user", "content": question}] for question in QUESTIONS]
    sampling = SamplingParams(temperature=0, max_tokens=64)
    for question, output in zip(QUESTIONS, llm.chat(conversations, sampling)):
        answer = output.outputs[0]
        print(f"{question} -> {answer.text!r}")
        prompt_tokens, output_tokens = len(output.prompt_token_ids), len(answer.token_ids)
        print(
            f"  {prompt_tokens} prompt tokens, {output_tokens} output tokens,"
            f" ended by {answer.finish_reason}"
        )


# vLLM starts its engine in a second process. Under `spawn` that process imports this
# file again: without the guard the import would start another engine, and so on.
if __name__ == "__main__":
    main()
# endregion
