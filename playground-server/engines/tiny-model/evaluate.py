"""Does the model know its facts when it is asked in words it was never trained on?

`python evaluate.py [--model FOLDER]` asks every held-out question greedily with the published weights (fp16 widened to
fp32), writes evaluation.json into the model's folder and fails when a language is under 70 %.
"""

import argparse
import json
import sys
from pathlib import Path

import torch
from transformers import LlamaForCausalLM

from corpus import LANGUAGES, REPOSITORY, Fact, is_right, load_facts
from model import load_model
from tokenizer import END, PAD, encode_prompt, load_tokenizer

LEAST_RIGHT = 0.70
LONGEST_ANSWER = 128
MODEL_FOLDER = REPOSITORY / "public" / "models" / "tiny-1"


@torch.no_grad()
def answer_greedily(model: LlamaForCausalLM, prompts: list[list[int]]) -> list[list[int]]:
    """Most likely ids after each prompt, up to and without `<|end|>`. Prompts are batched, padded on the left."""
    width = max(map(len, prompts))
    device = model.device
    ids = torch.tensor([[PAD] * (width - len(p)) + p for p in prompts], device=device)
    mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in prompts], device=device)
    out = model.generate(
        input_ids=ids, attention_mask=mask, max_new_tokens=LONGEST_ANSWER, do_sample=False, pad_token_id=PAD
    )
    answers = out[:, width:].tolist()
    return [answer[: answer.index(END)] if END in answer else answer for answer in answers]


def ask(model: LlamaForCausalLM, tokenizer, questions: list[tuple[Fact, str]], batch: int = 128) -> list[dict]:
    """One row a question: what was asked, what came back, whether it is right and whether it ended by itself."""
    rows = []
    for start in range(0, len(questions), batch):
        part = questions[start : start + batch]
        answers = answer_greedily(model, [encode_prompt(tokenizer, question) for _, question in part])
        for (fact, question), ids in zip(part, answers):
            answer = tokenizer.decode(ids)
            rows.append(
                {
                    "id": fact.id,
                    "topic": fact.topic,
                    "language": fact.language,
                    "question": question,
                    "answer": answer,
                    "right": is_right(fact, answer),
                    "verbatim": answer == fact.answer,
                    "ended": len(ids) < LONGEST_ANSWER,
                }
            )
    return rows


def share_right(rows: list[dict], field: str = "right") -> float:
    return round(sum(row[field] for row in rows) / len(rows), 4)


def summarise(rows: list[dict]) -> dict:
    """Accuracy per language and topic, in shares of 1."""
    summary = {}
    for language in LANGUAGES:
        own = [row for row in rows if row["language"] == language]
        topics = sorted({row["topic"] for row in own})
        summary[language] = {
            "questions": len(own),
            "right": share_right(own),
            "verbatim": share_right(own, "verbatim"),
            "ended": share_right(own, "ended"),
            "topics": {topic: share_right([row for row in own if row["topic"] == topic]) for topic in topics},
        }
    return summary


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=MODEL_FOLDER)
    folder = parser.parse_args().model
    facts = load_facts()
    model, tokenizer = load_model(folder), load_tokenizer(folder)
    rows = ask(model, tokenizer, [(fact, fact.held_out) for fact in facts])
    trained = ask(model, tokenizer, [(fact, fact.questions[0]) for fact in facts])
    summary = summarise(rows)
    seen = {language: entry["right"] for language, entry in summarise(trained).items()}
    result = {"heldOut": summary, "firstTrainedQuestionRight": seen, "answers": rows}
    (folder / "evaluation.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    for language, entry in summary.items():
        print(f"{language}: {entry['right']:.1%} of {entry['questions']} held-out questions right", entry["topics"])
    if any(entry["right"] < LEAST_RIGHT for entry in summary.values()):
        sys.exit(f"Under {LEAST_RIGHT:.0%}: this model is not good enough to publish.")


if __name__ == "__main__":
    main()
