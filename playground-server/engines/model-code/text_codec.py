"""Prompt -> token ids with the chat template around it, and token ids -> text as it grows."""

import codecs

from tokenizers import Tokenizer


class TextCodec:
    """One tokenizer.json of byte-level BPE with the special tokens of tiny-1."""

    def __init__(self, tokenizer_json: str):
        self._tokenizer = Tokenizer.from_str(tokenizer_json)
        # A learner's text is only text: '<|end|>' in it must not become the special token.
        self._tokenizer.encode_special_tokens = True
        self._special = {token.content: id for id, token in self._tokenizer.get_added_tokens_decoder().items()}
        byte_of = {character: byte for byte, character in enumerate(_byte_alphabet())}
        self._bytes = {
            id: bytes(byte_of[character] for character in token)
            for token, id in self._tokenizer.get_vocab(with_added_tokens=False).items()
            if token not in self._special
        }

    def encode_chat(self, prompt: str) -> list[int]:
        """'Hi' -> ids of '<|begin|><|user|>Hi<|end|><|assistant|>'"""
        special = self._special
        ids = self._tokenizer.encode(prompt, add_special_tokens=False).ids
        return [special["<|begin|>"], special["<|user|>"], *ids, special["<|end|>"], special["<|assistant|>"]]

    def bytes_of(self, token_id: int) -> bytes:
        """The bytes a token adds to the text; none for a special token."""
        return self._bytes.get(token_id, b"")


class TextStream:
    """Tokens of one answer -> text. A character may be split over tokens: until it is whole, `push` answers ''."""

    def __init__(self, codec: TextCodec):
        self._codec = codec
        self._utf8 = codecs.getincrementaldecoder("utf-8")("replace")

    def push(self, token_id: int) -> str:
        return self._utf8.decode(self._codec.bytes_of(token_id))

    def end(self) -> str:
        """What still waits, as U+FFFD: the answer ended within a character."""
        return self._utf8.decode(b"", final=True)


def _byte_alphabet() -> list[str]:
    """Byte -> the printable character byte-level BPE writes for it: Latin-1 for itself, the rest from U+0100 on."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = iter(range(0x100, 0x200))
    return [chr(byte if byte in printable else next(others)) for byte in range(256)]
