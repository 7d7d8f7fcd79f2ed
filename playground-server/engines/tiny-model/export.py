"""Finish a trained and evaluated folder: the one-file weights for the web, and the model card.

`python export.py [--model FOLDER]` reads what train.py and evaluate.py wrote. Every number in the card comes from those
files; none is typed here. Run it last: it is the only step that needs no torch model in memory.
"""

import argparse
import hashlib
import json
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import load_file, save_file

from evaluate import MODEL_FOLDER

HERE = Path(__file__).resolve().parent
NO_RECIPE = ("hold_back", "log_every", "seed", "steps")


def web_file(folder: Path) -> Path:
    return folder / f"{folder.resolve().name}.web.safetensors"


def write_web_file(folder: Path) -> None:
    """model.safetensors + config + tokenizer -> one valid safetensors file with the same tensors."""
    metadata = {
        "format": "pt",
        "config": (folder / "config.json").read_text("utf-8"),
        "tokenizer": (folder / "tokenizer.json").read_text("utf-8"),
    }
    save_file(load_file(folder / "model.safetensors"), str(web_file(folder)), metadata=metadata)
    for file in (web_file(folder), folder / "model.safetensors"):
        file.chmod(0o644)  # safetensors writes files that only their owner may read


def sha256_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def share(value: float) -> str:
    return f"{value:.1%}"


def file_table(files: list[Path], headings: list[str]) -> str:
    rows = [f"| `{file.name}` | {file.stat().st_size:,} | `{sha256_of(file)}` |" for file in files]
    return "\n".join([f"| {' | '.join(headings)} |", "| --- | ---: | --- |", *rows])


def fill_card(folder: Path) -> str:
    """model-card.template.md with every {name} filled from the training log, the evaluation and the files."""
    log = [json.loads(line) for line in (folder / "training-log.jsonl").read_text("utf-8").splitlines()]
    evaluation = json.loads((folder / "evaluation.json").read_text("utf-8"))
    head, last = log[0], [entry for entry in log if "step" in entry][-1]
    held_out, seen = evaluation["heldOut"], evaluation["firstTrainedQuestionRight"]
    with safe_open(folder / "model.safetensors", "pt") as weights:
        parameters = sum(weights.get_tensor(name).numel() for name in weights.keys())
    environment, recipe = head["environment"], head["recipe"]
    lessons = [file for file in head["files"] if file["path"].endswith(".mdx")]
    published = [folder / "model.safetensors", web_file(folder), folder / "tokenizer.json", folder / "config.json"]
    values = {
        "name": folder.resolve().name,
        "parameters": f"{parameters:,}",
        "facts": held_out["en"]["questions"],
        "questions": held_out["en"]["questions"] * 6,
        "dialogues": f"{head['dialogues']:,}",
        "lessons": len(lessons),
        "prose_tokens": f"{head['proseTokens']:,}",
        "en_right": share(held_out["en"]["right"]),
        "zh_right": share(held_out["zh"]["right"]),
        "en_seen": share(seen["en"]),
        "zh_seen": share(seen["zh"]),
        "en_verbatim": share(held_out["en"]["verbatim"]),
        "zh_verbatim": share(held_out["zh"]["verbatim"]),
        "dialogue_loss": last["dialogueLoss"],
        "packed_loss": last["packedLoss"],
        "held_out_answer_loss": last["heldOutAnswerLoss"],
        "held_out_prose_loss": "-" if last["heldOutProseLoss"] is None else last["heldOutProseLoss"],
        "steps": f"{last['step']:,}",
        "tokens": f"{last['tokensWithPadding'] / 1e6:,.0f}",
        "minutes": f"{last['seconds'] / 60:.1f}",
        "recipe": ", ".join(f"{key.replace('_', ' ')} {recipe[key]}" for key in recipe if key not in NO_RECIPE),
        "seed": recipe["seed"],
        "device": environment["device"],
        "versions": ", ".join(f"{key} {environment[key]}" for key in ("python", "torch", "transformers", "tokenizers")),
        "file_table_en": file_table(published, ["file", "bytes", "sha256"]),
        "file_table_zh": file_table(published, ["檔案", "位元組", "sha256"]),
    }
    return (HERE / "model-card.template.md").read_text("utf-8").format(**values)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=MODEL_FOLDER)
    folder = parser.parse_args().model
    write_web_file(folder)
    (folder / "MODEL_CARD.md").write_text(fill_card(folder), "utf-8")
    print(f"wrote {web_file(folder).name} and MODEL_CARD.md")


if __name__ == "__main__":
    main()
