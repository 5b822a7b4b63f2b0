"""Styles and lists of a Word 97–2003 document, as the elements that newer documents have.

[MS-DOC] 2.9.271 (STSH), 2.9.148 (LSTF), 2.9.150 (LVL), 2.9.131 (LFO). Counting and writing the
numbers is left to `word_lists`.
"""

from __future__ import annotations

import struct

from speechrag.corpus.legacy_word import (
    LIST_LEVEL,
    LIST_NUMBER,
    LIST_OVERRIDES,
    LISTS,
    OUTLINE_LEVEL,
    STYLES,
    LegacyWord,
    Sprms,
    sprms,
)
from speechrag.corpus.ooxml import W, valued, w
from speechrag.corpus.word_package import Element, clean_text

_NO_STYLE = 0x0FFF
_TITLE = 62  # the built-in style's number; 1 to 9 are headings
_PARAGRAPH_STYLE = 1
_MAX_LIST = 0x07FE  # beyond it a number of a list means that there is none
_FORMATS = {
    0: "decimal", 1: "upperRoman", 2: "lowerRoman", 3: "upperLetter", 4: "lowerLetter",
    5: "ordinal", 10: "ideographDigital", 11: "japaneseCounting", 14: "decimalFullWidth",
    16: "japaneseLegal", 17: "japaneseDigitalTenThousand", 18: "decimalEnclosedCircle",
    19: "decimalFullWidth2", 22: "decimalZero", 23: "bullet", 26: "decimalEnclosedFullstop",
    27: "decimalEnclosedParen", 28: "decimalEnclosedCircleChinese",
    29: "ideographEnclosedCircle", 30: "ideographTraditional", 31: "ideographZodiac",
    33: "taiwaneseCounting", 34: "ideographLegalTraditional", 35: "taiwaneseCountingThousand",
    36: "taiwaneseDigital", 37: "chineseCounting", 38: "chineseLegalSimplified",
    39: "chineseCountingThousand", 41: "koreanDigital", 42: "koreanCounting", 255: "none",
}  # fmt: skip
"""MSONFC ([MS-OSHARED] 2.2.1.3) by the names of ST_NumberFormat."""


def paragraph_properties(style: int | None, found: Sprms) -> Element:
    """The w:pPr of a paragraph or a style: style, list and outline level where they are said."""
    properties = W.pPr()
    if style is not None:
        properties.append(valued("pStyle", style))
    numbers = W.numPr()
    if LIST_LEVEL in found:
        numbers.append(valued("ilvl", found[LIST_LEVEL][0]))
    if LIST_NUMBER in found:
        number = int.from_bytes(found[LIST_NUMBER], "little")
        numbers.append(valued("numId", number if number <= _MAX_LIST else 0))
    if len(numbers):
        properties.append(numbers)
    if OUTLINE_LEVEL in found:
        properties.append(valued("outlineLvl", found[OUTLINE_LEVEL][0]))
    return properties


def styles_of(document: LegacyWord) -> Element:
    """The w:styles of a document."""
    root, data = W.styles(), document.structure(STYLES)
    if len(data) < 6:
        return root
    size, count, base_size = struct.unpack_from("<HHH", data)
    at = 2 + size
    for number in range(count):
        if at + 2 > len(data):
            break
        (length,) = struct.unpack_from("<H", data, at)
        style = _style(number, data[at + 2 : at + 2 + length], base_size) if length else None
        if style is not None:
            root.append(style)
        at += 2 + length + length % 2
    return root


