"""Cut a speech into passages: whole sentences, one heading's words, about 80 to 400 characters."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from speechrag.corpus.labels import LAST, Item, find_items
from speechrag.corpus.outline import MIN_PASSAGE_CHARS, first_clause
from speechrag.corpus.sentences import sentence_ends
from speechrag.types import Passage, Section

# The bounds: long enough to stand alone, short enough to be read at a glance.
MIN_CHARS = MIN_PASSAGE_CHARS
MAX_CHARS = 400

Path = tuple[str, ...]


@dataclass(slots=True)
class Body:
    """A paragraph of the body in the speech text, and what it stands under."""

    start: int
    end: int
    path: Path
    scope: int  # paragraphs of the same scope stand under the same heading, with no gap between
    is_salutation: bool = False
    opens: Path = ()  # its own inline heading: not repeated in the path of its first passage


@dataclass(slots=True)
class _Piece:
    """A stretch that may become a passage."""

    start: int
    end: int
    path: Path
    scope: int
    joins_next: bool = False  # a salutation, or the line that introduces a list
    sections: list[Section] = field(default_factory=list)

    @property
    def n_chars(self) -> int:
        return self.end - self.start


def _sound_orders(bodies: Sequence[Body], found: Sequence[list[Item]]) -> list[list[Item]]:
    """Items less a lone 首先 or 最后: one that nothing under the same heading counts on with."""
    numbers: dict[int, set[int]] = {}
    for body, items in zip(bodies, found, strict=True):
        numbers.setdefault(body.scope, set()).update(i.number for i in items if i.level == 5)
    return [
        [i for i in items if i.level != 5 or _counts_on(i.number, numbers[body.scope])]
        for body, items in zip(bodies, found, strict=True)
    ]


def _counts_on(number: int, numbers: set[int]) -> bool:
    if number == LAST:
        return len(numbers) >= 2
    return number > 1 or bool(numbers & {2, 3, LAST})


def _inline_sections(text: str, body: Body, items: Sequence[Item]) -> list[Section]:
    """The sections (without extent) of the items that run on inside a paragraph."""
    words = text[body.start : body.end]
    sections = []
    for item in items:
        at = body.start + item.start
        label = words[item.start : item.end]
        heading = first_clause(words[item.end :].lstrip("，,：: 、"))
        sections.append(Section(item.level, label, heading, at, at))
    return sections


def _cut_at_items(words: str, items: Sequence[Item]) -> list[tuple[int, int, int]]:
    """(start, end, index of the item it opens with or -1) for a paragraph's list items."""
    starts = [0, *(item.start for item in items if item.start > 0)]
    bounds = [*starts, len(words)]
    first = 0 if items and items[0].start == 0 else -1
    return [(bounds[i], bounds[i + 1], i + first if first == -1 else i) for i in range(len(starts))]


def _balanced(words: str, start: int, end: int) -> list[tuple[int, int]]:
    """Groups of whole sentences, as even as they allow, none over the bound if possible."""
    if end - start <= MAX_CHARS:
        return [(start, end)]
    ends = [start + at for at in sentence_ends(words[start:end])]
    groups: list[tuple[int, int]] = []
    first = 0  # of the sentences that are not grouped yet
    for at, (a, b) in enumerate(pairwise([start, *ends])):
        if b - a > MAX_CHARS:  # nothing fits beside it
            if at > first:
                groups += _fitting(start, ends[first:at])
            groups.append((a, b))
            first, start = at + 1, b
    return groups + _fitting(start, ends[first:]) if first < len(ends) else groups


