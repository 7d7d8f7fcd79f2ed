"""What the model learns from: the question-and-answer facts in corpus/*.jsonl and the prose of the lessons.

`python corpus.py` checks every fact and prints the counts; training refuses a corpus that does not pass.
"""

import hashlib
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
LANGUAGES = ("en", "zh")
QUESTIONS_PER_FACT = 6
FEWEST_QUESTIONS_PER_LANGUAGE = 600
SHORTEST_PARAGRAPH = 10  # characters; less is a heading or what is left of a component
PROSE_HELD_OUT_EVERY = 20  # one paragraph in twenty is never trained on


@dataclass(frozen=True)
class Fact:
    """One fact in one language. It counts as known when the answer holds any one of `keys` (lower case)."""

    id: str
    topic: str
    language: str
    questions: tuple[str, ...]
    held_out: str
    answer: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Lesson:
    """One lesson file as plain paragraphs, in the language of its folder."""

    path: str
    language: str
    sha256: str
    paragraphs: tuple[str, ...]


def is_right(fact: Fact, answer: str) -> bool:
    """The one rule by which an answer counts as right, everywhere."""
    return any(key in answer.lower() for key in fact.keys)


def normalise(question: str) -> str:
    """Two questions that differ only in case, space or punctuation are the same question."""
    return re.sub(r"[\W_]+", "", question.lower())


def load_facts(folder: Path = HERE / "corpus") -> list[Fact]:
    facts = []
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line)
            for language in LANGUAGES:
                part = row[language]
                facts.append(
                    Fact(
                        row["id"],
                        row["topic"],
                        language,
                        tuple(part["questions"]),
                        part["heldOut"],
                        part["answer"],
                        tuple(key.lower() for key in part["key"]),
                    )
                )
    return facts


def problems_of(facts: list[Fact]) -> list[str]:
    """Everything wrong with the corpus, one sentence each."""
    problems = []
    seen = Counter((fact.id, fact.language) for fact in facts)
    problems += [f"{id} ({language}): the id is used {n} times" for (id, language), n in seen.items() if n > 1]
    trained = {normalise(question): fact for fact in facts for question in fact.questions}
    for fact in facts:
        name = f"{fact.id} ({fact.language})"
        if len({normalise(question) for question in fact.questions}) != QUESTIONS_PER_FACT:
            problems.append(f"{name}: needs {QUESTIONS_PER_FACT} different questions")
        if not fact.keys or not all(key in fact.answer.lower() for key in fact.keys):
            problems.append(f"{name}: a key does not occur in the answer")
        if normalise(fact.held_out) in trained:
            problems.append(f"{name}: the held-out question is trained on in {trained[normalise(fact.held_out)].id}")
        for question in fact.questions:
            owner = trained[normalise(question)]
            if owner.answer != fact.answer:
                problems.append(f"{name}: '{question}' is also a question of {owner.id} ({owner.language})")
    for language in LANGUAGES:
        count = sum(len(fact.questions) for fact in facts if fact.language == language)
        if count < FEWEST_QUESTIONS_PER_LANGUAGE:
            problems.append(f"{language}: {count} questions, at least {FEWEST_QUESTIONS_PER_LANGUAGE} are needed")
    return problems


def strip_tags(text: str) -> str:
    """Take out component and HTML tags, whose attributes may hold nested braces; the text between tags stays."""
    kept, depth, inside = [], 0, False
    for position, sign in enumerate(text):
        if not inside and sign == "<" and re.match(r"</?[A-Za-z]", text[position : position + 3]):
            inside, depth = True, 0
        if not inside:
            kept.append(sign)
        elif sign in "{}":
            depth += 1 if sign == "{" else -1
        elif sign == ">" and depth == 0:
            inside = False
    return "".join(kept)


def strip_mdx(source: str) -> list[str]:
    """An MDX lesson -> its paragraphs as plain text: no front matter, code, components, tables or link targets."""
    text = re.sub(r"\A---\n.*?\n---\n", "", source, flags=re.S)
    text = re.sub(r"^(```|~~~).*?^\1[^\n]*$", "", text, flags=re.S | re.M)
    text = re.sub(r"\{/\*.*?\*/\}|<!--.*?-->", "", text, flags=re.S)
    text = re.sub(r"^(import|export) .*$", "", text, flags=re.M)
    text = strip_tags(text)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"^(#{1,6}) +(.*?)(?: *\[#[\w-]+\])?$", r"\n\2\n", text, flags=re.M)
    text = re.sub(r"^:::.*$|^\|.*$", "", text, flags=re.M)
    text = re.sub(r"^[ \t]*([-*>]|\d+\.)\s+", "", text, flags=re.M)
    text = re.sub(r"\*\*|`|(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])", "", text)
    text = re.sub(r"^[ \t]*(\{.*|\)\)\}|</?>)[ \t]*$|\{[^{}]*\}", "", text, flags=re.M)
    paragraphs = [re.sub(r"\s*\n\s*", " ", paragraph).strip() for paragraph in re.split(r"\n\s*\n", text)]
    return [paragraph for paragraph in paragraphs if len(paragraph) >= SHORTEST_PARAGRAPH]


def load_lessons(folder: Path = REPOSITORY / "content" / "docs") -> list[Lesson]:
    """Every lesson that exists now, in a fixed order."""
    lessons = []
    for file in sorted(folder.glob("**/*.mdx")):
        source = file.read_text("utf-8")
        path = file.relative_to(REPOSITORY).as_posix()
        language = "zh" if "/zh-tw/" in path else "en"
        paragraphs = strip_mdx(source)
        if paragraphs:
            lessons.append(Lesson(path, language, hashlib.sha256(source.encode()).hexdigest(), tuple(paragraphs)))
    return lessons


def split_prose(lessons: list[Lesson]) -> tuple[list[list[str]], list[list[str]]]:
    """Lessons -> (trained, held out) documents of paragraphs; every PROSE_HELD_OUT_EVERY-th paragraph is held out."""
    trained, held_out = [], []
    for lesson in lessons:
        kept = [p for i, p in enumerate(lesson.paragraphs) if i % PROSE_HELD_OUT_EVERY != PROSE_HELD_OUT_EVERY - 1]
        trained.append(kept)
        held_out += [[p] for p in lesson.paragraphs[PROSE_HELD_OUT_EVERY - 1 :: PROSE_HELD_OUT_EVERY]]
    return trained, held_out


def describe_files() -> list[dict[str, str]]:
    """Path and sha256 of every file that training reads, for the head of the training log."""
    files = [*sorted((HERE / "corpus").glob("*.jsonl")), *sorted((REPOSITORY / "content" / "docs").glob("**/*.mdx"))]
    return [
        {"path": file.relative_to(REPOSITORY).as_posix(), "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
        for file in files
    ]


def check_corpus() -> list[Fact]:
    """Load the facts, print the counts, and stop with every problem when there is one."""
    facts = load_facts()
    lessons = load_lessons()
    for language in LANGUAGES:
        own = [fact for fact in facts if fact.language == language]
        prose = sum(len(p) for lesson in lessons if lesson.language == language for p in lesson.paragraphs)
        print(
            f"{language}: {len(own)} facts, {sum(len(fact.questions) for fact in own)} questions trained, "
            f"{len(own)} held out, {prose} characters of lessons",
            flush=True,
        )
    problems = problems_of(facts)
    if problems:
        sys.exit("\n".join(["The corpus is not fit for training:", *problems]))
    return facts


if __name__ == "__main__":
    check_corpus()
