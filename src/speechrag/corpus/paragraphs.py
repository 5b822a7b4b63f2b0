"""Lines of the source, and the paragraphs they make once broken lines are joined."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from speechrag.corpus.characters import BREAK, ENDS_LINE, INVISIBLE_RUN, IS_HAN
from speechrag.corpus.edits import Edit
from speechrag.corpus.forms import ends_like_title, is_salutation
from speechrag.corpus.labels import find_items, parse_label
from speechrag.corpus.punctuation import remove_inner_spaces, uses_dots, widen
from speechrag.corpus.traced import Traced
from speechrag.types import Document, RemovalReason, Segment

_INDENT = re.compile(r"[ \t\u3000\xa0]*")
_SALUTATION_END = re.compile(r"[:：!！]$")
_GOES_ON = re.compile(r"[，,、（(“《\-—～~]$")
_CANNOT_START = re.compile(r"^[，。、；：！？,;:!?）)”》]")
_CUT_NUMBER = re.compile(r"[^\s\d.]\d+\.$")  # 同比增长12. / 5%
_LAST_SENTENCE = re.compile(r".*[。！？；][”’」』）》]*")
_COMMA = re.compile(r"[，,]")
_LETTER = re.compile(r"[A-Za-z]")
_WORD = re.compile(r"[A-Za-z0-9]")


@dataclass(slots=True)
class Line:
    """One line of the source that is not blank, less what the edits took out of it.

    `reason` is set when the whole line is dropped; `gap` says that words are missing before it.
    """

    traced: Traced
    source_start: int
    indent: int
    n_blank_before: int
    gap: bool = False
    is_closed: bool = False  # a notice before it says that the source shows no more
    heading: int = 0  # level given by the file's own structure, 0 if none
    is_title: bool = False
    reason: RemovalReason | None = None
    dropped: list[tuple[Traced, RemovalReason]] = field(default_factory=list)

    def drop(self, start: int, end: int, reason: RemovalReason) -> None:
        """Take a part out of the line and remember why."""
        self.dropped.append((self.traced.slice(start, end), reason))
        self.traced = self.traced.without([(start, end)]).strip()

    @property
    def text(self) -> str:
        """The words of the line."""
        return self.traced.text


def _width(text: str) -> int:
    return 2 * len(text) - len(text.encode("ascii", "ignore"))


def _traced(source: str, start: int, end: int, edits: Sequence[Edit]) -> Traced:
    """The source between two offsets with the edits inside it applied."""
    parts: list[Traced] = []
    at = start
    for edit in edits:
        parts.append(Traced.of(source, at, edit.start))
        if edit.text:
            segment = Segment(0, len(edit.text), edit.start, edit.end)
            parts.append(Traced(edit.text, (segment,)))
        at = edit.end
    parts.append(Traced.of(source, at, end))
    return Traced.join(parts).cut(INVISIBLE_RUN).strip()


def split_lines(source: str, edits: Sequence[Edit]) -> list[Line]:
    """The lines of a source that are not blank, in order."""
    stops = [(m.start(), m.end(), False) for m in BREAK.finditer(source)]
    stops += [(e.start, e.end, False) for e in edits if e.ends_line]
    torn = [(e.start, e.end, True) for e in edits if e.breaks]
    closing = {e.end for e in edits if e.closes}
    inner = [e for e in edits if not e.breaks and not e.ends_line]
    starts = [e.start for e in inner]
    stops_are_dots = uses_dots(source)
    lines: list[Line] = []
    at, n_blank, gap, closed = 0, 0, False, False
    for start, end, breaks in [*_merged(stops, torn), (len(source), len(source), False)]:
        chunk = inner[bisect_left(starts, at) : bisect_left(starts, start)]
        traced = _traced(source, at, start, chunk)
        if traced.text:
            indent = _INDENT.match(source, at)
            lead = _width(indent.group()) if indent else 0
            wide = remove_inner_spaces(traced.retext(widen(traced.text, stops_are_dots)))
            lines.append(Line(wide, at, lead, n_blank, gap, closed))
            n_blank, gap, closed = 0, False, False
        elif not breaks:
            n_blank += not _is_furniture(chunk)
        gap, closed = gap or breaks, closed or end in closing
        at = end
    return lines


def _is_furniture(edits: Sequence[Edit]) -> bool:
    """Whether a line is empty because a page number was taken out: no paragraph ends there."""
    return bool(edits) and all(e.reason is RemovalReason.PAGE_FURNITURE for e in edits)


def _merged(
    stops: list[tuple[int, int, bool]], torn: list[tuple[int, int, bool]]
) -> list[tuple[int, int, bool]]:
    """Line ends and torn places in order, less the line ends inside torn places."""
    merged: list[tuple[int, int, bool]] = []
    last = 0
    for start, end, breaks in sorted([*stops, *torn], key=lambda s: (s[0], not s[2])):
        if start >= last:
            merged.append((start, end, breaks))
            last = end
    return merged


def apply_hints(lines: Sequence[Line], document: Document) -> None:
    """Mark the lines that the file's own structure calls titles or headings."""
    starts = [line.source_start for line in lines]
    for hint in document.hints:
        if hint.kind not in ("title", "heading"):
            continue
        first = max(0, bisect_left(starts, hint.start + 1) - 1)
        for line in lines[first : bisect_left(starts, hint.end)]:
            if not line.traced.segments:
                continue
            begin = line.traced.segments[0].source_start
            end = line.traced.segments[-1].source_end
            if min(end, hint.end) - max(begin, hint.start) < 0.8 * (end - begin):
                continue
            if hint.kind == "title":
                line.is_title = True
            else:
                line.heading = max(1, hint.level)


