"""From a decoded file to its speeches: cleaned, outlined, cut into passages, nothing lost."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from speechrag.corpus import metadata
from speechrag.corpus.boilerplate import label_page_matter
from speechrag.corpus.characters import fold
from speechrag.corpus.contents import label_contents
from speechrag.corpus.edits import Edit, merge_edits, split_at_breaks
from speechrag.corpus.paragraphs import Line, apply_hints, join_lines, split_lines
from speechrag.corpus.notices import find_notices, read_truncation
from speechrag.corpus.outline import Block, build_blocks
from speechrag.corpus.passages import Body, build_passages
from speechrag.corpus.pinyin import find_pinyin
from speechrag.corpus.punctuation import widen
from speechrag.corpus.speeches import split_speeches
from speechrag.corpus.traced import Traced
from speechrag.types import (
    Document,
    ParsedFile,
    RemovalReason,
    Removed,
    Section,
    Segment,
    Speech,
    Truncation,
)


def parse_document(document: Document) -> ParsedFile:
    """The speeches of a document and everything that was taken out of it.

    Pure: the same document gives the same result. No text makes it raise. Every character of
    `document.text` is in exactly one segment of one speech or in one removed span.
    """
    source = document.text
    edits, folded = _edits(document)
    lines = split_lines(source, edits)
    apply_hints(lines, document)
    contents = label_contents(lines)
    starts = [(lines[at].source_start, sections) for at, sections in contents]
    label_page_matter(lines)
    groups = split_speeches(lines)
    bounds = _bounds(groups, len(source))
    speeches = []
    for ordinal, group in enumerate(groups):
        low, high = bounds[ordinal], bounds[ordinal + 1]
        own = [sections for at, sections in starts if low <= at < high]
        notices = "\n".join(
            folded[e.start : e.end] for e in edits if e.breaks and low <= e.start < high
        )
        speech = _build_speech(document, ordinal, group)
        speeches.append(
            replace(
                speech,
                contents=own[0] if own else (),
                truncated=_truncation(notices, group),
            )
        )
    removed = _removed(source, speeches, edits, lines)
    parsed = ParsedFile(document, tuple(speeches), removed, 0.0)
    return replace(parsed, coverage=coverage_of(parsed))


def parse_file(path: Path | str, name: str | None = None) -> ParsedFile:
    """Read and parse one file; `name` is what its speeches call their source.

    Raises:
        SourceError: The file cannot be read as text.
    """
    from speechrag.corpus.read import read_document

    document = read_document(Path(path))
    return parse_document(replace(document, file=name) if name else document)


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
            for start, end in _shown_parts(segment, shown, starts):
                yield start, end


def _shown_parts(
    segment: Segment, shown: Sequence[tuple[int, int]], starts: Sequence[int]
) -> Iterable[tuple[int, int]]:
    """The source ranges of a segment, once for each passage or heading that shows them."""
    even = segment.end - segment.start == segment.source_end - segment.source_start
    for start, end in shown[max(0, bisect_right(starts, segment.start) - 2) :]:
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


def _edits(document: Document) -> tuple[list[Edit], str]:
    """What is taken out of or replaced inside lines, and the folded source."""
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
    groups = [hinted, find_notices(folded), find_pinyin(source)]
    return split_at_breaks(source, merge_edits(groups)), folded


def _bounds(groups: Sequence[Sequence[Line]], n: int) -> list[int]:
    return [0, *(group[0].source_start for group in groups[1:]), n]


def _truncation(notices: str, lines: Sequence[Line]) -> Truncation | None:
    said = [fold(line.text) for line in lines if line.reason is RemovalReason.PAYWALL]
    return read_truncation("\n".join([notices, *said]))


@dataclass(slots=True)
class _Layout:
    """The speech text under construction."""

    parts: list[str]
    segments: list[Segment]
    n_chars: int = 0

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


def _build_speech(document: Document, ordinal: int, lines: Sequence[Line]) -> Speech:
    """One speech out of its lines; what it drops is marked on the lines."""
    facts = metadata.Facts()
    known = metadata.clean_title(document.title) if document.title else None
    metadata.read_head(lines, facts, known)
    paragraphs = join_lines(lines, document.text)
    for paragraph in paragraphs:
        paragraph.traced = paragraph.traced.retext(widen(paragraph.text))
    blocks = build_blocks(paragraphs)
    layout = _Layout([], [])
    sections, bodies = _lay_out(blocks, layout)
    text = "\n".join(layout.parts)
    digest = hashlib.sha256(f"{document.file}\0{ordinal}".encode("utf-8", "surrogatepass"))
    speech_id = digest.hexdigest()[:12]
    passages, inline = build_passages(text, speech_id, bodies)
    speech = Speech(
        id=speech_id,
        title="",
        text=text,
        source=document.file,
        sections=tuple(sorted([*sections, *inline], key=lambda s: (s.start, s.level))),
        passages=tuple(passages),
        segments=_merged_segments(layout.segments),
    )
    return _with_metadata(speech, facts, document, known)


def _lay_out(blocks: Sequence[Block], layout: _Layout) -> tuple[list[Section], list[Body]]:
    """Place the blocks in the speech text; the headings, and the paragraphs with their paths."""
    sections: list[Section] = []
    bodies: list[Body] = []
    path: list[tuple[int, str]] = []
    scope = 0
    for block in blocks:
        start, end = layout.add(block.traced)
        if block.gap:
            scope += 1
        if block.level is not None:
            sections.append(Section(block.level, block.label, block.heading, start, end))
            path = [(level, name) for level, name in path if level < block.level]
            if block.level > 0:
                path.append((block.level, block.label + block.heading))
            scope += 1
            continue
        opens: tuple[str, ...] = ()
        if block.inline:
            level, label, heading = block.inline
            sections.append(Section(level, label, heading, start, start))
            path = [(above, name) for above, name in path if above < level]
            opens = (label + heading,)
        names = tuple(name for _, name in path)
        bodies.append(Body(start, end, names, scope, block.is_salutation, opens))
        if block.inline:
            path.append((block.inline[0], opens[0]))
    return sections, bodies


def _merged_segments(segments: Sequence[Segment]) -> tuple[Segment, ...]:
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


def _with_metadata(
    speech: Speech, facts: metadata.Facts, document: Document, known: str | None
) -> Speech:
    stem = Path(document.file).stem
    opening = speech.text[:600]
    title = (
        facts.title
        or known
        or metadata.title_from_name(stem)
        or metadata.title_from_text(opening)
        or opening.split("\n")[0][:30]
        or stem
    )
    titles = (facts.subtitle, title)
    date = facts.date or facts.posted or metadata.read_date(stem) or metadata.read_date(title)
    return replace(
        speech,
        title=widen(title),
        date=date,
        speaker=facts.speaker,
        occasion=metadata.read_occasion(*titles, opening),
        place=facts.place or metadata.read_place(*titles, opening),
        kind=metadata.read_kind(*titles, known, stem),
    )


def _removed(
    source: str, speeches: Sequence[Speech], edits: Sequence[Edit], lines: Sequence[Line]
) -> tuple[Removed, ...]:
    """Everything of the source that no speech shows, with reasons; blank space is layout."""
    spans = [(e.start, e.end, e.reason) for e in edits if not e.text]
    for line in lines:
        parts = [*line.dropped, *([(line.traced, line.reason)] if line.reason else [])]
        for traced, reason in parts:
            spans.extend((s.source_start, s.source_end, reason) for s in traced.segments)
    shown = [(s.source_start, s.source_end, None) for speech in speeches for s in speech.segments]
    removed: list[Removed] = []
    at = 0
    for start, end, reason in sorted([*spans, *shown], key=lambda s: (s[0], s[1])):
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
