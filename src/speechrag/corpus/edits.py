"""Changes to the source that lie inside lines: what is dropped, and what is put instead."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace

from speechrag.corpus.characters import BREAK
from speechrag.types import RemovalReason


@dataclass(frozen=True, slots=True)
class Edit:
    """source[start:end] is dropped for `reason`, or stands for `text` when there is one.

    `breaks`: the words before and after do not belong together (a paywall took the middle).
    An edit that puts text in its place is kept whole or not at all.
    """

    start: int
    end: int
    reason: RemovalReason
    text: str = ""
    breaks: bool = False
    closes: bool = False  # it says that the source shows no more
    ends_line: bool = False  # a line of the source ends here, as a <br> says


def merge_edits(groups: Iterable[Iterable[Edit]]) -> list[Edit]:
    """All edits in source order without overlap; earlier groups win, later ones are clipped."""
    taken: list[Edit] = []
    for group in groups:
        starts, ends = [t.start for t in taken], [t.end for t in taken]
        fresh: list[Edit] = []
        last = 0
        for edit in sorted(group, key=lambda e: (e.start, e.end)):
            hits = taken[bisect_right(ends, edit.start) : bisect_left(starts, edit.end)]
            if edit.text and (hits or edit.start < last):
                continue  # a replacement is kept whole or not at all
            for part in _clear_of(edit, hits):
                if part.end > last:
                    start = max(part.start, last)
                    fresh.append(replace(part, start=start))
                    last = part.end
        taken = sorted(taken + fresh, key=lambda e: e.start)
    return taken


def _clear_of(edit: Edit, hits: list[Edit]) -> list[Edit]:
    """What of an edit lies outside some ascending others."""
    if not hits:
        return [edit] if edit.end > edit.start else []
    parts, at = [], edit.start
    for hit in hits:
        if hit.start > at:
            parts.append(replace(edit, start=at, end=hit.start))
        at = max(at, hit.end)
    if at < edit.end:
        parts.append(replace(edit, start=at))
    return parts


def split_at_breaks(source: str, edits: list[Edit]) -> list[Edit]:
    """Edits that do not break text, cut where lines end, so that each lies in one line."""
    parts: list[Edit] = []
    for edit in edits:
        if edit.breaks or not BREAK.search(source, edit.start, edit.end):
            parts.append(edit)
            continue
        at = edit.start
        for match in BREAK.finditer(source, edit.start, edit.end):
            if match.start() > at:
                parts.append(Edit(at, match.start(), edit.reason))
            at = match.end()
        if at < edit.end:
            parts.append(Edit(at, edit.end, edit.reason))
    return parts
