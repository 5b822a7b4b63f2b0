"""Keep what was written for training apart from the evaluation questions.

A written question repeats an evaluation question when both are equal once folded, or when their
character 4-grams overlap by half (Jaccard). Such rows are left out of training, and so are rows
whose answer holds the gold of an evaluation question, and glossary wordings that are a whole
evaluation question. `python -m training.overlap` lists them.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from training.corpus import fold
from training.written import GlossaryRow, QuestionRow, read_glossary, read_questions

REPO = Path(__file__).parent.parent
N = 4
MAX_OVERLAP = 0.5
MIN_GOLD_CHARS = 7  # shorter golds are terms and figures that anyone may use


def normalise(text: str) -> str:
    """Folded letters, digits and ideographs only."""
    return "".join(character for character in fold(text) if character.isalnum())


def grams(text: str) -> frozenset[str]:
    """Character 4-grams of the normalised text."""
    plain = normalise(text)
    return frozenset(plain[i : i + N] for i in range(len(plain) - N + 1))


def _read_entries() -> list[dict[str, Any]]:
    files = [REPO / "tests" / "questions.yaml", REPO / "tests" / "unanswerable.yaml"]
    files += sorted((REPO / "benchmarks" / "questions").glob("*.yaml"))
    found: list[dict[str, Any]] = []
    for file in files:
        if file.exists():
            found += [row for row in yaml.safe_load(file.read_text("utf-8")) if "q" in row]
    return found


def read_evaluation_questions() -> list[str]:
    """Every question of tests/questions.yaml, tests/unanswerable.yaml and benchmarks/questions."""
    return [row["q"] for row in _read_entries()]


def read_evaluation_golds() -> list[str]:
    """The strings by which the answers to these questions are known."""
    golds: list[str] = []
    for row in _read_entries():
        gold = row.get("gold", [])
        golds += [gold] if isinstance(gold, str) else gold
    return golds


class Guard:
    """Knows the evaluation questions and their golds, and says whether a text repeats one."""

    def __init__(self, questions: Iterable[str], golds: Iterable[str] = ()) -> None:
        self._questions = list(questions)
        folded = {normalise(gold) for gold in golds}
        self._golds = sorted(gold for gold in folded if len(gold) >= MIN_GOLD_CHARS)
        self._equal = {normalise(question): question for question in self._questions}
        self._grams = [grams(question) for question in self._questions]
        self._holders: dict[str, list[int]] = {}
        for index, own in enumerate(self._grams):
            for gram in own:
                self._holders.setdefault(gram, []).append(index)

    def equal(self, text: str) -> str | None:
        """The question that `text` is, once both are folded."""
        return self._equal.get(normalise(text))

    def repeats(self, text: str) -> str | None:
        """The question that `text` is or nearly is."""
        if self.equal(text):
            return self.equal(text)
        own = grams(text)
        shared = Counter(index for gram in own for index in self._holders.get(gram, ()))
        for index, count in sorted(shared.items()):
            if count / (len(own) + len(self._grams[index]) - count) >= MAX_OVERLAP:
                return self._questions[index]
        return None

    def holds_gold(self, text: str) -> str | None:
        """The gold that stands in `text`, folded."""
        plain = normalise(text)
        return next((gold for gold in self._golds if gold in plain), None)


def evaluation_guard() -> Guard:
    """The guard over all there is to keep apart."""
    return Guard(read_evaluation_questions(), read_evaluation_golds())


def trained_questions(guard: Guard | None = None) -> list[QuestionRow]:
    """The written questions that repeat no evaluation question, nor hold the gold of one."""
    guard = guard or evaluation_guard()
    return [
        row
        for row in read_questions()
        if not guard.repeats(row.question) and not guard.holds_gold(row.answer)
    ]


def trained_glossary(guard: Guard | None = None) -> list[GlossaryRow]:
    """The glossary without wordings that are a whole evaluation question."""
    guard = guard or evaluation_guard()
    rows = []
    for row in read_glossary():
        english = tuple(text for text in row.english if not guard.equal(text))
        everyday = tuple(text for text in row.everyday if not guard.equal(text))
        rows.append(GlossaryRow(row.term, english, everyday, row.theme))
    return rows


def main() -> None:
    """Print what is left out of training, and the question it repeats."""
    guard = evaluation_guard()
    for row in read_questions():
        if repeated := guard.repeats(row.question):
            print(f"{row.question} ≈ {repeated}")
        if gold := guard.holds_gold(row.answer):
            print(f"{row.answer}: {gold}")
    for entry in read_glossary():
        for text in (*entry.english, *entry.everyday):
            if repeated := guard.equal(text):
                print(f"glossary: {text} = {repeated}")


if __name__ == "__main__":
    main()
