"""From paragraphs to blocks: which words are headings, which are body, and at what level."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from speechrag.corpus.characters import CLOSERS, ENDS_SENTENCE, fold
from speechrag.corpus.forms import is_closing, is_salutation
from speechrag.corpus.labels import Label, parse_label
from speechrag.corpus.paragraphs import Line
from speechrag.corpus.sentences import first_sentence_end, protected_spans
from speechrag.corpus.traced import Traced

MAX_HEADING_CHARS = 60  # a numbered line without a full stop: longer ones are prose
MAX_RUN_IN_CHARS = 45  # a first sentence that is the heading of the words behind it
MIN_PASSAGE_CHARS = 80
MAX_ITEM_CHARS = 40  # what an inline item is called by
_LOOK_AHEAD_CHARS = 1_000  # of a paragraph behind a label; a sentence and the quotations in it

_GLUED = re.compile(
    r"(?<=[。！？!?；;…”])\s*(?=[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）])"
)
_TELLS = re.compile(
    r"我们|今天|刚才|同志们|近年|今年|去年|目前|当前|截至|一年来|\d年来|以来|年来|据|例如|比如|(?:19|20)\d\d年|\d+(?:\.\d+)?%|\d+(?:\.\d+)?[万亿]"
    r"|[了着](?:[。！]|$)"
)
_CLAUSE_END = re.compile(r"[。；：，！？,;:!?]")
_TRIM = "。：:；;，, \u3000"


@dataclass(slots=True)
class Block:
    """A heading, or a paragraph of the body.

    `level` is the heading's; 0 is a title line. A body block that opens with a label of its own
    (an item that is itself the content) has `inline` set.
    """

    traced: Traced
    level: int | None = None  # None: body
    label: str = ""
    heading: str = ""
    inline: tuple[int, str, str] | None = None  # level, label, heading
    number: int = 0  # what its label counts; 0 without one
    gap: bool = False
    is_salutation: bool = False

    @property
    def is_heading(self) -> bool:
        """Whether the block is a heading rather than body."""
        return self.level is not None


@dataclass(slots=True)
class _Part:
    """A paragraph, or what became of one that headings were glued to."""

    traced: Traced
    label: Label | None
    hint: int = 0
    is_title: bool = False
    gap: bool = False


def build_blocks(paragraphs: Sequence[Line]) -> list[Block]:
    """The blocks of one speech, in order."""
    parts = _unglue(paragraphs)
    unnumbered = _unnumbered(parts)
    levels = _hint_levels(parts)
    blocks: list[Block] = []
    last: Block | None = None  # the last numbered block
    for at, part in enumerate(parts):
        if part.is_title:
            blocks.append(Block(part.traced, 0, "", part.traced.text, gap=part.gap))
        elif part.label:
            counts_on = last is not None and _counts_on(last, part.label)
            new = _numbered(part, part.label, not counts_on and _has_body(parts, at))
            blocks.extend(new)
            last = new[0]
        elif part.hint or at in unnumbered:
            blocks.append(
                Block(
                    part.traced, levels[part.hint], "", part.traced.text.strip(_TRIM), gap=part.gap
                )
            )
        else:
            salutation = is_salutation(part.traced.text)
            blocks.append(Block(part.traced, gap=part.gap, is_salutation=salutation))
    return blocks


def _counts_on(last: Block, label: Label) -> bool:
    """Whether a label goes on with a list whose items are themselves the content."""
    if last.inline is None:
        return False
    return last.inline[0] == label.level and last.number == label.number - 1


def _unglue(paragraphs: Sequence[Line]) -> list[_Part]:
    """Paragraphs, with headings that follow on the last sentence of another set apart."""
    parts: list[_Part] = []
    last: dict[int, int] = {}
    for line in paragraphs:
        start = 0
        gap = line.gap
        text = line.text
        spans = protected_spans(text) if "、" in text or "(" in text or "（" in text else []
        long_spans = iter([span for span in spans if span[1] - span[0] > 6])
        span = next(long_spans, None)
        for match in _GLUED.finditer(text):
            at = match.end()
            while span and span[1] <= at:
                span = next(long_spans, None)
            if span and span[0] < match.start():
                continue
            ahead = text[at : at + _LOOK_AHEAD_CHARS]
            label = parse_label(ahead)
            if not label or not _follows(label, last, parts, text[start:at]):
                continue
            if not _heads(ahead[label.end :]):
                continue
            _add(parts, last, line.traced.slice(start, match.start()).strip(), line, gap)
            start, gap = at, False
        _add(parts, last, line.traced.slice(start).strip(), line, gap)
    return parts


def _add(parts: list[_Part], last: dict[int, int], piece: Traced, line: Line, gap: bool) -> None:
    if not piece.text:
        return
    label = None if line.is_title else parse_label(piece.text)
    if label and label.end >= len(piece.text):
        label = None  # a label with nothing behind it
    if label:
        last[label.level] = label.number
        for deeper in range(label.level + 1, 5):
            last.pop(deeper, None)
    parts.append(_Part(piece, label, line.heading, line.is_title, gap))


def _follows(label: Label, last: dict[int, int], parts: list[_Part], before: str) -> bool:
    """Whether a label's number is the next of its level, so that it is no mere reference."""
    own = parse_label(before)
    if own and own.level == label.level and own.number == label.number - 1:
        return True
    if label.number == last.get(label.level, 0) + 1:
        return True
    return not parts and label.number == 1


