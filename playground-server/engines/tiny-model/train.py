"""Train tiny-1 from nothing: corpus check, tokenizer, weights. Minutes on one GPU, an hour or more on a CPU.

`python train.py [--output FOLDER]` writes the model's folder: tokenizer.json, tokenizer_config.json, config.json,
generation_config.json, model.safetensors (fp16) and training-log.jsonl. evaluate.py and export.py come after it.
"""

import argparse
import json
import math
import platform
import random
import time
from dataclasses import replace
from pathlib import Path

import tokenizers
import torch
import torch.nn.functional as F
import transformers

from batches import Tokens, dialogue, dialogues, packed_rows, prose_documents, rows_of_one
from corpus import Fact, check_corpus, describe_files, load_lessons, split_prose
from evaluate import MODEL_FOLDER, ask, share_right, summarise
from model import new_model, round_to_fp16, save_model
from tokenizer import END, encode_text, save_tokenizer, train_tokenizer


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=MODEL_FOLDER)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument("--weight-decay", type=float, default=0.1)
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("--question-weight", type=float, default=0.2, help="weight of a question's tokens in the loss")
    parser.add_argument("--variants", type=int, default=60, help="augmented dialogues made of every question")
    parser.add_argument("--dialogues", type=int, default=256, help="rows of one dialogue in a step")
    parser.add_argument("--packed", type=int, default=16, help="packed rows of 512 tokens in a step")
    parser.add_argument("--prose-share", type=float, default=0.5, help="documents of packed rows that are lesson text")
    parser.add_argument("--log-every", type=int, default=250)
    parser.add_argument(
        "--hold-back",
        action="store_true",
        help="choose a recipe: do not train each fact's last question and report how many of those come out right",
    )
    return parser.parse_args()


def describe_environment(device: torch.device) -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "tokenizers": tokenizers.__version__,
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else f"CPU ({platform.machine()})",
    }


def add_dropout(model: torch.nn.Module, share: float) -> None:
    """Llama has no dropout of its own: drop the output of the embedding and of both halves of every layer."""
    for name, module in model.named_modules():
        if name.endswith(("embed_tokens", "o_proj", "down_proj")):
            module.register_forward_hook(lambda module, _, output: F.dropout(output, share, module.training))


