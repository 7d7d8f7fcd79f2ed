"""The tokenizer of tiny-1: byte-level BPE with 4096 entries, trained on the corpus and the lessons.

Saved as the two files every Hugging Face tool reads: tokenizer.json and tokenizer_config.json (with the chat template).
"""

import json
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

VOCABULARY = 4096
CONTEXT = 512
PAD, BEGIN, END, USER, ASSISTANT = range(5)
SPECIAL_TOKENS = ["<|pad|>", "<|begin|>", "<|end|>", "<|user|>", "<|assistant|>"]
# A merge never grows past this many bytes (four Chinese characters), so that whole clauses do not become one token.
LONGEST_TOKEN_BYTES = 12
CHAT_TEMPLATE = (
    "<|begin|>{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def train_tokenizer(texts: list[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=SPECIAL_TOKENS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        max_token_length=LONGEST_TOKEN_BYTES,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    if tokenizer.get_vocab_size() != VOCABULARY:
        raise SystemExit(f"The corpus gives {tokenizer.get_vocab_size()} tokens, {VOCABULARY} are wanted: add text.")
    return tokenizer


def save_tokenizer(tokenizer: Tokenizer, folder: Path) -> None:
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": SPECIAL_TOKENS[BEGIN],
        "eos_token": SPECIAL_TOKENS[END],
        "pad_token": SPECIAL_TOKENS[PAD],
        "additional_special_tokens": [SPECIAL_TOKENS[USER], SPECIAL_TOKENS[ASSISTANT]],
        "clean_up_tokenization_spaces": False,
        "model_max_length": CONTEXT,
        "chat_template": CHAT_TEMPLATE,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", "utf-8")


def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer as it was saved. Encode a reader's text with `encode_text`, never with `.encode` alone."""
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def encode_text(tokenizer: Tokenizer, text: str) -> list[int]:
    """Text -> ids in which `<|end|>` typed by a reader is six ordinary signs and not the special token."""
    tokenizer.encode_special_tokens = True
    return tokenizer.encode(text, add_special_tokens=False).ids


def encode_prompt(tokenizer: Tokenizer, question: str) -> list[int]:
    """The ids the model continues: the chat template up to and including `<|assistant|>`."""
    return [BEGIN, USER, *encode_text(tokenizer, question), END, ASSISTANT]
