"""Word 97–2003 documents (.doc, and .wps of that time): their text and its properties.

The format is [MS-DOC]. A document is a row of characters, cut into pieces that lie anywhere in the
file; what a paragraph or a run of characters looks like stands elsewhere, by place in the file, as
lists of single property modifiers ("sprm"). `legacy_word_package` makes of it what
`speechrag.corpus.word` reads.
"""

from __future__ import annotations

import io
import struct
import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, NamedTuple

import olefile

from speechrag.errors import ProtectedFile, UnsupportedFormat

FAULTS = (OSError, ValueError, IndexError, KeyError, struct.error, OverflowError)
_WORD_97 = 0x00C1  # nFib of Word 97; earlier ones keep their text in another way
_IS_ENCRYPTED, _IS_TABLE_1 = 0x0100, 0x0200
_PAGE_BYTES = 512

# Where the FIB says a structure lies: number in FibRgFcLcb97, two uint32 each.
STYLES, FOOTNOTE_REFS, FOOTNOTES = 1, 2, 3
_CHPX, _PAPX, _CLX = 12, 13, 33
SHAPES, ENDNOTE_REFS, ENDNOTES, TEXTBOXES = 40, 46, 47, 56
LISTS, LIST_OVERRIDES = 73, 74

# Single property modifiers.
IN_TABLE, ROW_END, TABLE_DEPTH, INNER_ROW_END = 0x2416, 0x2417, 0x6649, 0x244C
LIST_LEVEL, LIST_NUMBER, OUTLINE_LEVEL = 0x260A, 0x460B, 0x2640
_STYLE, _HUGE = 0x4600, 0x6646
IS_DELETED, IS_HIDDEN, SYMBOL = 0x0800, 0x083C, 0x6A09
_DEFINE_TABLE, _CHANGE_TABS = 0xD608, 0xC615
_OPERAND_BYTES = (1, 1, 2, 4, 2, 2, None, 3)

_SUMMARY = "\x05SummaryInformation"
_CODEPAGE, _TITLE, _STRING, _UTF_8 = 1, 2, 0x1E, 65001
_MAX_PROPERTIES = 64  # olefile's own reader follows a count that damage has made large for ever

Sprms = dict[int, bytes]


class Story(NamedTuple):
    """A part of the document's characters: from `start` up to `stop`."""

    start: int
    stop: int


class _Piece(NamedTuple):
    start: int  # of its characters
    stop: int
    offset: int  # of its bytes
    width: int  # bytes a character: 1 or 2


class _Properties(NamedTuple):
    starts: list[int]  # places in the file, rising
    stops: list[int]
    values: list[bytes]