def loss_of(model, ids: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Weighted mean cross entropy of the next token, in nats. ids, weights: [rows, width]."""
    ids = ids.long()
    with torch.autocast(ids.device.type, dtype=torch.bfloat16, enabled=ids.device.type == "cuda"):
        logits = model(input_ids=ids[:, :-1], use_cache=False).logits
    losses = F.cross_entropy(logits.float().flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
    weight = weights[:, 1:].float().flatten()
    return (losses * weight).sum() / weight.sum()


@torch.no_grad()
def held_out_loss(model, rows: tuple[torch.Tensor, torch.Tensor] | None) -> float | None:
    if rows is None:
        return None
    model.eval()
    loss = loss_of(model, *rows).item()
    model.train()
    return round(loss, 4)


def pad(samples: list[Tokens]) -> tuple[torch.Tensor, torch.Tensor] | None:
    return rows_of_one(samples, max(len(ids) for ids, _ in samples)) if samples else None


def learning_rate_at(step: int, steps: int, peak: float) -> float:
    """Linear warm-up over the first 3 %, then a cosine down to 1 % of the peak."""
    warm_up = max(1, steps * 3 // 100)
    if step < warm_up:
        return peak * (step + 1) / warm_up
    return peak * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (step - warm_up) / (steps - warm_up))))


def held_out_dialogues(tokenizer, questions: list[tuple[Fact, str]]) -> list[Tokens]:
    """Held-out questions with their right answers; only the answers count in the loss."""
    return [dialogue(encode_text(tokenizer, q), encode_text(tokenizer, fact.answer), 0.0) for fact, q in questions]


def main() -> None:
    options = parse_arguments()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(options.seed)
    draw = random.Random(options.seed)
    options.output.mkdir(parents=True, exist_ok=True)

    facts = check_corpus()
    asked_later = [(fact, fact.questions[-1] if options.hold_back else fact.held_out) for fact in facts]
    if options.hold_back:
        facts = [replace(fact, questions=fact.questions[:-1]) for fact in facts]
    lessons, lessons_held_out = split_prose(load_lessons())

    texts = [text for fact in facts for text in (*fact.questions, fact.answer)]
    tokenizer = train_tokenizer(texts + [paragraph for lesson in lessons for paragraph in lesson])
    save_tokenizer(tokenizer, options.output)

    asked = dialogues(tokenizer, facts, options.variants, options.question_weight, draw)
    prose = prose_documents(tokenizer, lessons)
    of_prose = options.prose_share if prose else 0.0
    copies = max(1, round(len(asked) * of_prose / (1 - of_prose) / len(prose))) if prose else 0
    single = tuple(part.to(device) for part in rows_of_one(asked, max(len(ids) for ids, _ in asked)))
    packed = tuple(part.to(device) for part in packed_rows(asked + prose * copies, 4000, draw))
    held_out = [pad(held_out_dialogues(tokenizer, asked_later)), pad(prose_documents(tokenizer, lessons_held_out))]
    held_out = [rows and tuple(part.to(device) for part in rows) for rows in held_out]

    model = new_model().to(device)
    add_dropout(model, options.dropout)
    matrices = [p for p in model.parameters() if p.dim() == 2]
    scales = [p for p in model.parameters() if p.dim() == 1]
    groups = [{"params": matrices, "weight_decay": options.weight_decay}, {"params": scales, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=options.learning_rate, betas=(0.9, 0.98), fused=device.type == "cuda")

    with (options.output / "training-log.jsonl").open("w", encoding="utf-8") as log:

        def write(entry: dict) -> None:
            log.write(json.dumps(entry, ensure_ascii=False) + "\n")
            log.flush()
            print({key: value for key, value in entry.items() if key != "files"}, flush=True)

        recipe = {key: value for key, value in vars(options).items() if key != "output"}
        parameters = sum(p.numel() for p in model.parameters())
        write(
            {
                "environment": describe_environment(device),
                "recipe": recipe,
                "parameters": parameters,
                "dialogues": len(asked),
                "proseDocuments": len(prose),
                "proseTokens": sum(len(ids) for ids, _ in prose),
                "files": describe_files(),
            }
        )
        started, tokens = time.monotonic(), 0
        model.train()
        for step in range(options.steps):
            for group in optimizer.param_groups:
                group["lr"] = learning_rate_at(step, options.steps, options.learning_rate)
            rows = torch.randint(len(single[0]), (options.dialogues,), device=device)
            dialogue_loss = loss_of(model, single[0][rows], single[1][rows])
            rows = torch.randint(len(packed[0]), (options.packed,), device=device)
            packed_loss = loss_of(model, packed[0][rows], packed[1][rows])
            optimizer.zero_grad(set_to_none=True)
            (dialogue_loss + packed_loss).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            tokens += options.dialogues * single[0].shape[1] + packed[0].shape[1] * options.packed
            if (step + 1) % options.log_every == 0 or step + 1 == options.steps:
                write(
                    {
                        "step": step + 1,
                        "dialogueLoss": round(dialogue_loss.item(), 4),
                        "packedLoss": round(packed_loss.item(), 4),
                        "heldOutAnswerLoss": held_out_loss(model, held_out[0]),
                        "heldOutProseLoss": held_out_loss(model, held_out[1]),
                        "learningRate": float(f"{optimizer.param_groups[0]['lr']:.3g}"),
                        "tokensWithPadding": tokens,
                        "seconds": round(time.monotonic() - started, 1),
                    }
                )
        round_to_fp16(model)
        save_model(model, options.output)
        model.eval()
        rows = ask(model, tokenizer, asked_later)
        name = "lastQuestionRight" if options.hold_back else "heldOutRight"
        right = {language: entry["right"] for language, entry in summarise(rows).items()}
        write({name: right, "ended": share_right(rows, "ended")})


if __name__ == "__main__":
    main()
