"""The numbering of Chinese official prose: 一、 (一) 1. (1) 第一, 首先, 一是 一要."""

from __future__ import annotations

import re
from dataclasses import dataclass

from speechrag.corpus.characters import fold

_DIGITS = {c: n for n, c in enumerate("〇一二三四五六七八九")}
_N = "[一二三四五六七八九十]{1,3}"

# What follows 一、 in an enumeration or a date, not in a heading: 一、二季度; 三、四线城市.
_LIST_GOES_ON = r"(?![一二三四五六七八九十百]{1,3}(?:[、季产线期号级类楼把手审是]|[与和及]))"
_LABELS = (
    (1, re.compile(rf"第(?P<n>{_N})(?:部分|章|节)[\s、,:.]*")),
    (1, re.compile(rf"(?P<n>{_N})\s*(?:、(?!\d+[、号])|\.(?!\d)){_LIST_GOES_ON}\s*")),
    (2, re.compile(rf"\(\s*(?P<n>{_N})\s*\)\s*[、.]?\s*")),
    (3, re.compile(r"(?P<n>\d{1,2})\s*(?:\.(?!\d)|、(?!\d)|\.(?=(?:19|20)\d\d年))\s*")),
    (4, re.compile(r"\(\s*(?P<n>\d{1,2})\s*\)\s*[、.]?\s*")),
    (4, re.compile(r"(?P<n>\d{1,2})\)\s*")),
    (4, re.compile(r"(?P<n>[①-⑳])\s*")),
)
_STARTS_LABEL = re.compile(rf"第?{_N}|[(]|\d|[①-⑳]")

# Enumerators of items that run on inside a paragraph.
ITEM = re.compile(
    rf"(?P<ordinal>第(?P<a>{_N})(?:[个点条件项步句道对类层种关招笔](?:坎|关|题|事|账)?|方面)?"
    r"(?:[,、:.]|(?=是|要(?![务素义旨领]))))"
    r"|(?P<order>(?:首先|其次|再次|再者|第三|最后)(?:[,:]|(?=要|是)))"
    rf"|(?P<number>(?P<b>[一二三四五六七八九十]{{1,2}})"
    r"(?:是(?=\D)|要(?![素件点害塞道职闻领旨义地求务案])|来[,:]?|靠|抓(?=[^\s])))"
)
LAST = 99  # 最后, whatever its place
_ORDER = {"首先": 1, "其次": 2, "再次": 3, "再者": 3, "第三": 3, "最后": LAST}


@dataclass(frozen=True, slots=True)
class Label:
    """A numbering label at the start of a line: its level (1-4), number and length."""

    level: int
    number: int
    end: int


@dataclass(frozen=True, slots=True)
class Item:
    """An enumerator (一是, 第一, 首先) inside a paragraph."""

    level: int
    number: int
    start: int
    end: int


def number_of(numeral: str) -> int:
    """The value of a Chinese, Arabic or circled numeral up to 99."""
    if numeral.isascii():
        return int(numeral)
    if "①" <= numeral <= "⑳":
        return ord(numeral) - ord("①") + 1
    tens, ten, units = numeral.rpartition("十")
    value = _DIGITS.get(units, 0) if units else 0
    if ten:
        value += 10 * (_DIGITS.get(tens, 1) if tens else 1)
    return value


def parse_label(text: str) -> Label | None:
    """The label a line starts with, if any; offsets are those of the text given."""
    head = fold(text[:16])
    if not _STARTS_LABEL.match(head):
        return None
    for level, pattern in _LABELS:
        if match := pattern.match(head):
            return Label(level, number_of(match["n"]), match.end())
    return None


def _item(match: re.Match[str]) -> Item:
    if match["ordinal"]:
        return Item(5, number_of(match["a"]), match.start(), match.end())
    if match["order"]:
        return Item(5, _ORDER[match["order"].rstrip(",:")], match.start(), match.end())
    return Item(6, number_of(match["b"]), match.start(), match.end())


_MAY_PRECEDE = frozenset("。！？；：，!?;:,…”’）)》 \u3000\n")


def find_items(text: str) -> list[Item]:
    """The items of a paragraph, in order.

    An item opens the paragraph or follows punctuation. One that stands alone inside a paragraph
    is no list; a first item that follows other words (双方一是要…) counts when a second follows.
    """
    folded = fold(text)
    sound: list[Item] = []
    bare_first: Item | None = None
    for match in ITEM.finditer(folded):
        item = _item(match)
        at = item.start
        if at == 0 or text[at - 1] in _MAY_PRECEDE:
            if bare_first and item.number == 2 and item.level == bare_first.level:
                sound.append(bare_first)
            bare_first = None
            sound.append(item)
        elif item.number == 1 and item.level == 6 and match.group().endswith(("是", "要")):
            bare_first = item
    if len(sound) == 1 and sound[0].start > 0:
        return []
    return sound
