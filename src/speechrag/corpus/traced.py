"""Text that knows where each of its characters stood in the source."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from speechrag.corpus.characters import BLANK_RUN
from speechrag.types import Segment


def _clip(segment: Segment, start: int, end: int) -> Segment:
    """The part of a segment between two text offsets, moved so that `start` becomes 0."""
    low, high = max(segment.start, start), min(segment.end, end)
    n_text, n_source = segment.end - segment.start, segment.source_end - segment.source_start
    if n_text == n_source:
        source = segment.source_start + low - segment.start
        return Segment(low - start, high - start, source, source + high - low)
    # A repaired stretch corresponds only as a whole: divide its source in proportion, so that
    # the parts still add up to it.
    source_low = segment.source_start + (low - segment.start) * n_source // n_text
    source_high = segment.source_start + (high - segment.start) * n_source // n_text
    return Segment(low - start, high - start, source_low, source_high)


@dataclass(frozen=True, slots=True)
class Traced:
    """A text and the segments that map all of it, in order, to ranges of the source."""

    text: str
    segments: tuple[Segment, ...]

    @classmethod
    def of(cls, source: str, start: int, end: int) -> Traced:
        """The source between two offsets, unchanged."""
        if start >= end:
            return cls("", ())
        return cls(source[start:end], (Segment(0, end - start, start, end),))

    @classmethod
    def join(cls, parts: Iterable[Traced]) -> Traced:
        """Texts put one after the other."""
        texts: list[str] = []
        segments: list[Segment] = []
        offset = 0
        for part in parts:
            texts.append(part.text)
            segments.extend(
                Segment(s.start + offset, s.end + offset, s.source_start, s.source_end)
                for s in part.segments
            )
            offset += len(part.text)
        return cls("".join(texts), tuple(segments))

    def slice(self, start: int, end: int | None = None) -> Traced:
        """The text between two offsets, with its segments."""
        end = len(self.text) if end is None else end
        if start == 0 and end == len(self.text):
            return self
        kept = (s for s in self.segments if s.end > start and s.start < end)
        return Traced(self.text[start:end], tuple(_clip(s, start, end) for s in kept))

    def without(self, spans: Iterable[tuple[int, int]]) -> Traced:
        """The text less some ascending, separate ranges."""
        parts: list[Traced] = []
        last = 0
        for start, end in spans:
            parts.append(self.slice(last, start))
            last = end
        if not parts:
            return self
        parts.append(self.slice(last))
        return Traced.join(parts)

    def strip(self) -> Traced:
        """The text less blank space at both ends."""
        lead = BLANK_RUN.match(self.text)
        start = lead.end() if lead else 0
        if start == len(self.text):
            return self.slice(0, 0)
        body = self.text.rstrip()
        while body and BLANK_RUN.match(body[-1]):
            body = body[:-1].rstrip()
        return self.slice(start, len(body))

    def retext(self, text: str) -> Traced:
        """The same segments under a text of the same length."""
        if len(text) != len(self.text):
            raise ValueError("a traced text may be rewritten only character by character")
        return Traced(text, self.segments)

    def cut(self, pattern: re.Pattern[str]) -> Traced:
        """The text less every match of a pattern."""
        return self.without(m.span() for m in pattern.finditer(self.text) if m.end() > m.start())
