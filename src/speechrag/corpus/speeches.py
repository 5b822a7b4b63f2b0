"""Tell apart the speeches that one file holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from speechrag.corpus.boilerplate import is_prose
from speechrag.corpus.characters import fold
from speechrag.corpus.forms import ends_like_title, is_closing, is_salutation
from speechrag.corpus.labels import number_of
from speechrag.corpus.paragraphs import Line
from speechrag.types import RemovalReason

_N = r"[一二三四五六七八九十]{1,3}|\d{1,2}"
_MARK = re.compile(
    rf"[\[【(<《]?(?:(?P<stem>[^。!?;,:]{{0,44}}?)(?:篇\s*(?P<a>{_N})|第\s*(?P<b>{_N})\s*篇"
    rf"|(?:范文|例文|讲话稿|发言稿|讲稿|致辞稿|演讲稿|讲话|致辞|发言)\s*[(]?(?P<c>{_N})[)]?))[\]】)>》]?"
    rf"\s*[:、.\s]*(?P<title>[^。!?;]{{0,60}})"
)
_ENDS_SPEECH = re.compile(r"(?:谢谢|感谢)[^。]{0,12}[!。]?$|[!]$|完了")
_LETTER = re.compile(r"\w")
MIN_SPEECH_CHARS = 100  # less prose than this between two marks is a list of titles


def split_speeches(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines of each speech. What stands before the first mark is page matter if not prose."""
    folded = [fold(line.text) for line in lines]
    starts = _marks(lines, folded) or _new_titles(lines, folded)
    if not starts:
        return [list(lines)] if any(line.reason is None for line in lines) else []
    groups: list[list[Line]] = []
    if _n_prose(lines, folded, 0, starts[0]) >= MIN_SPEECH_CHARS:
        groups.append(list(lines[: starts[0]]))
    else:
        for line in lines[: starts[0]]:
            line.reason = line.reason or RemovalReason.METADATA
    bounds = [*starts, len(lines)]
    for start, end in pairwise(bounds):
        groups.append(list(lines[start:end]))
    return groups


def _n_prose(lines: Sequence[Line], folded: Sequence[str], start: int, end: int) -> int:
    rows = range(start, end)
    return sum(len(folded[i]) for i in rows if lines[i].reason is None and is_prose(folded[i]))


def _marks(lines: Sequence[Line], folded: Sequence[str]) -> list[int]:
    """Lines such as 篇2, 篇一:…, 范文三, each with a speech beneath it; at least two."""
    found: list[tuple[int, int]] = []
    for at, text in enumerate(folded):
        if lines[at].reason or len(text) > 80:
            continue
        match = _MARK.fullmatch(text)
        if match:
            found.append((at, number_of(match["a"] or match["b"] or match["c"])))
    if len(found) < 2:
        return []
    ends = [at for at, _ in found[1:]] + [len(lines)]
    sound = [
        (at, number)
        for (at, number), end in zip(found, ends, strict=True)
        if _n_prose(lines, folded, at + 1, end) >= MIN_SPEECH_CHARS
    ]
    rising = all(a[1] < b[1] for a, b in pairwise(sound))
    if len(sound) < 2 or not rising:
        return []
    for at, _ in sound:
        lines[at].is_title = True
    return [at for at, _ in sound]


def _new_titles(lines: Sequence[Line], folded: Sequence[str]) -> list[int]:
    """A title with a salutation beneath it, after another speech has come to its end."""
    # a line of dashes between two speeches is none
    kept = [i for i, line in enumerate(lines) if line.reason is None and _LETTER.search(folded[i])]
    starts: list[int] = []
    n_chars = 0
    for k, at in enumerate(kept):
        below = [folded[i] for i in kept[k + 1 : k + 4]]
        opens = any(is_salutation(text) for text in below)
        above = folded[kept[k - 1]] if k else ""
        ends = is_closing(above) or (
            n_chars >= 4 * MIN_SPEECH_CHARS and (_ENDS_SPEECH.search(above) or lines[at].gap)
        )
        if ends and opens and n_chars >= MIN_SPEECH_CHARS and ends_like_title(folded[at]):
            if not starts:
                starts.append(kept[0])
            starts.append(at)
            lines[at].is_title = True
            n_chars = 0
        n_chars += len(folded[at])
    return starts
