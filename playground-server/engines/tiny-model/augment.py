"""Many ways to ask one question, so that the model learns what is asked and not one sentence.

Every variant keeps the answer exact; only the question changes: politeness, punctuation, case, lost words, bare
keywords. Everything is drawn from the `random.Random` it is given, so a seed fixes the whole training set.
"""

import math
import random
import re
from collections import Counter

from corpus import Fact, normalise

# A unit is one Chinese character, one word or number with its inner - _ . / ', or one other sign.
UNIT = re.compile(r"[\u3400-\u9fff]|[A-Za-z0-9_]+(?:[-./'][A-Za-z0-9_]+)*|\s+|.", re.S)

# fmt: off
BEFORE = {
    "en": [
        "Please tell me: ", "Can you explain ", "I want to know ", "Quick question: ", "In one sentence, ", "Hi, ",
        "Could you tell me ", "Briefly: ", "Help me understand ", "Tell me about ", "I am learning about ", "So ",
    ],
    "zh": [
        "請問", "我想知道", "可以說明一下", "簡單說，", "用一句話說明：", "想請教",
        "幫我解釋", "請告訴我", "你好，", "介紹一下", "關於", "我想了解",
    ],
}
AFTER = {
    "en": [
        ", please", "?", " in simple words", ", in short", " exactly?", " again?", " please explain", "...", " and why?",
    ],
    "zh": [
        "？", "，謝謝", "，請簡單說明", "可以解釋嗎？", "呢？", "是什麼意思？", "？請用一句話回答", "，為什麼？", "怎麼理解？",
    ],
}
KEYWORD_FORMS = {
    "en": [
        "{}", "{}", "{}?", "what is {}", "explain {}", "{} meaning", "how does {} work", "why {}", "about {}",
        "{} in practice",
    ],
    "zh": [
        "{}", "{}", "{}？", "什麼是{}", "{}是什麼", "說明{}", "{}怎麼運作", "為什麼要{}", "{}的用途", "{}是什麼意思？",
    ],
}
# fmt: on


class Augmenter:
    """Draws variants of a question: rare units (by inverse document frequency) survive, common ones get lost."""

    def __init__(self, facts: list[Fact]):
        self.count = len(facts)
        self.held_out = {normalise(fact.held_out) for fact in facts}
        self.seen_in = Counter()
        for fact in facts:
            self.seen_in.update({unit for question in fact.questions for unit in units(question.lower())})

    def rarity(self, unit: str) -> float:
        """0 for a unit that every fact has, about 5 to 6 for a unit of one fact."""
        return math.log(self.count / max(1, self.seen_in[unit.lower()]))

    def draw(self, question: str, fact: Fact, random: random.Random) -> str:
        """One variant of `question`; about one draw in six is the question itself. Never a held-out one."""
        kind = random.random()
        if kind < 0.16:
            return question
        if kind < 0.36:
            text = self.keywords(question, random)
            text = random.choice(KEYWORD_FORMS[fact.language]).format(text)
        elif kind < 0.76:
            text = self.drop(question, random, strength=random.uniform(0.05, 0.35))
        else:
            text = question
        if kind < 0.44:
            text = self.mix(text, fact, random)
        text = dress(text, fact.language, random)
        return text if text and normalise(text) not in self.held_out else question

    def drop(self, question: str, random: random.Random, strength: float) -> str:
        """Lose units at random; a common unit is lost up to three times as often as a rare one."""
        kept = []
        for unit in units(question):
            chance = strength * (0.5 + 1.0 / (1.0 + self.rarity(unit) / 2))
            if unit.isspace() or random.random() > chance:
                kept.append(unit)
        return re.sub(r"\s+", " ", "".join(kept)).strip() or question

    def keywords(self, question: str, random: random.Random) -> str:
        """The rarer half of the question's units, sometimes fewer, in their order."""
        parts = [unit for unit in units(question) if unit.strip() and re.match(r"\w|-", unit)]
        if len(parts) < 3:
            return question
        noisy = sorted(range(len(parts)), key=lambda i: -self.rarity(parts[i]) + random.gauss(0, 0.7))
        chosen = sorted(noisy[: max(2, round(len(parts) * random.uniform(0.35, 0.7)))])
        text = parts[chosen[0]]
        for before, here in zip(chosen, chosen[1:]):
            glued = re.match(r"[\u3400-\u9fff]", parts[here]) and re.match(r"[\u3400-\u9fff]", parts[before])
            text += ("" if glued else " ") + parts[here]
        return text

    def mix(self, text: str, fact: Fact, random: random.Random) -> str:
        """Add a rare unit or two from another question of the same fact."""
        other = [unit for unit in units(random.choice(fact.questions)) if re.match(r"[A-Za-z]", unit)]
        other = [unit for unit in other if self.rarity(unit) > 2.5 and unit not in text]
        return f"{text} {random.choice(other)}" if other else text


def units(text: str) -> list[str]:
    return UNIT.findall(text)


def dress(text: str, language: str, random: random.Random) -> str:
    """Change what carries no meaning: greeting, ending, final sign, case, spaces around Latin words."""
    text = text.strip()
    if random.random() < 0.5:
        text = re.sub(r"[?？.。!]+$", "", text)
    if random.random() < 0.25:
        text = random.choice(BEFORE[language]) + (text[:1].lower() + text[1:] if random.random() < 0.5 else text)
    if random.random() < 0.2:
        text = re.sub(r"[?？.。!]+$", "", text) + random.choice(AFTER[language])
    if random.random() < 0.25:
        text = text.lower()
    if language == "zh" and random.random() < 0.15:
        text = re.sub(r"(?<=[\u3400-\u9fff]) | (?=[\u3400-\u9fff])", "", text)
    return text.strip()
