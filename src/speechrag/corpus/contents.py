"""目录/提纲 blocks: taken out of the text, kept as the outline that the source printed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from speechrag.corpus.characters import fold
from speechrag.corpus.labels import find_items, parse_label
from speechrag.corpus.paragraphs import Line
from speechrag.corpus.punctuation import widen
from speechrag.types import RemovalReason, Section

_HEAD = re.compile(
    r"[\[【(]?(?:本文|文章|全文|内容|讲话)?(?:目\s*录|提\s*纲|大\s*纲|目录/提纲|目录提纲|提纲/目录|内容提要|内容导航|导读)[\])】]?"
    r"\s*[:]?\s*(?:…+|\.{3,}|-{3,})?\s*"
)
_END = re.compile(r"(?:…+|\.{3,}|-{3,}|[(]?(?:正文|略)[)]?)")
_LEADER = re.compile(r"[\s.…·_\-]*\d{1,3}\s*$")
_HAS_SENTENCE = re.compile(r"[。!?;]")
MAX_LINE_CHARS = 70


def label_contents(lines: Sequence[Line]) -> list[tuple[int, tuple[Section, ...]]]:
    """Mark each 目录/提纲 block as removed; its line number and the sections it lists.

    A block ends at a line of dots, at a line that is no heading, or where its first heading comes
    again: there the speech itself begins.
    """
    found: list[tuple[int, tuple[Section, ...]]] = []
    at = 0
    while at < len(lines):
        if lines[at].reason is None and _HEAD.fullmatch(fold(lines[at].text)):
            end, sections = _read_block(lines, at + 1)
            if sections:
                for line in lines[at:end]:
                    line.reason = line.reason or RemovalReason.CONTENTS
                found.append((at, tuple(sections)))
                at = end
                continue
        at += 1
    return found


def _read_block(lines: Sequence[Line], start: int) -> tuple[int, list[Section]]:
    sections: list[Section] = []
    seen: set[str] = set()
    for at in range(start, len(lines)):
        line = lines[at]
        if line.reason not in (None, RemovalReason.PAGE_FURNITURE):
            continue
        folded = fold(line.text)
        if _END.fullmatch(folded):
            return at + 1, sections
        section = _entry(line.text)
        key = "".join(_LEADER.sub("", folded).split())
        if section is None or key in seen:
            return at, sections
        seen.add(key)
        sections.append(section)
    return len(lines), sections


def _entry(text: str) -> Section | None:
    """One line of a table of contents, or None when the line is no heading."""
    if len(text) > MAX_LINE_CHARS or _HAS_SENTENCE.search(fold(text).rstrip("。;")):
        return None
    words = widen(_LEADER.sub("", text) or text)
    if label := parse_label(words):
        return Section(label.level, words[: label.end].strip(), words[label.end :].strip(), 0, 0)
    items = find_items(words)
    if items and items[0].start == 0:
        item = items[0]
        return Section(item.level, words[: item.end], words[item.end :].strip("，, "), 0, 0)
    return None
