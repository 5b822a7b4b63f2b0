"""Put headings and paragraphs together: the speech text, its sections and the heading paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from speechrag.corpus.forms import bare
from speechrag.corpus.outline import Block
from speechrag.corpus.passages import Body
from speechrag.corpus.traced import Traced
from speechrag.types import Section, Segment

Place = list[tuple[int, int, str]]  # level, number and name of each enclosing heading


@dataclass(slots=True)
class Layout:
    """The speech text under construction."""

    parts: list[str] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    bodies: list[Body] = field(default_factory=list)
    n_chars: int = 0

    @property
    def text(self) -> str:
        """The paragraphs, one a line."""
        return "\n".join(self.parts)

    def add(self, traced: Traced) -> tuple[int, int]:
        """Put a paragraph behind the others; where it stands now."""
        if self.parts:
            self.n_chars += 1
        start = self.n_chars
        self.parts.append(traced.text)
        self.segments.extend(
            Segment(s.start + start, s.end + start, s.source_start, s.source_end)
            for s in traced.segments
        )
        self.n_chars += len(traced.text)
        return start, self.n_chars


def lay_out(blocks: Sequence[Block], contents: Sequence[Section]) -> Layout:
    """Place the blocks of a speech; `contents` is the outline that the source printed, if any."""
    layout = Layout()
    place: Place = []
    scope = 0
    for at, block in enumerate(blocks):
        start, end = layout.add(block.traced)
        if block.gap and at:
            scope += 1
            place = _place_behind_gap(place, blocks[at:], contents)
        if block.level is not None:
            layout.sections.append(Section(block.level, block.label, block.heading, start, end))
            place = [p for p in place if p[0] < block.level]
            if block.level > 0:
                place.append((block.level, block.number, block.label + block.heading))
            scope += 1
            continue
        opens: tuple[str, ...] = ()
        if block.inline:
            level, label, heading = block.inline
            layout.sections.append(Section(level, label, heading, start, start))
            place = [p for p in place if p[0] < level]
            opens = (label + heading,)
        names = tuple(name for _, _, name in place)
        layout.bodies.append(Body(start, end, names, scope, block.is_salutation, opens))
        if block.inline and block.inline[0] <= 2:
            place.append((block.inline[0], block.number, opens[0]))
    return layout


def _place_behind_gap(place: Place, blocks: Sequence[Block], contents: Sequence[Section]) -> Place:
    """Where the words behind a missing stretch stand.

    When the next heading of a level does not count on from the last one, headings were lost: the
    old ones hold no more. The printed outline may tell which was the last that was lost.
    """
    for depth, (level, number, _) in enumerate(place):
        following = next((b for b in blocks if b.level is not None and 0 < b.level <= level), None)
        if following is None or following.level != level or not number:
            continue
        if following.number != number + 1:
            return _place_from_contents(blocks, contents) or place[:depth]
    return place


def _place_from_contents(blocks: Sequence[Block], contents: Sequence[Section]) -> Place:
    """The entry of the printed outline before the next heading, with what it stands under."""
    following = next((b for b in blocks if b.level), None)
    outline = [s for s in contents if 1 <= s.level <= 4]
    if following is None:
        return []
    name = bare(following.label + following.heading)
    found = next((i for i, s in enumerate(outline) if bare(s.label + s.heading) == name), 0)
    place: Place = []
    for section in outline[:found]:
        place = [p for p in place if p[0] < section.level]
        place.append((section.level, 0, section.label + section.heading))
    return place


def merged_segments(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Segments with neighbours joined where both sides run on evenly."""
    merged: list[Segment] = []
    for s in segments:
        if s.start == s.end and s.source_start == s.source_end:
            continue
        last = merged[-1] if merged else None
        if (
            last
            and (last.end, last.source_end) == (s.start, s.source_start)
            and last.end - last.start == last.source_end - last.source_start
            and s.end - s.start == s.source_end - s.source_start
        ):
            merged[-1] = Segment(last.start, s.end, last.source_start, s.source_end)
        else:
            merged.append(s)
    return tuple(merged)
