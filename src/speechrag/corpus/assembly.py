"""Putting a document together line by line, with hints about ranges of lines."""

from __future__ import annotations

from dataclasses import dataclass, field

from speechrag.types import Hint


@dataclass(slots=True)
class LineBuilder:
    """Collects the lines of a document and what is known about them.

    A "line" may hold newlines of its own (a soft line break in Word); offsets come out right.
    """

    _lines: list[str] = field(default_factory=list)
    _marks: list[tuple[int, int, str, int]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, line: str, kind: str = "", level: int = 0) -> None:
        """Append a line, hinted as `kind` unless that is empty."""
        if kind:
            self.mark(len(self._lines), len(self._lines) + 1, kind, level)
        self._lines.append(line)

    def mark(self, first: int, stop: int, kind: str, level: int = 0) -> None:
        """Hint the lines first … stop - 1, present or still to come, as one range."""
        if stop > first:
            self._marks.append((first, stop, kind, level))

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines so far."""
        return tuple(self._lines)

    def extend(self, other: LineBuilder) -> None:
        """Append another builder's lines with their hints."""
        shift = len(self._lines)
        self._lines += other._lines
        self._marks += [(a + shift, b + shift, kind, level) for a, b, kind, level in other._marks]

    def build(self) -> tuple[str, tuple[Hint, ...]]:
        """The lines joined by newlines; the hints by rising start, the wider first."""
        starts = [0]
        for line in self._lines:
            starts.append(starts[-1] + len(line) + 1)
        hints = []
        for first, stop, kind, level in self._marks:
            stop = min(stop, len(self._lines))
            start, end = starts[first], starts[stop] - 1
            if end > start:
                hints.append(Hint(start, end, kind, level))
        hints.sort(key=lambda hint: (hint.start, -hint.end, hint.kind))
        return "\n".join(self._lines), tuple(hints)
