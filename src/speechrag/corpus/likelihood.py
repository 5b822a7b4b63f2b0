"""How likely a decoded text is as Chinese or English writing: the evidence for an encoding.

A unigram model: each character costs its negative log probability, in round figures read off the
frequencies behind `commonchars.TIERS`. What matters is only that the right decoding of some bytes
costs less than a wrong one, and wrong decodings are full of rare characters.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

from speechrag.corpus.commonchars import TIERS

_TIER_COST = (5.6, 6.9, 8.0, 9.3)
_KNOWN_HAN, _HAN, _RARE_HAN = 11.5, 14.0, 16.0
_COMMON_MARKS = "，。、；：“”《》（）！？—…·\u3000"
_LAYOUT = "\t\n\r\f\v\x1a"
REPLACEMENT_COST = 22.0

# Code-point ranges that Chinese writing uses seldom, with the cost of each character.
_RANGES = (
    (0x00, 0x1F, 20.0),
    (0x20, 0x7E, 4.0),
    (0x7F, 0x9F, 20.0),
    (0xA0, 0xBF, 10.0),
    (0xC0, 0xFF, 11.5),
    (0x100, 0x2FF, 14.0),
    (0x300, 0x4FF, 13.0),
    (0x500, 0x1FFF, 17.0),
    (0x2000, 0x206F, 8.0),
    (0x2070, 0x24FF, 9.5),
    (0x2500, 0x259F, 13.0),
    (0x25A0, 0x2BFF, 10.0),
    (0x2C00, 0x2FFF, 15.0),
    (0x3000, 0x303F, 8.5),
    (0x3040, 0x30FF, 12.5),
    (0x3100, 0x33FF, 14.0),
    (0x3400, 0x4DBF, _RARE_HAN),
    (0x4E00, 0x9FFF, _HAN),
    (0xF900, 0xFAFF, _RARE_HAN),
    (0xFE30, 0xFE4F, 14.0),
    (0xFF01, 0xFF5E, 9.0),
    (0xFF61, 0xFFDC, 16.0),
    (0x1F300, 0x1FAFF, 12.0),
    (0x20000, 0x323AF, _RARE_HAN + 1),
)
_ELSEWHERE = 18.0


def char_cost(char: str) -> float:
    """The negative natural logarithm of a character's probability, roughly; U+FFFD costs most."""
    known = _known().get(char)
    return known if known is not None else _by_range(char)


@cache
def _known() -> dict[str, float]:
    """The cost of the characters that are listed one by one."""
    table = dict.fromkeys(_COMMON_MARKS, 4.5) | dict.fromkeys(_LAYOUT, 4.0)
    table["\ufffd"] = REPLACEMENT_COST
    for tier, cost in zip(TIERS, _TIER_COST, strict=True):
        for char in tier:
            table.setdefault(char, cost)
    return table


@cache
def _by_range(char: str) -> float:
    code = ord(char)
    if 0x4E00 <= code <= 0x9FFF and _in_first_plane(char):
        return _KNOWN_HAN
    for first, last, cost in _RANGES:
        if first <= code <= last:
            return cost
    return _ELSEWHERE


def _in_first_plane(char: str) -> bool:
    """Whether GB 2312 (level 1) or Big5 (level 1) lists the character among the common ones."""
    for codec, low, high in (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6)):
        try:
            if low <= char.encode(codec)[0] <= high:
                return True
        except UnicodeEncodeError:
            continue
    return False


def text_cost(text: str) -> float:
    """The summed cost of a text; of two decodings of the same bytes the cheaper is likelier."""
    return sum(char_cost(char) * n for char, n in Counter(text).items())


def mean_foreign_cost(text: str) -> float:
    """The mean cost of the characters that are neither ASCII nor U+FFFD; 0.0 where there are none.

    Chinese prose lies between 6.5 and 9, the same bytes read in a wrong encoding above 12.
    """
    counts = {c: n for c, n in Counter(text).items() if c > "\x7f" and c != "\ufffd"}
    total = sum(counts.values())
    return sum(char_cost(c) * n for c, n in counts.items()) / total if total else 0.0
