"""Keep what was written for training apart from the evaluation questions.

A written question repeats an evaluation question when both are equal once folded, or when their
character 4-grams overlap by half (Jaccard). Such rows are left out of training, and so are glossary
wordings that are a whole evaluation question. `python -m training.overlap` lists them.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import yaml

from training.corpus import fold
from training.written import GlossaryRow, QuestionRow, read_glossary, read_questions

REPO = Path(__file__).parent.parent
N = 4
MAX_OVERLAP = 0.5


def normalise(text: str) -> str:
    """Folded letters, digits and ideographs only."""
    return "".join(character for character in fold(text) if character.isalnum())


def grams(text: str) -> frozenset[str]:
    """Character 4-grams of the normalised text."""
    plain = normalise(text)
    return frozenset(plain[i : i + N] for i in range(len(plain) - N + 1))


def read_evaluation_questions() -> list[str]:
    """Every question of tests/questions.yaml and benchmarks/questions."""
    files = [REPO / "tests" / "questions.yaml"]
    files += sorted((REPO / "benchmarks" / "questions").glob("*.yaml"))
    found: list[str] = []
    for file in files:
        if file.exists():
            found += [row["q"] for row in yaml.safe_load(file.read_text("utf-8")) if "q" in row]
    return found


class Guard:
    """Knows the evaluation questions and says whether a text repeats one."""

    def __init__(self, questions: Iterable[str]) -> None:
        self._questions = list(questions)
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


def trained_questions(guard: Guard | None = None) -> list[QuestionRow]:
    """The written questions that repeat no evaluation question."""
    guard = guard or Guard(read_evaluation_questions())
    return [row for row in read_questions() if not guard.repeats(row.question)]


def trained_glossary(guard: Guard | None = None) -> list[GlossaryRow]:
    """The glossary without wordings that are a whole evaluation question."""
    guard = guard or Guard(read_evaluation_questions())
    rows = []
    for row in read_glossary():
        english = tuple(text for text in row.english if not guard.equal(text))
        everyday = tuple(text for text in row.everyday if not guard.equal(text))
        rows.append(GlossaryRow(row.term, english, everyday, row.theme))
    return rows


def main() -> None:
    """Print what is left out of training, and the question it repeats."""
    guard = Guard(read_evaluation_questions())
    for row in read_questions():
        if repeated := guard.repeats(row.question):
            print(f"{row.question} ≈ {repeated}")
    for entry in read_glossary():
        for text in (*entry.english, *entry.everyday):
            if repeated := guard.equal(text):
                print(f"glossary: {text} = {repeated}")


if __name__ == "__main__":
    main()
