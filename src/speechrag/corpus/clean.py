"""From a decoded file to its speeches: cleaned, outlined, cut into passages, nothing lost."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from speechrag.corpus import metadata
from speechrag.corpus.account import build_removed, coverage_of
from speechrag.corpus.boilerplate import label_page_matter
from speechrag.corpus.characters import fold
from speechrag.corpus.contents import label_contents
from speechrag.corpus.edits import Edit, merge_edits, split_at_breaks
from speechrag.corpus.frame import label_frame
from speechrag.corpus.head import Facts, read_head
from speechrag.corpus.layout import lay_out, merged_segments
from speechrag.corpus.leftovers import find_leftovers
from speechrag.corpus.mojibake import find_mojibake
from speechrag.corpus.notices import find_notices, read_truncation
from speechrag.corpus.outline import build_blocks
from speechrag.corpus.paragraphs import Line, apply_hints, join_lines, split_lines
from speechrag.corpus.passages import build_passages
from speechrag.corpus.pinyin import find_pinyin
from speechrag.corpus.punctuation import widen
from speechrag.corpus.run_in import take_in_run_in
from speechrag.corpus.run_in_head import read_run_in_head
from speechrag.corpus.speeches import split_speeches
from speechrag.types import (
    Document,
    ParsedFile,
    RemovalReason,
    Section,
    Segment,
    Speech,
    Truncation,
)

__all__ = ["coverage_of", "parse_document", "parse_file"]


def parse_document(document: Document) -> ParsedFile:
    """The speeches of a document and everything that was taken out of it.

    Pure: the same document gives the same result. No text makes it raise. Every character of
    `document.text` is in exactly one segment of one speech or in one removed span.
    """
    source = document.text
    edits, folded, doubtful = _edits(document)
    lines = split_lines(source, edits)
    apply_hints(lines, document)
    contents = label_contents(lines)
    starts = [(lines[at].source_start, sections) for at, sections in contents]
    label_page_matter(lines)
    label_frame(lines, metadata.clean_title(document.title) if document.title else None)
    groups = split_speeches(lines)
    bounds = _bounds(groups, len(source))
    speeches = []
    for ordinal, group in enumerate(groups):
        low, high = bounds[ordinal], bounds[ordinal + 1]
        own = [sections for at, sections in starts if low <= at < high]
        notices = "\n".join(
            folded[e.start : e.end] for e in edits if e.breaks and low <= e.start < high
        )
        speech = _build_speech(document, ordinal, group, own[0] if own else ())
        speeches.append(
            replace(
                speech,
                truncated=_truncation(notices, group),
                doubtful=_in_speech(doubtful, speech.segments),
            )
        )
    removed = build_removed(source, speeches, edits, lines)
    parsed = ParsedFile(document, tuple(speeches), removed, 0.0)
    return replace(parsed, coverage=coverage_of(parsed))


def parse_file(path: Path | str, name: str | None = None) -> ParsedFile:
    """Read and parse one file; `name` is what its speeches call their source.

    Raises:
        SourceError: The file cannot be read as text.
    """
    from speechrag.corpus.read import read_document

    return parse_document(read_document(Path(path), name=name))


def _edits(document: Document) -> tuple[list[Edit], str, list[tuple[int, int]]]:
    """What is taken out of or replaced inside lines; the folded source; ranges in doubt."""
    source = document.text
    folded = fold(source)
    reasons = {
        "markup": RemovalReason.MARKUP,
        "page_furniture": RemovalReason.PAGE_FURNITURE,
        "boilerplate": RemovalReason.NAVIGATION,
    }
    n = len(source)
    hinted = [
        Edit(max(0, h.start), min(n, h.end), reasons[h.kind])
        for h in document.hints
        if h.kind in reasons
    ]
    repairs, doubtful = find_mojibake(source)
    groups = [
        hinted, find_notices(folded), find_leftovers(source), repairs, find_pinyin(source),
    ]  # fmt: skip
    return split_at_breaks(source, merge_edits(groups)), folded, doubtful


def _in_speech(
    ranges: Sequence[tuple[int, int]], segments: Sequence[Segment]
) -> tuple[tuple[int, int], ...]:
    """Ranges of the source as ranges of the speech text, where the speech shows them."""
    found: list[tuple[int, int]] = []
    for start, end in ranges:
        parts = []
        for s in segments:
            low, high = max(start, s.source_start), min(end, s.source_end)
            if low < high and s.end - s.start == s.source_end - s.source_start:
                shift = s.start - s.source_start
                parts.append((low + shift, high + shift))
            elif low < high:
                parts.append((s.start, s.end))
        if parts:
            found.append((parts[0][0], parts[-1][1]))
    return tuple(found)


def _bounds(groups: Sequence[Sequence[Line]], n: int) -> list[int]:
    return [0, *(group[0].source_start for group in groups[1:]), n]


def _truncation(notices: str, lines: Sequence[Line]) -> Truncation | None:
    said = [fold(line.text) for line in lines if line.reason is RemovalReason.PAYWALL]
    return read_truncation("\n".join([notices, *said]))


def _build_speech(
    document: Document, ordinal: int, lines: Sequence[Line], contents: tuple[Section, ...]
) -> Speech:
    """One speech out of its lines; what it drops is marked on the lines."""
    facts = Facts()
    known = metadata.clean_title(document.title) if document.title else None
    read_head(lines, facts, known)
    paragraphs = join_lines(lines, document.text)
    for paragraph in paragraphs:
        paragraph.traced = paragraph.traced.retext(widen(paragraph.text))
    blocks = build_blocks(paragraphs)
    layout = lay_out(blocks, contents)
    text = layout.text
    digest = hashlib.sha256(f"{document.file}\0{ordinal}".encode("utf-8", "surrogatepass"))
    speech_id = digest.hexdigest()[:12]
    passages, inline = build_passages(text, speech_id, layout.bodies)
    segments = merged_segments(layout.segments)
    headings, passages = take_in_run_in(layout.sections, passages, segments, document.text)
    speech = Speech(
        id=speech_id,
        title="",
        text=text,
        source=document.file,
        contents=contents,
        sections=tuple(sorted([*headings, *inline], key=lambda s: (s.start, s.level))),
        passages=tuple(passages),
        segments=segments,
    )
    return _with_metadata(speech, facts, document, known)


def _with_metadata(speech: Speech, facts: Facts, document: Document, known: str | None) -> Speech:
    stem = Path(document.file).stem
    opening = speech.text[:600]
    run_in = None if facts.title else read_run_in_head(opening)
    if run_in:
        facts.title = known or run_in.title
        facts.date, facts.speaker = facts.date or run_in.date, facts.speaker or run_in.speaker
    title = (
        facts.title
        or known
        or metadata.title_from_name(stem)
        or metadata.title_from_text(opening)
        or opening.split("\n")[0][:30]
        or stem
    )
    titles = (facts.subtitle, title)
    date = facts.date or metadata.read_date(facts.subtitle or "") or facts.posted
    date = date or facts.stamped or metadata.year_of_name(stem) or metadata.read_date(title)
    return replace(
        speech,
        title=widen(title),
        date=date,
        speaker=facts.speaker,
        occasion=metadata.read_occasion(*titles, opening),
        place=facts.place or metadata.read_place(title, opening),
        kind=metadata.read_kind(*titles, known, stem),
    )
