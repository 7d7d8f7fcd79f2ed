"""What the model sees: a chat -> token ids -> the text that the chat template made of it."""

import json
import os
import urllib.request

SERVER = os.environ.get("BASE_URL", "http://127.0.0.1:8000/v1").removesuffix("/v1")
MODEL = os.environ.get("MODEL", "public/models/tiny-1")  # as `vllm serve` was given it


def post(path, body):
    request = urllib.request.Request(
        SERVER + path, json.dumps({"model": MODEL, **body}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def main():
    # region: tokens
    for text in ["What is the KV cache for?", "KV 快取有什麼用？"]:
        messages = [{"role": "user", "content": text}]
        bare = post("/tokenize", {"prompt": text, "add_special_tokens": False})
        chat = post("/tokenize", {"messages": messages, "return_token_strs": True})
        rendered = post("/detokenize", {"tokens": chat["tokens"]})["prompt"]
        print(f"{len(text)} characters, {bare['count']} tokens: {text!r}")
        print(f"  {chat['count']} with the template: {rendered!r}")
        print(f"  {chat['token_strs']}")
    # endregion


if __name__ == "__main__":
    main()
