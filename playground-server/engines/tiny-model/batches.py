"""From facts and lessons to tensors of token ids and loss weights, made once before training."""

import random

import torch
from tokenizers import Tokenizer

from augment import Augmenter
from corpus import Fact
from tokenizer import ASSISTANT, BEGIN, CONTEXT, END, PAD, USER, encode_text

Tokens = tuple[list[int], list[float]]  # ids, and the weight of each id in the loss


def encode_question(tokenizer: Tokenizer, question: str, random: random.Random) -> list[int]:
    """Ids of a question; half of the time cut in two at a random place first, to show other ways to split a word."""
    if len(question) < 4 or random.random() < 0.5:
        return encode_text(tokenizer, question)
    cut = random.randrange(1, len(question))
    return encode_text(tokenizer, question[:cut]) + encode_text(tokenizer, question[cut:])


def dialogue(question: list[int], answer: list[int], question_weight: float) -> Tokens:
    """One chat of one turn; the answer and its `<|end|>` weigh 1."""
    ids = [BEGIN, USER, *question, END, ASSISTANT, *answer, END]
    asked = len(question) + 4
    return ids, [question_weight] * asked + [1.0] * (len(ids) - asked)


def document(tokenizer: Tokenizer, text: str) -> Tokens:
    ids = [BEGIN, *encode_text(tokenizer, text), END]
    return ids, [1.0] * len(ids)


def prose_documents(tokenizer: Tokenizer, lessons: list[list[str]]) -> list[Tokens]:
    """Lessons -> documents of whole paragraphs that fit the context."""
    documents = []
    for paragraphs in lessons:
        text = ""
        for paragraph in paragraphs:
            longer = f"{text}\n\n{paragraph}" if text else paragraph
            if text and len(encode_text(tokenizer, longer)) + 2 > CONTEXT:
                documents.append(document(tokenizer, text))
                longer = paragraph
            text = longer
        if text:
            documents.append(document(tokenizer, text))
    return documents


def dialogues(
    tokenizer: Tokenizer, facts: list[Fact], variants: int, question_weight: float, random: random.Random
) -> list[Tokens]:
    """`variants` dialogues of every trained question, each with the exact answer."""
    augmenter = Augmenter(facts)
    made = []
    for fact in facts:
        answer = encode_text(tokenizer, fact.answer)
        for question in fact.questions:
            for _ in range(variants):
                text = augmenter.draw(question, fact, random)
                made.append(dialogue(encode_question(tokenizer, text, random), answer, question_weight))
    return made


def rows_of_one(samples: list[Tokens], width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Each sample in a row of its own -> (ids int16 [rows, width], weights [rows, width]); padding weighs 0."""
    ids = torch.full((len(samples), width), PAD, dtype=torch.int16)
    weights = torch.zeros(len(samples), width, dtype=torch.bfloat16)
    for row, (tokens, weight) in enumerate(samples):
        ids[row, : len(tokens)] = torch.tensor(tokens[:width], dtype=torch.int16)
        weights[row, : len(tokens)] = torch.tensor(weight[:width])
    return ids, weights


def packed_rows(samples: list[Tokens], rows: int, random: random.Random) -> tuple[torch.Tensor, torch.Tensor]:
    """Samples one behind the other until a row of CONTEXT is full: far positions, long prompts, what follows an end."""
    made: list[Tokens] = []
    while len(made) < rows:
        ids: list[int] = []
        weights: list[float] = []
        while len(ids) < CONTEXT:
            tokens, weight = random.choice(samples)
            ids, weights = ids + tokens, weights + weight
        made.append((ids[:CONTEXT], weights[:CONTEXT]))
    return rows_of_one(made, CONTEXT)
