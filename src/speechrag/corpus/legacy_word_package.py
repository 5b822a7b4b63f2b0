"""A Word 97–2003 document as if it were a newer one: the parts that `speechrag.corpus.word` reads.

So automatic numbers, headings, tables, text boxes, notes, fields and revisions are dealt with in
one place. Running heads, comments and pictures are left out there and here.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from typing import NamedTuple

from speechrag.corpus.legacy_word import (
    ENDNOTE_REFS,
    ENDNOTES,
    FOOTNOTE_REFS,
    FOOTNOTES,
    IN_TABLE,
    INNER_ROW_END,
    IS_DELETED,
    IS_HIDDEN,
    ROW_END,
    SHAPES,
    SYMBOL,
    TABLE_DEPTH,
    TEXTBOXES,
    LegacyWord,
    Story,
)
from speechrag.corpus.legacy_word_lists import numbering_of, paragraph_properties, styles_of
from speechrag.corpus.ooxml import BlockBuilder, MadePackage, W, text_element, w
from speechrag.corpus.word_package import Element

_CELL, _TAB, _LINE, _PAGE, _PARAGRAPH, _COLUMN = 0x07, 0x09, 0x0B, 0x0C, 0x0D, 0x0E
_FIELD = {0x13: "begin", 0x14: "separate", 0x15: "end"}
_HYPHEN = 0x1E
_PICTURE = 0x01
_UNITS = f"utf-16-{sys.byteorder[0]}e"
_SHAPE_BYTES, _BOX_BYTES = 26, 22  # of Spa and FTXBXS


class _Line(NamedTuple):
    node: Element
    is_cell_end: bool
    is_in_table: bool
    is_row_end: bool
    depth: int


class LegacyWordPackage(MadePackage):
    """The parts of a document, made when they are asked for.

    Args:
        raw: The file.

    Raises:
        ProtectedFile: It is encrypted.
        UnsupportedFormat: It was written by Word 95 or earlier.
        FAULTS: It is corrupt, which may show with any other call as well.
    """

    def __init__(self, raw: bytes) -> None:
        self._document = LegacyWord(raw)
        self.title = self._document.title
        self._stories = self._document.stories()
        units = self._document.units
        self._deleted = self._flagged(IS_DELETED)
        self._hidden = self._flagged(IS_HIDDEN)
        self._symbols = self._read_symbols()
        self._notes = {
            place: (kind, number)
            for kind, refs in (("footnote", FOOTNOTE_REFS), ("endnote", ENDNOTE_REFS))
            for number, place in enumerate(self._document.places(refs, 2)[0][:-1])
        }
        self._boxes: dict[int, Story] = {}
        self.has_pictures = _PICTURE in units

    def main_document(self) -> Element:
        """The root of the main document."""
        self._boxes = self._read_boxes()
        body = W.body()
        self._fill(body, self._stories["body"])
        for box in list(self._boxes.values()):  # whose places are not known
            body.append(W.p(W.r(self._box(box))))
        return W.document(body)

    def related(self, kind: str) -> Element | None:
        """Styles, numbering, footnotes or endnotes."""
        match kind:
            case "styles":
                return styles_of(self._document)
            case "numbering":
                return numbering_of(self._document)
            case "footnotes":
                return self._read_notes("footnote", FOOTNOTES)
            case "endnotes":
                return self._read_notes("endnote", ENDNOTES)
        return None

    def _flagged(self, wanted: int) -> bytearray:
        """For each character whether a property is on."""
        flags = bytearray(len(self._document.units))
        for start, stop, operand in self._document.runs_with(wanted):
            stop = min(stop, len(flags))
            flags[start:stop] = bytes([operand[:1] in {b"\x01", b"\x81"}]) * max(stop - start, 0)
        return flags

    def _read_symbols(self) -> dict[int, int]:
        """Characters of symbol fonts, by their places."""
        return {
            at: int.from_bytes(operand[2:4], "little")
            for start, stop, operand in self._document.runs_with(SYMBOL)
            for at in range(start, stop)
        }

    def _read_notes(self, kind: str, number: int) -> Element:
        root, story = W(f"{kind}s"), self._stories[f"{kind}s"]
        places, _data = self._document.places(number)
        for note, (start, stop) in enumerate(itertools.pairwise(places)):
            node = W(kind, {w("id"): str(note)})
            self._fill(node, Story(story.start + start, min(story.start + stop, story.stop)))
            root.append(node)
        return root

    def _read_boxes(self) -> dict[int, Story]:
        """The texts of text boxes by the characters that they hang on; the others below 0."""
        story = self._stories["textboxes"]
        shapes, about = self._document.places(SHAPES, _SHAPE_BYTES)
        hooks = {data[:4]: place for place, data in zip(shapes, about, strict=False)}
        places, about = self._document.places(TEXTBOXES, _BOX_BYTES)
        boxes = {}
        for number, data in enumerate(about):
            start, stop = (min(story.start + at, story.stop) for at in places[number : number + 2])
            if any(unit > 0x20 for unit in self._document.units[start:stop]):
                boxes[hooks.get(data[14:18], -1 - number)] = Story(start, stop)
        return boxes

    def _box(self, story: Story) -> Element:
        content = W.txbxContent()
        self._fill(content, story)
        for node in list(content):
            if not "".join(node.itertext()).strip():
                content.remove(node)
        return content

    def _fill(self, parent: Element, story: Story) -> None:
        """Append the paragraphs and tables of a story."""
        blocks = BlockBuilder(parent)
        for line in self._lines(story):
            if line.is_row_end:
                blocks.end_row()
                continue
            blocks.add(line.node, in_table=line.is_in_table)
            if line.is_cell_end and line.depth <= 1:
                blocks.end_cell()
        blocks.end()

    def _lines(self, story: Story) -> Iterator[_Line]:
        units, start = self._document.units, story.start
        for at in range(story.start, story.stop):
            unit = units[at]
            if unit in (_PARAGRAPH, _CELL) or (unit == _PAGE and self._document.ends_paragraph(at)):
                line = self._line(start, at)
                if line is not None:
                    yield line
                start = at + 1
        if start < story.stop:
            line = self._line(start, story.stop)
            if line is not None:
                yield line

    def _line(self, start: int, stop: int) -> _Line | None:
        """The paragraph that ends with the mark at `stop`; None for the end of an inner row."""
        document = self._document
        style, found = document.paragraph(min(stop, len(document.units) - 1))
        if _is_on(found, INNER_ROW_END):
            return None
        properties = paragraph_properties(style, found)
        if stop < len(document.units) and self._deleted[stop]:
            properties.append(W.rPr(W("del")))
        depth = int.from_bytes(found.get(TABLE_DEPTH, b"\x00"), "little")
        is_in_table = _is_on(found, IN_TABLE) or depth > 0
        return _Line(
            W.p(properties, *self._runs(start, stop)),
            is_in_table and stop < len(document.units) and document.units[stop] == _CELL,
            is_in_table,
            is_in_table and _is_on(found, ROW_END),
            depth,
        )

    def _runs(self, start: int, stop: int) -> Iterator[Element]:
        """The runs of a paragraph, broken where what they are changes."""
        at = start
        while at < stop:
            state = self._deleted[at], self._hidden[at]
            first = at
            while at < stop and (self._deleted[at], self._hidden[at]) == state:
                at += 1
            run = W.r(*self._content(first, at))
            if state[1]:
                run.insert(0, W.rPr(W.vanish()))
            yield W("del", run) if state[0] else run

    def _content(self, start: int, stop: int) -> Iterator[Element]:
        units, plain = self._document.units, start
        for at in range(start, stop):
            unit = units[at]
            if unit >= 0x20 and at not in self._symbols:
                continue
            yield from self._text(plain, at)
            plain = at + 1
            if at in self._symbols:
                yield W.sym({w("char"): f"{self._symbols[at]:04X}"})
            elif at in self._notes:
                kind, number = self._notes[at]
                yield W(f"{kind}Reference", {w("id"): str(number)})
            elif at in self._boxes:
                yield self._box(self._boxes.pop(at))
            elif unit in _FIELD:
                yield W.fldChar({w("fldCharType"): _FIELD[unit]})
            elif unit == _TAB:
                yield W.tab()
            elif unit in (_LINE, _PAGE, _COLUMN):
                yield W.br()
            elif unit == _HYPHEN:
                yield W.noBreakHyphen()
        yield from self._text(plain, stop)

    def _text(self, start: int, stop: int) -> Iterator[Element]:
        raw = self._document.units[start:stop].tobytes()
        text = raw.decode(_UNITS, "replace")
        if text:
            yield text_element(text)


def _is_on(found: dict[int, bytes], wanted: int) -> bool:
    return found.get(wanted, b"\x00")[:1] == b"\x01"