def _style(number: int, data: bytes, base_size: int) -> Element | None:
    if len(data) < max(base_size, 6) + 2:
        return None
    built_in, kind, counts = struct.unpack_from("<HHH", data)
    if kind & 0xF != _PARAGRAPH_STYLE:
        return None
    based_on, n_updates = kind >> 4, counts & 0xF
    (n_chars,) = struct.unpack_from("<H", data, base_size)
    start = base_size + 2
    name = clean_text(data[start : start + 2 * n_chars].decode("utf-16-le", "replace"))
    built_in &= 0x0FFF
    if 1 <= built_in <= 9:
        name = f"heading {built_in}"
    elif built_in == _TITLE:
        name = "Title"
    found: Sprms = {}
    at = start + 2 * n_chars + 2
    if n_updates and at + 4 <= len(data):
        (size,) = struct.unpack_from("<H", data, at)
        found = dict(sprms(data[at + 4 : at + 2 + size]))  # behind the style's own number
    attributes = {w("type"): "paragraph", w("styleId"): str(number)}
    if number == 0:
        attributes[w("default")] = "1"
    style = W.style(attributes, valued("name", name))
    if based_on != _NO_STYLE:
        style.append(valued("basedOn", based_on))
    style.append(paragraph_properties(None, found))
    return style


def numbering_of(document: LegacyWord) -> Element:
    """The w:numbering of a document: its lists, and their uses with what these override."""
    root = W.numbering()
    data, levels = document.structure(LISTS), document.after(LISTS)
    n_lists = int.from_bytes(data[:2], "little") if len(data) >= 2 else 0
    at = 0
    names: dict[int, int] = {}
    for number in range(n_lists):
        start = 2 + 28 * number
        if start + 28 > len(data):
            break
        (name,) = struct.unpack_from("<I", data, start)
        styles = struct.unpack_from("<9H", data, start + 8)
        definition = W.abstractNum({w("abstractNumId"): str(number)})
        for index in range(1 if data[start + 26] & 1 else 9):
            level, at = _level(levels, at, index, styles[index])
            definition.append(level)
        names.setdefault(name, number)
        root.append(definition)
    for use in _uses(document.structure(LIST_OVERRIDES), names):
        root.append(use)
    return root


def _level(data: bytes, at: int, index: int, style: int = _NO_STYLE) -> tuple[Element, int]:
    """An LVL as w:lvl, and where the next one begins."""
    start, kind, flags = struct.unpack_from("<IBB", data, at)
    follow = data[at + 15]
    character_bytes, paragraph_bytes, restart = struct.unpack_from("<BBB", data, at + 24)
    at += 28 + character_bytes + paragraph_bytes
    (n_chars,) = struct.unpack_from("<H", data, at)
    template = data[at + 2 : at + 2 + 2 * n_chars].decode("utf-16-le", "replace")
    text = "".join(f"%{ord(c) + 1}" if ord(c) < 9 else c for c in template)
    level = W.lvl(
        {w("ilvl"): str(index)},
        valued("start", start),
        valued("numFmt", _FORMATS.get(kind, "decimal")),
    )
    if flags & 0x08:
        level.append(valued("lvlRestart", restart))
    if style < _NO_STYLE:
        level.append(valued("pStyle", style))
    if flags & 0x04:
        level.append(valued("isLgl", 1))
    level.append(valued("suff", ("tab", "space", "nothing")[min(follow, 2)]))
    level.append(valued("lvlText", clean_text(text)))
    return level, at + 2 + 2 * n_chars


def _uses(data: bytes, names: dict[int, int]) -> list[Element]:
    n_uses = min(int.from_bytes(data[:4], "little"), max(len(data) - 4, 0) // 16)
    heads = [4 + 16 * number for number in range(n_uses)]
    at, uses = 4 + 16 * len(heads), []
    for number, head in enumerate(heads, 1):
        (name,) = struct.unpack_from("<I", data, head)
        use = W.num({w("numId"): str(number)}, valued("abstractNumId", names.get(name, -1)))
        at += 4
        for _ in range(data[head + 12]):
            if at + 8 > len(data):
                break
            start, flags = struct.unpack_from("<II", data, at)
            index, at = flags & 0xF, at + 8
            override = W.lvlOverride({w("ilvl"): str(index)})
            if flags & 0x20:
                level, at = _level(data, at, index)
                override.append(level)
            elif flags & 0x10:
                override.append(valued("startOverride", start))
            use.append(override)
        uses.append(use)
    return uses
