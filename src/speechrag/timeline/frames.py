"""The places a phrase stands in: what is right before it and right behind it.

“全面建设＿＿” is a frame of 小康社会. A phrase that takes another's place fills its frames; words
that merely come into use at the same time do not.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from speechrag.index.tokens import fold, fold_key
from speechrag.timeline.records import Use

BLANK = "＿＿"
EDGE = "|"
"""Behind the last word of a clause."""

MAX_LEFT_CHARS = 6
MIN_LEFT_CHARS = 2
MAX_FILL_CHARS, MIN_FILL_CHARS = 10, 3
MAX_FILL_WORDS = 5
REACH = 24
_STOPS = r"，。；：！？、,.;:!?\n\"'()《》…"
_BEFORE = re.compile(rf"[^{_STOPS}]*$")
_CLAUSE = re.compile(rf"[^{_STOPS}]+")
_EMPTY = frozenset("的了和与及之在是有就都也又这那把对以将为从到上中下等我们他们")


@dataclass(slots=True)
class Fill:
    """What fills frames: which of them, in which speeches."""

    frames: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def frames_of(uses: Iterable[Use], min_speeches: int = 2) -> dict[str, set[str]]:
    """Each frame (left words + BLANK + right word or EDGE) → the speeches that use it."""
    frames: defaultdict[str, set[str]] = defaultdict(set)
    for use in uses:
        for frame in _frames_around(use):
            frames[frame].add(use.speech.id)
    return {frame: ids for frame, ids in frames.items() if len(ids) >= min_speeches}


def _frames_around(use: Use) -> Iterator[str]:
    text = use.speech.text
    before = _BEFORE.search(fold(text[max(0, use.start - REACH) : use.start]))
    lead = fold_key(before[0]) if before else ""
    behind = _CLAUSE.match(fold(text[use.end : use.end + REACH]))
    words = _cut(fold_key(behind[0])) if behind else []
    right = words[0] if words else EDGE
    for left in left_contexts(lead):
        yield f"{left}{BLANK}{right}"


def left_contexts(lead: str) -> list[str]:
    """The last words of a clause's beginning, 2 to 6 characters, that say something."""
    words = _cut(lead)
    found, left = [], ""
    for word in reversed(words):
        left = word + left
        if len(left) > MAX_LEFT_CHARS:
            break
        if len(left) >= MIN_LEFT_CHARS and not set(left) <= _EMPTY:
            found.append(left)
    return found


def fills_in(text: str, lefts: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    """What stands in the frames in a text: (frame, what fills it).

    Args:
        text: A passage or heading as it stands.
        lefts: The left side of each frame → its right sides.
    """
    folded = fold(text)
    if not any(left in folded for left in lefts):
        return
    for clause in _CLAUSE.findall(folded):
        words = _cut(fold_key(clause))
        for at in range(1, len(words)):
            yield from _fills_at(words, at, lefts)


def _fills_at(words: list[str], at: int, lefts: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    left = ""
    for word in reversed(words[:at]):
        left = word + left
        if len(left) > MAX_LEFT_CHARS:
            return
        rights = lefts.get(left)
        if not rights:
            continue
        fill = ""
        for end in range(at, min(len(words), at + MAX_FILL_WORDS)):
            fill += words[end]
            right = words[end + 1] if end + 1 < len(words) else EDGE
            if right in rights and _is_fill(fill, words[at], words[end]):
                yield f"{left}{BLANK}{right}", fill


def _is_fill(fill: str, first: str, last: str) -> bool:
    return (
        MIN_FILL_CHARS <= len(fill) <= MAX_FILL_CHARS
        and first not in _EMPTY
        and last not in _EMPTY
        and not re.search(r"\d", fill)
    )


def _cut(text: str) -> list[str]:
    import rjieba

    words: list[str] = rjieba.cut(text)
    return words


def show_frame(frame: str) -> str:
    """A frame as a person reads it."""
    return frame.removesuffix(EDGE)
