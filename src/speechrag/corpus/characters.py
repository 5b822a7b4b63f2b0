"""Classes of characters that the cleaning rules share, and foldings that keep every offset."""

from __future__ import annotations

import re
from functools import cache, lru_cache

HAN = "〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
IS_HAN = re.compile(f"[{HAN}]")

# Line breaks as str.splitlines knows them; "\r\n" is one.
BREAK = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")

# Blank space and characters that print nothing: these may be dropped as layout.
_BLANK = r"\s\x00-\x1f\x7f-\x9f\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
BLANK_RUN = re.compile(f"[{_BLANK}]+")
INVISIBLE_RUN = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+"
)

CLOSERS = "”’」』）》】〉)]\"'"
TERMINAL = "。！？!?…"
# A sentence that has ended, perhaps inside quotation marks.
ENDS_SENTENCE = re.compile(rf"[{TERMINAL}][{re.escape(CLOSERS)}]*$")
# A line that need not go on: a sentence end, or the colon or semicolon of a list.
ENDS_LINE = re.compile(rf"[{TERMINAL}；;：:][{re.escape(CLOSERS)}]*$")

_HALF_WIDTH: dict[int, str] = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_HALF_WIDTH |= {ord("　"): " ", ord("\xa0"): " ", ord("﹕"): ":", ord("︰"): ":"}


@cache
def _simplified() -> dict[int, str]:
    """Traditional character to simplified character, for the characters where they differ."""
    import opencc

    characters = [chr(code) for code in range(0x3400, 0xA000)]
    converted = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {
        ord(old): new
        for old, new in zip(characters, converted, strict=True)
        if old != new and len(new) == 1
    }


def simplify(text: str) -> str:
    """Traditional to simplified, character by character; the length stays."""
    return text.translate(_simplified())


@cache
def _folded() -> dict[int, str]:
    return _simplified() | _HALF_WIDTH


@lru_cache(maxsize=4096)
def _fold_line(text: str) -> str:
    return text.translate(_folded())


def fold(text: str) -> str:
    """Half width and simplified: what the rules for web-page matter are matched against."""
    # one line is looked at by many rules
    return _fold_line(text) if len(text) < 1000 else text.translate(_folded())
