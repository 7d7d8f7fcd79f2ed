"""Stream one chat answer and time it with this client's clock."""

import os
import time

from openai import OpenAI

BASE_URL = os.environ.get("BASE_URL", "http://127.0.0.1:8000/v1")
MODEL = os.environ.get("MODEL", "public/models/tiny-1")  # as `vllm serve` was given it


def main():
    client = OpenAI(base_url=BASE_URL, api_key="not-needed")
    arrivals = []
    # region: stream
    sent = time.perf_counter()
    stream = client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": "What is the KV cache for?"}],
        max_completion_tokens=64,
        temperature=0,
        stream=True,
        stream_options={"include_usage": True},
        extra_body={"top_k": 0, "min_p": 0.0},  # vLLM's own fields go here
    )
    for chunk in stream:
        if chunk.usage:  # one last chunk without choices
            usage = chunk.usage
        # the first chunk holds only the role
        if chunk.choices and chunk.choices[0].delta.content:
            arrivals.append(time.perf_counter())
            print(chunk.choices[0].delta.content, end="", flush=True)
    # endregion
    gaps = sorted(later - at for at, later in zip(arrivals, arrivals[1:]))
    print(f"\nprompt {usage.prompt_tokens} tokens, output {usage.completion_tokens} tokens, {len(arrivals)} chunks")
    print(f"TTFT {(arrivals[0] - sent) * 1000:.1f} ms")
    print(f"gap between chunks: median {gaps[len(gaps) // 2] * 1000:.1f} ms, longest {gaps[-1] * 1000:.1f} ms")


if __name__ == "__main__":
    main()