def _fitting(start: int, ends: Sequence[int]) -> list[tuple[int, int]]:
    """Sentences in as few even runs as fit the bound; in a long text nearly as few."""
    n_groups = -(-(ends[-1] - start) // MAX_CHARS)
    while True:
        groups = _group(start, ends, n_groups)
        if all(b - a <= MAX_CHARS for a, b in groups) or n_groups >= len(ends):
            return groups
        n_groups += max(1, n_groups // 50)


def _group(start: int, ends: Sequence[int], n_groups: int) -> list[tuple[int, int]]:
    """Sentences in about `n_groups` runs: each cut is the sentence end nearest its even share."""
    total = ends[-1] - start
    cuts: list[int] = []
    after = 0  # the first sentence end behind the last cut
    for k in range(1, n_groups):
        if after >= len(ends) - 1:
            break
        ideal = start + total * k // n_groups
        at = min(max(bisect_left(ends, ideal), after), len(ends) - 2)
        if at > after and ideal - ends[at - 1] <= abs(ends[at] - ideal):
            at -= 1
        cuts.append(ends[at])
        after = at + 1
    return list(pairwise([start, *cuts, ends[-1]]))


def _pieces(
    text: str, body: Body, items: Sequence[Item], sections: Sequence[Section]
) -> list[_Piece]:
    """One paragraph as pieces: itself, or its items and groups of sentences when it is long."""
    words = text[body.start : body.end]
    later = body.path + body.opens
    if len(words) <= MAX_CHARS:
        joins = body.is_salutation or (words.endswith(("：", ":")) and len(words) < MIN_CHARS)
        return [_Piece(body.start, body.end, body.path, body.scope, joins)]
    pieces: list[_Piece] = []
    for start, end, at in _merge_short(_cut_at_items(words, items)):
        for n, (a, b) in enumerate(_balanced(words, start, end)):
            path = later if a else body.path
            running = _running_item(items, a, at, n)
            if running is not None:
                section = sections[running]
                path = (*path, section.label + section.heading)
            pieces.append(_Piece(body.start + a, body.start + b, path, body.scope))
    return pieces


def _running_item(items: Sequence[Item], start: int, at: int, n: int) -> int | None:
    """The item a continuation piece is inside of; None when the piece opens an item itself."""
    if n == 0 or not items:
        return None
    inside = [i for i, item in enumerate(items) if item.start < start]
    return inside[-1] if inside and at >= -1 else None


def _merge_short(cuts: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Join list items that are too short to stand alone with a neighbour."""
    merged: list[tuple[int, int, int]] = []
    for start, end, at in cuts:
        if merged:
            a, b, first = merged[-1]
            short = end - start < MIN_CHARS or b - a < MIN_CHARS
            if short and end - a <= MAX_CHARS:
                merged[-1] = (a, end, first)
                continue
        merged.append((start, end, at))
    return merged


def _merge_pieces(pieces: Sequence[_Piece]) -> list[_Piece]:
    """Join short neighbours under one heading."""
    merged: list[_Piece] = []
    for piece in pieces:
        last = merged[-1] if merged else None
        if last and last.scope == piece.scope and last.path == piece.path and _belong(last, piece):
            last.end = piece.end
            last.joins_next = piece.joins_next and piece.n_chars >= last.n_chars // 2
            continue
        merged.append(piece)
    return merged


def _belong(last: _Piece, piece: _Piece) -> bool:
    both = piece.end - last.start
    if last.joins_next:
        return both <= MAX_CHARS + MIN_CHARS
    short = last.n_chars < MIN_CHARS or (piece.n_chars < MIN_CHARS and not piece.joins_next)
    return short and both <= MAX_CHARS


def build_passages(
    text: str, speech_id: str, bodies: Sequence[Body]
) -> tuple[list[Passage], list[Section]]:
    """The passages of a speech, in order, and its inline sections."""
    pieces: list[_Piece] = []
    inline: list[Section] = []
    found = [find_items(text[body.start : body.end]) for body in bodies]
    for body, items in zip(bodies, _sound_orders(bodies, found), strict=True):
        sections = _inline_sections(text, body, items)
        inline.extend(sections)
        pieces.extend(_pieces(text, body, items, sections))
    passages = [
        Passage(f"{speech_id}-{n:04d}", speech_id, piece.start, piece.end, piece.path)
        for n, piece in enumerate(_merge_pieces(pieces))
    ]
    return passages, inline
