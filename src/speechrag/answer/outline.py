"""The outline of a speech to be written: its headings, from typed text or from a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from speechrag.corpus.labels import parse_label
from speechrag.corpus.read import ReadLimits, read_document
from speechrag.errors import QuestionError
from speechrag.index.tokens import fold_key

MAX_HEADINGS = 200
MAX_HEADING_CHARS = 60  # an unnumbered line that is longer is prose
LIMITS = ReadLimits(max_file_bytes=20 * 1024 * 1024, max_unpacked_bytes=100 * 1024 * 1024)
UNLABELLED = 1  # the level of a heading without a label: 前言, 结束语

_BULLET = re.compile(r"^[\s#>*•·▪◆●○■□–—-]+")
_PROSE_END = re.compile(r"[。；！？;!?…]$")
_TITLE_END = re.compile(r"(?:讲话|讲话稿|提纲|报告|致辞|发言|主持词)$")
_EXAMPLE = "请每行写一个标题，如：一、充分认识重要意义。"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of an outline. `level` counts from 1 (一、), 2 is （一）, 3 is 1., 4 is (1)."""

    text: str  # without its label
    label: str = ""  # as it was written: 一、
    level: int = UNLABELLED
    parent: str = ""  # the text of the heading that it stands under

    @property
    def title(self) -> str:
        """As it was written, label and all."""
        gap = " " if self.label and self.label[-1] not in "、）" else ""
        return f"{self.label}{gap}{self.text}"


def read_outline(text: str) -> list[Heading]:
    """The headings of an outline, one a line.

    Where lines are numbered, a long or punctuated line without a number is body and left out, and
    so is a first line that is the title of the speech.

    Raises:
        QuestionError: There is no heading, or there are more than `MAX_HEADINGS`.

    """
    lines = [_split_label(line) for line in text.splitlines()]
    lines = [line for line in lines if any(char.isalnum() for char in line.text)]
    if sum(bool(line.label) for line in lines) >= 2:
        if not lines[0].label and _TITLE_END.search(lines[0].text):
            lines = lines[1:]
        lines = [line for line in lines if line.label or not _is_prose(line.text)]
    if not lines:
        raise QuestionError("提纲是空的。", _EXAMPLE)
    if len(lines) > MAX_HEADINGS:
        raise QuestionError(
            f"提纲有 {len(lines)} 行，最多 {MAX_HEADINGS} 个标题。", "请分几次，每次放一部分标题。"
        )
    return _with_parents(lines)


def load_outline(path: Path, name: str | None = None) -> list[Heading]:
    """The headings of an outline in a file of any format and encoding the library knows.

    Raises:
        SourceError: The file cannot be read.
        QuestionError: There is no heading in it, or too many.

    """
    return read_outline(read_document(path, name=name or path.name, limits=LIMITS).text)


def write_outline(headings: list[Heading]) -> str:
    """The headings as text, one a line, as `read_outline` takes them."""
    return "\n".join(heading.title for heading in headings)


def is_same(one: Heading, other: Heading) -> bool:
    """Whether two headings ask for the same: equal words, and under headings of equal words."""
    return _words(one.text) == _words(other.text) and _words(one.parent) == _words(other.parent)


def _words(text: str) -> str:
    return "".join(char for char in fold_key(text) if char.isalnum())


def _split_label(line: str) -> Heading:
    words = _BULLET.sub("", line).strip()
    label = parse_label(words)
    if label is None:
        return Heading(words)
    return Heading(words[label.end :].strip(), words[: label.end].strip(), label.level)


def _is_prose(text: str) -> bool:
    return len(text) > MAX_HEADING_CHARS or bool(_PROSE_END.search(text))


def _with_parents(lines: list[Heading]) -> list[Heading]:
    """The headings, each with the text of the nearest one before it of a higher level."""
    above: list[Heading] = []
    headings = []
    for line in lines:
        while above and above[-1].level >= line.level:
            above.pop()
        parent = above[-1].text if above else ""
        headings.append(Heading(line.text, line.label, line.level, parent))
        above.append(line)
    return headings