class LegacyWord:
    """The characters of a document and what is known about them.

    Args:
        raw: The file, an OLE compound file.

    Raises:
        ProtectedFile: It is encrypted.
        UnsupportedFormat: It was written by Word 95 or earlier.
        FAULTS: It is corrupt, which may show with any other call as well.
    """

    def __init__(self, raw: bytes) -> None:
        with olefile.OleFileIO(io.BytesIO(raw)) as container:
            self._main: bytes = container.openstream("WordDocument").read()
            _magic, version = struct.unpack_from("<HH", self._main)
            (flags,) = struct.unpack_from("<H", self._main, 10)
            if flags & _IS_ENCRYPTED:
                raise ProtectedFile(
                    "文档已加密，需要密码才能打开",
                    "请在 Word 或 WPS 中输入密码打开，去掉密码后另存为 .docx 再试。",
                )
            if version < _WORD_97:
                raise UnsupportedFormat(
                    "内容是 Word 95 或更早的文档，不能读取",
                    "请用 Word 或 WPS 打开，另存为 .docx 后再试。",
                )
            table = "1Table" if flags & _IS_TABLE_1 else "0Table"
            self._table: bytes = container.openstream(table).read()
            has_data = container.exists("Data")
            self._data: bytes = container.openstream("Data").read() if has_data else b""
            self.title = _title(container)
        self._pieces, self._shared = self._read_pieces()
        self.units = self._read_units()
        if sum(self._counts()) > len(self.units):
            raise ValueError("characters are missing")
        self._paragraphs = self._read_properties(_PAPX, _paragraph_value)
        self._characters = self._read_properties(_CHPX, _character_value)

    def stories(self) -> dict[str, Story]:
        """The characters of "body", "footnotes", "endnotes", "textboxes" and what is left out."""
        names = ("body", "footnotes", "heads", "macros", "comments", "endnotes", "textboxes")
        found, at = {}, 0
        for name, count in zip(names, self._counts(), strict=True):
            found[name] = Story(at, at + count)
            at += count
        return found

    def _counts(self) -> tuple[int, ...]:
        """How many characters each story has."""
        return struct.unpack_from("<7I", self._main, 0x4C)

    def structure(self, number: int) -> bytes:
        """A structure of the table stream; empty where the document has none."""
        start, size = self._where(number)
        return self._table[start : start + size]

    def after(self, number: int) -> bytes:
        """What follows a structure in the table stream."""
        start, size = self._where(number)
        return self._table[start + size :] if size else b""

    def _where(self, number: int) -> tuple[int, int]:
        start, size = struct.unpack_from("<II", self._main, 154 + 8 * number)
        return start, size

    def places(self, number: int, size: int = 0) -> tuple[list[int], list[bytes]]:
        """A PLC: characters of a story, and `size` bytes about what is between each two."""
        data = self.structure(number)
        n = max(len(data) - 4, 0) // (4 + size)
        places = struct.unpack_from(f"<{n + 1}I", data) if data else ()
        at = 4 * (n + 1)
        return list(places), [data[at + size * i : at + size * (i + 1)] for i in range(n)]

    def ends_paragraph(self, at: int) -> bool:
        """Whether a page or section break is the last character of its paragraph."""
        place = self._place(at)
        run = _find(self._paragraphs, place)
        after = place + self._pieces[self._piece(at)].width
        return run is None or self._paragraphs.stops[run] <= after

    def paragraph(self, at: int) -> tuple[int, Sprms]:
        """The style and the properties of the paragraph that ends with a character."""
        run = _find(self._paragraphs, self._place(at))
        value = self._paragraphs.values[run] if run is not None else b""
        style = int.from_bytes(value[:2], "little")
        found = dict(sprms(value[2:])) | self._of_piece(at)
        if _HUGE in found:
            (start,) = struct.unpack("<I", found[_HUGE])
            size = int.from_bytes(self._data[start : start + 2], "little")
            found |= dict(sprms(self._data[start + 2 : start + 2 + size]))
        if _STYLE in found:
            style = int.from_bytes(found[_STYLE], "little")
        return style, found

    def runs_with(self, wanted: int) -> Iterator[tuple[int, int, bytes]]:
        """The stretches of characters that a property is set for, with its operand."""
        runs = zip(*self._characters, strict=True)
        for start, stop, value in runs:
            operand = dict(sprms(value)).get(wanted)
            if operand is None:
                continue
            for piece in self._pieces:
                end = piece.offset + (piece.stop - piece.start) * piece.width
                low, high = max(start, piece.offset), min(stop, end)
                if low < high:
                    first = piece.start + (low - piece.offset) // piece.width
                    yield first, piece.start + -(-(high - piece.offset) // piece.width), operand
        for piece, shared in zip(self._pieces, self._shared, strict=True):
            if wanted in shared:
                yield piece.start, piece.stop, shared[wanted]

    def _read_pieces(self) -> tuple[list[_Piece], list[Sprms]]:
        data, at, modifiers = self.structure(_CLX), 0, []
        while data[at] == 1:
            (size,) = struct.unpack_from("<H", data, at + 1)
            modifiers.append(data[at + 3 : at + 3 + size])
            at += 3 + size
        (size,) = struct.unpack_from("<I", data, at + 1)
        n = (size - 4) // 12
        places = struct.unpack_from(f"<{n + 1}I", data, at + 5)
        if list(places) != sorted(places) or places[-1] > len(self._main):
            raise ValueError("pieces overlap")
        pieces, shared = [], []
        for number in range(n):
            _flags, offset, modifier = struct.unpack_from(
                "<HIH", data, at + 5 + 4 * (n + 1) + 8 * number
            )
            width = 1 if offset & 0x40000000 else 2
            offset = (offset & 0x3FFFFFFF) // (2 if width == 1 else 1)
            pieces.append(_Piece(places[number], places[number + 1], offset, width))
            is_list = modifier & 1 and modifier >> 1 < len(modifiers)
            shared.append(dict(sprms(modifiers[modifier >> 1])) if is_list else {})
        return pieces, shared

    def _read_units(self) -> array[int]:
        """All characters as UTF-16 code units."""
        units = array("H")
        for piece in self._pieces:
            n = piece.stop - piece.start
            data = self._main[piece.offset : piece.offset + n * piece.width]
            if len(data) != n * piece.width:
                raise ValueError("a piece lies beyond the file")
            if piece.width == 1:
                data = data.decode("cp1252", "replace").encode("utf-16-le")
            units.frombytes(data)
        if sys.byteorder == "big":
            units.byteswap()
        return units

    def _read_properties(self, number: int, value: Any) -> _Properties:
        data = self.structure(number)
        n = max(len(data) - 4, 0) // 8
        pages = struct.unpack_from(f"<{n}I", data, 4 * (n + 1)) if n else ()
        runs = []
        for page in pages:
            start = (page & 0x3FFFFF) * _PAGE_BYTES
            block = self._main[start : start + _PAGE_BYTES]
            count = block[_PAGE_BYTES - 1]
            places = struct.unpack_from(f"<{count + 1}I", block)
            runs += [(places[i], places[i + 1], value(block, count, i)) for i in range(count)]
        runs.sort(key=lambda run: run[:2])
        starts, stops, values = zip(*runs, strict=True) if runs else ((), (), ())
        return _Properties(list(starts), list(stops), list(values))

    def _place(self, at: int) -> int:
        """Where in the file a character is."""
        piece = self._pieces[self._piece(at)]
        return piece.offset + (at - piece.start) * piece.width

    def _piece(self, at: int) -> int:
        return max(bisect_right(self._pieces, at, key=lambda piece: piece.start) - 1, 0)

    def _of_piece(self, at: int) -> Sprms:
        return self._shared[self._piece(at)]


def _find(properties: _Properties, place: int) -> int | None:
    run = bisect_right(properties.starts, place) - 1
    return run if run >= 0 and place < properties.stops[run] else None


def _paragraph_value(block: bytes, count: int, number: int) -> bytes:
    at = 2 * block[4 * (count + 1) + 13 * number]
    if not at:
        return b""
    if block[at]:
        return block[at + 1 : at + 2 * block[at]]
    return block[at + 2 : at + 2 + 2 * block[at + 1]]


def _character_value(block: bytes, count: int, number: int) -> bytes:
    at = 2 * block[4 * (count + 1) + number]
    return block[at + 1 : at + 1 + block[at]] if at else b""


def sprms(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The property modifiers of a list: number and operand; stops where the list breaks off."""
    at = 0
    while at + 2 < len(data):
        (number,) = struct.unpack_from("<H", data, at)
        at += 2
        size = _OPERAND_BYTES[number >> 13]
        if size is None:
            size = _variable_size(number, data, at)
        yield number, data[at : at + size]
        at += size


def _variable_size(number: int, data: bytes, at: int) -> int:
    if number == _DEFINE_TABLE:
        return int.from_bytes(data[at : at + 2], "little") + 1
    if number == _CHANGE_TABS and data[at] == 0xFF:
        n_deleted = data[at + 1] if at + 1 < len(data) else 0
        added = at + 2 + 4 * n_deleted
        return 3 + 4 * n_deleted + 3 * (data[added] if added < len(data) else 0)
    return 1 + data[at]


def _title(container: Any) -> str | None:
    """The title of the document's own summary ([MS-OLEPS]), which is bytes of a code page."""
    if not container.exists(_SUMMARY):
        return None
    try:
        data = container.openstream(_SUMMARY).read()
        (start,) = struct.unpack_from("<I", data, 44)
        (n,) = struct.unpack_from("<I", data, start + 4)
        pairs = struct.unpack_from(f"<{2 * min(n, _MAX_PROPERTIES)}I", data, start + 8)
        offsets = dict(zip(pairs[::2], pairs[1::2], strict=True))
        (codepage,) = struct.unpack_from("<H", data, start + offsets[_CODEPAGE] + 4)
        kind, size = struct.unpack_from("<II", data, start + offsets[_TITLE])
        title = data[start + offsets[_TITLE] + 8 :][:size] if kind == _STRING else b""
        codec = "utf-8" if codepage == _UTF_8 else f"cp{codepage}"
        return title.decode(codec).strip("\x00 ") or None
    except (OSError, KeyError, LookupError, ValueError, struct.error):
        return None  # a broken summary must not cost the text
