"""The account of a source: every character is shown once or removed for a reason."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from speechrag.corpus.edits import Edit
from speechrag.corpus.paragraphs import Line
from speechrag.types import ParsedFile, RemovalReason, Removed, Segment, Speech


def coverage_of(parsed: ParsedFile) -> float:
    """Share of the source's characters that are in exactly one heading, passage or removed span.

    Counted from the spans themselves: a character in none, or in two, is not covered.
    """
    n = len(parsed.document.text)
    if n == 0:
        return 1.0
    counts = [0] * (n + 1)
    for start, end in _source_spans(parsed):
        counts[start] += 1
        counts[end] -= 1
    covered = depth = 0
    for change in counts[:n]:
        depth += change
        covered += depth == 1
    return covered / n


def _source_spans(parsed: ParsedFile) -> Iterable[tuple[int, int]]:
    for span in parsed.removed:
        yield span.start, span.end
    for speech in parsed.speeches:
        shown = sorted(
            [(p.start, p.end) for p in speech.passages]
            + [(s.start, s.end) for s in speech.sections if s.end > s.start]
        )
        starts = [start for start, _ in shown]
        for segment in speech.segments:
            yield from _shown_parts(segment, shown, starts)


def _shown_parts(
    segment: Segment, shown: Sequence[tuple[int, int]], starts: Sequence[int]
) -> Iterable[tuple[int, int]]:
    """The source ranges of a segment, once for each passage or heading that shows them."""
    even = segment.end - segment.start == segment.source_end - segment.source_start
    for at in range(max(0, bisect_right(starts, segment.start) - 2), len(shown)):
        start, end = shown[at]
        if start >= segment.end:
            break
        low, high = max(start, segment.start), min(end, segment.end)
        if low >= high:
            continue
        if even:
            shift = segment.source_start - segment.start
            yield low + shift, high + shift
        elif low == segment.start:
            yield segment.source_start, segment.source_end


def build_removed(
    source: str, speeches: Sequence[Speech], edits: Sequence[Edit], lines: Sequence[Line]
) -> tuple[Removed, ...]:
    """Everything of the source that no speech shows, with reasons; blank space is layout."""
    spans: list[tuple[int, int, RemovalReason | None]] = [
        (e.start, e.end, e.reason) for e in edits if not e.text
    ]
    for line in lines:
        parts = [*line.dropped, *([(line.traced, line.reason)] if line.reason else [])]
        for traced, why in parts:
            spans.extend((s.source_start, s.source_end, why) for s in traced.segments)
    shown = [(s.source_start, s.source_end, None) for speech in speeches for s in speech.segments]
    removed: list[Removed] = []
    at = 0
    every: list[tuple[int, int, RemovalReason | None]] = [*spans, *shown]
    for start, end, reason in sorted(every, key=lambda s: (s[0], s[1])):
        if start > at:
            _append(removed, at, start, RemovalReason.LAYOUT)
        if reason and end > start:
            _append(removed, start, end, reason)
        at = max(at, end)
    if at < len(source):
        _append(removed, at, len(source), RemovalReason.LAYOUT)
    return tuple(removed)


def _append(removed: list[Removed], start: int, end: int, reason: RemovalReason) -> None:
    last = removed[-1] if removed else None
    if last and last.end == start and last.reason is reason:
        removed[-1] = Removed(last.start, end, reason)
    else:
        removed.append(Removed(start, end, reason))
