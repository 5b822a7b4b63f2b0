"""Parsing for the tests of cleaning, and the account that every parsed file must render."""

from __future__ import annotations

from itertools import pairwise

from speechrag.corpus.clean import coverage_of, parse_document
from speechrag.types import Document, Hint, ParsedFile, RemovalReason, Speech

INVISIBLE = "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff"


def document(text: str, file: str = "讲话.txt", hints: tuple[Hint, ...] = ()) -> Document:
    return Document(file, "txt", "utf-8", text, hints)


def parse(text: str, file: str = "讲话.txt", hints: tuple[Hint, ...] = ()) -> ParsedFile:
    parsed = parse_document(document(text, file, hints))
    assert_accounted(parsed)
    return parsed


def parse_one(text: str, file: str = "讲话.txt") -> Speech:
    (speech,) = parse(text, file).speeches
    return speech


def passages(speech: Speech) -> list[str]:
    return [speech.text[p.start : p.end] for p in speech.passages]


def headings(speech: Speech) -> list[str]:
    """Headings with an extent, less the title."""
    return [s.label + s.heading for s in speech.sections if s.level and s.end > s.start]


def outline(speech: Speech) -> list[str]:
    """Headings of every kind, those that open their passage included; not the items 一是, 第一."""
    return [s.label + s.heading for s in speech.sections if 1 <= s.level <= 4]


def removed(parsed: ParsedFile, *reasons: RemovalReason) -> list[str]:
    return [
        parsed.document.text[r.start : r.end]
        for r in parsed.removed
        if (r.reason in reasons if reasons else r.reason is not RemovalReason.LAYOUT)
    ]


def assert_accounted(parsed: ParsedFile) -> None:
    """Every character is shown once or removed once, and every offset means what it says."""
    source = parsed.document.text
    assert parsed.coverage == coverage_of(parsed) == 1.0
    for span in parsed.removed:
        if span.reason is RemovalReason.LAYOUT:
            layout = source[span.start : span.end]
            assert all(c.isspace() or not c.isprintable() or c in INVISIBLE for c in layout)
    for speech in parsed.speeches:
        _assert_partition(speech)
        _assert_segments(speech, source)


def _assert_partition(speech: Speech) -> None:
    extents = [(s.start, s.end) for s in speech.sections if s.end > s.start]
    spans = sorted([(p.start, p.end) for p in speech.passages] + extents)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    inside = {at for start, end in spans for at in range(start, end)}
    assert [at for at, c in enumerate(speech.text) if c != "\n" and at not in inside] == []
    for number, passage in enumerate(speech.passages):
        assert passage.id == f"{speech.id}-{number:04d}"
        assert passage.start < passage.end
        assert passage.role is None


def _assert_segments(speech: Speech, source: str) -> None:
    last = 0
    for s in speech.segments:
        assert last <= s.start <= s.end <= len(speech.text)
        last = s.end
        shown, origin = speech.text[s.start : s.end], source[s.source_start : s.source_end]
        if len(shown) == len(origin):
            assert all(_is_same(a, b) for a, b in zip(shown, origin, strict=True))


def _is_same(shown: str, origin: str) -> bool:
    if shown == origin or (shown, origin) == ("。", "."):
        return True
    return ord(shown) - ord(origin) == 0xFEE0 or (shown == " " and origin.isspace())
