"""Headings that the body follows on the same line, as in （一）健全机制。要全面摸清底数.

Such a heading is the topic sentence of its paragraph and often the answer itself, so it stays in
the passage that it opens. It is listed in the outline without an extent, and names the passage's
path as any other heading does (docs/adr/0002-records-and-offsets.md).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from speechrag.types import Passage, Section, Segment


def take_in_run_in(
    sections: Sequence[Section],
    passages: Sequence[Passage],
    segments: Sequence[Segment],
    source: str,
) -> tuple[list[Section], list[Passage]]:
    """The sections and passages with run-in headings moved into the passage behind them.

    Args:
        sections: Headings with their extents in the speech text.
        passages: The passages, in order.
        segments: What maps the speech text back to the source, in order.
        source: The decoded source.
    """
    opened = {passage.start: at for at, passage in enumerate(passages)}
    kept, taken_in = [], list(passages)
    for section in sections:
        at = opened.get(section.end + 1)  # our line break parts a heading from what follows
        if section.level > 0 and at is not None and _on_one_line(section, segments, source):
            taken_in[at] = replace(taken_in[at], start=section.start)
            kept.append(replace(section, end=section.start))
        else:
            kept.append(section)
    return kept, taken_in


def _on_one_line(section: Section, segments: Sequence[Segment], source: str) -> bool:
    last = _source_of(section.end - 1, segments)
    following = _source_of(section.end + 1, segments)
    return not any(char in "\r\n\x0b\x0c\x85\u2028\u2029" for char in source[last:following])


def _source_of(offset: int, segments: Sequence[Segment]) -> int:
    """Where a character of the speech text stands in the source."""
    segment = segments[bisect_right(segments, offset, key=lambda s: s.start) - 1]
    if segment.end - segment.start != segment.source_end - segment.source_start:
        return segment.source_start
    return segment.source_start + offset - segment.start