def wrap_width(lines: Sequence[Line]) -> int:
    """The width at which a hard-wrapped file breaks its lines; 0 when it is not hard-wrapped.

    Widths count a Chinese character as two columns. Many lines of such a file are nearly as long
    as the longest, and none is much longer.
    """
    widths = [_width(line.text) + line.indent for line in lines if not line.reason]
    if len(widths) < 8:
        return 0
    ordered = sorted(widths)
    limit = ordered[int(0.95 * (len(ordered) - 1))]
    if not 24 <= limit <= 140 or ordered[-1] > limit + 8:
        return 0
    n_full = sum(1 for width in widths if limit - 5 <= width)
    return limit if n_full >= 0.4 * len(widths) else 0


def looks_like_heading(text: str) -> bool:
    """Whether a line is, or ends in, a complete numbered heading."""
    tail = _LAST_SENTENCE.match(text)
    words = text[tail.end() :] if tail else text
    return parse_label(words) is not None and len(words) <= 45 and not ENDS_LINE.search(words)


@dataclass(frozen=True, slots=True)
class _Style:
    """How a file sets its paragraphs."""

    wrap: int  # columns; 0 when lines are not hard-wrapped
    indents: bool  # paragraphs are told apart by an indent of their first line


def _style_of(lines: Sequence[Line]) -> _Style:
    kept = [line for line in lines if not line.reason]
    counts = Counter(line.indent >= 2 for line in kept)
    return _Style(wrap_width(kept), bool(counts[True] >= 2 and counts[False] >= 2))


def _joins(before: Line, line: Line, style: _Style) -> bool:
    """Whether a line goes on with the sentence or paragraph of the line before it."""
    last = before.text
    if before.is_title and line.is_title:
        return not line.gap and not ends_like_title(last) and line.text[0] not in "-—–"
    if line.gap or line.heading or before.heading or line.is_title or before.is_title:
        return False
    if is_salutation(line.text) or (ends_like_title(last) and not _COMMA.search(last)):
        return False
    if not line.n_blank_before and (
        _CANNOT_START.match(line.text) or (_CUT_NUMBER.search(last) and line.text[0].isdecimal())
    ):
        return True
    goes_on = _GOES_ON.search(last) is not None
    label = parse_label(line.text)
    if line.n_blank_before:
        return goes_on and len(last) >= 20 and not label
    if line.indent > before.indent + 1 or (style.indents and line.indent >= 4):
        return goes_on and not label
    return _runs_on(before, line, style, goes_on)


def _runs_on(before: Line, line: Line, style: _Style, goes_on: bool) -> bool:
    """`_joins` for two lines of one block, where only their ends and lengths can tell."""
    last, label = before.text, parse_label(line.text)
    # A line may break a little early, before a mark that cannot begin one or a long word; one that
    # could be the end of its paragraph must be full to count as broken.
    may_end = ENDS_LINE.search(last) is not None or (
        looks_like_heading(last) and not _is_broken_item(last, line.text)
    )
    full = style.wrap > 0 and _width(last) + before.indent >= style.wrap - (1 if may_end else 5)
    if ENDS_LINE.search(last):
        starts_item = label or any(item.start == 0 for item in find_items(line.text[:12]))
        return full and not starts_item and not _SALUTATION_END.search(last)
    if label and not goes_on:
        return False
    if style.wrap:
        return full or goes_on
    if looks_like_heading(last):
        return False
    if _LETTER.match(last[-1]) and _LETTER.match(line.text[0]):
        return True
    return goes_on or len(last) >= 30 or re.search(r"[，。；,;]", last) is not None


def _is_broken_item(last: str, following: str) -> bool:
    """Whether a numbered line is the first part of an item whose end stands on the next line."""
    label, rest = parse_label(last), parse_label(following)
    return (
        label is not None
        and label.level >= 3
        and rest is None
        and _COMMA.search(last) is not None
        and following.endswith(("；", ";", "。"))
    )


def _seam(before: Traced, after: Traced, source: str) -> list[Traced]:
    """Nothing between Chinese lines; between two Latin words the line break reads as a space."""
    if not (_WORD.match(before.text[-1]) and _WORD.match(after.text[0])):
        return []
    if IS_HAN.match(before.text[-1]) or not before.segments or not after.segments:
        return []
    at = before.segments[-1].source_end
    if at >= after.segments[0].source_start or source[at] not in " \n\r\t\u3000":
        return []
    return [Traced(" ", (Segment(0, 1, at, at + 1),))]


def join_lines(lines: Sequence[Line], source: str) -> list[Line]:
    """Paragraphs: the kept lines, with those joined that were broken inside a sentence."""
    style = _style_of(lines)
    paragraphs: list[Line] = []
    pieces: list[
        list[Traced]
    ] = []  # of each paragraph, put together at the end: linear in its lines
    last: Line | None = None
    torn = False
    for line in lines:
        if line.reason:
            torn = torn or line.reason is not RemovalReason.PAGE_FURNITURE
            continue
        line.gap = line.gap or torn
        torn = False
        if last is not None and _joins(last, line, style):
            pieces[-1] += [*_seam(pieces[-1][-1], line.traced, source), line.traced]
        else:
            paragraphs.append(replace(line, dropped=[]))
            pieces.append([line.traced])
        last = line
    for paragraph, parts in zip(paragraphs, pieces, strict=True):
        if len(parts) > 1:
            paragraph.traced = Traced.join(parts)
    return paragraphs
