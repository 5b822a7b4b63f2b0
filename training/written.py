"""Read what was written for this project: `glossary.tsv` and `questions*.tsv` beside this file."""

import csv
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class GlossaryRow:
    """An official term with its English and its everyday wordings."""

    term: str
    english: tuple[str, ...]
    everyday: tuple[str, ...]
    theme: str


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question and the kind of sentence that answers it in a speech."""

    kind: str
    question: str
    answer: str
    role: str
    theme: str


def _read_rows(path: Path, first_column: str, n_columns: int) -> list[list[str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        [cell.strip() for cell in row]
        for row in rows
        if len(row) >= n_columns and row[0].strip() != first_column and row[0].strip()
    ]


def _alternatives(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def read_glossary(path: Path = HERE / "glossary.tsv") -> list[GlossaryRow]:
    """All rows of the glossary, in file order; none where there is no file yet."""
    return [
        GlossaryRow(row[0], _alternatives(row[1]), _alternatives(row[2]), row[3])
        for row in _read_rows(path, "term", 4)
    ]


def read_questions(*paths: Path) -> list[QuestionRow]:
    """All written questions, file by file, in their order; a pair that is written twice, once.

    Args:
        paths: The files; without any, every `questions*.tsv` beside this module, by name.
    """
    found: dict[tuple[str, str], QuestionRow] = {}
    for path in paths or sorted(HERE.glob("questions*.tsv")):
        for row in _read_rows(path, "kind", 4):
            theme = row[4] if len(row) > 4 else ""
            found.setdefault((row[1], row[2]), QuestionRow(*row[:4], theme))
    return list(found.values())