def _heads(rest: str) -> bool:
    """Whether the words behind a glued label are a heading, alone or with its body behind."""
    end = first_sentence_end(rest)
    return 2 <= end <= MAX_RUN_IN_CHARS + 15


def _has_body(parts: Sequence[_Part], at: int) -> bool:
    """Whether prose stands under a numbered line before the next of its level or above."""
    label = parts[at].label
    level = label.level if label else 0
    for below in range(at + 1, len(parts)):
        part = parts[below]
        if part.is_title or (part.label and part.label.level <= level):
            return False
        if part.label is None:
            return not (is_closing(part.traced.text) or _is_address(part.traced.text))
        return True  # a deeper heading or item
    return False


def _is_address(text: str) -> bool:
    return re.match(r"(?:同志们|各位[^。，,]{0,16})[，,！!：:]", text) is not None


def _plain(traced: Traced) -> str:
    return traced.text.strip(_TRIM)


def _numbered(part: _Part, label: Label, has_body: bool) -> list[Block]:
    """A numbered paragraph as a heading, a heading with its body, or an item that is content."""
    text = part.traced.text
    words = text[label.end :]
    shown = text[: label.end].strip()
    ends = ENDS_SENTENCE.search(words) is not None or words.endswith(("；", ";"))
    first = first_sentence_end(words)
    name = words[:first].strip(_TRIM)
    whole = not words[first:].strip()
    if part.hint or (whole and not ends and len(words) <= MAX_HEADING_CHARS):
        return [
            Block(part.traced, label.level, shown, words.strip(_TRIM), None, label.number, part.gap)
        ]
    if whole:
        split = _colon_heading(words)
        if split:
            return _split_block(part, label, split)
        if has_body and len(words) <= MAX_RUN_IN_CHARS and not _TELLS.search(words):
            return [Block(part.traced, label.level, shown, name, None, label.number, part.gap)]
    elif label.level >= 3 and not has_body and len(text) < MIN_PASSAGE_CHARS:
        pass  # a short item: with its neighbours it makes one passage
    elif len(name) <= MAX_RUN_IN_CHARS and not _TELLS.search(words[:first]):
        split = _colon_heading(words[:first])
        return _split_block(part, label, split or first)
    called = (label.level, shown, first_clause(words))
    return [Block(part.traced, inline=called, number=label.number, gap=part.gap)]


def _colon_heading(words: str) -> int:
    """The end of a short heading that a colon parts from its body (总体要求：坚持…), or 0."""
    match = re.match(r"[^，。；：:,;！？!?\n]{2,20}[：:](?=\s*\S)", words)
    return match.end() if match and not _TELLS.search(match.group()) else 0


def _split_block(part: _Part, label: Label, split: int) -> list[Block]:
    """A run-in heading and the body behind it."""
    at = label.end + split
    head, body = part.traced.slice(0, at).strip(), part.traced.slice(at).strip()
    shown = part.traced.text[: label.end].strip()
    name = part.traced.text[label.end : at].strip(_TRIM)
    block = Block(head, label.level, shown, name, None, label.number, part.gap)
    return [block, Block(body)] if body.text else [block]


def first_clause(words: str) -> str:
    """What an inline item is called: its words up to the first sign that parts clauses."""
    spans = protected_spans(words[:120])
    for match in _CLAUSE_END.finditer(words, 1):
        if any(a < match.start() < b for a, b in spans):
            continue
        if match.start() >= 2:
            return words[: min(match.start(), MAX_ITEM_CHARS)].strip(_TRIM)
    return words[:MAX_ITEM_CHARS].strip(_TRIM + CLOSERS)


def _unnumbered(parts: Sequence[_Part]) -> set[int]:
    """Short lines without a final stop, each above a paragraph of prose; at least two of them.

    A single such line is weak evidence, and a sentence wrongly taken for a heading would not be
    searched.
    """
    found: set[int] = set()
    for at, part in enumerate(parts[:-1]):
        text = part.traced.text
        if part.label or part.is_title or part.gap or not 4 <= len(text) <= 28:
            continue
        if re.search(r"[。！？；：，、…,;:!?.]", fold(text)) or is_salutation(text):
            continue
        below, above = parts[at + 1], parts[at - 1] if at else None
        if below.label or below.gap or len(below.traced.text) < 60:
            continue
        if above is None or not (ENDS_SENTENCE.search(above.traced.text) or above.label):
            continue
        found.add(at)
    return found if len(found) >= 2 else set()


def _hint_levels(parts: Sequence[_Part]) -> dict[int, int]:
    """The level of unnumbered headings by hint: the outermost when nothing is numbered 一、."""
    hints = sorted({p.hint for p in parts if p.hint and not p.is_title})
    is_numbered = any(p.label and p.label.level <= 2 for p in parts)
    beside_first = {p.hint for p in parts if p.hint and p.label and p.label.level == 1}
    levels = {0: 2 if is_numbered else 1}
    for rank, hint in enumerate(hints):
        levels[hint] = 1 if hint in beside_first else min(4, 1 + rank)
    return levels
