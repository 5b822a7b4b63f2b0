"""Which lines of printed pages are running heads, feet and page numbers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

_DASHES = r"[-—–―－·•~～\s]*"
_BARE = re.compile(rf"{_DASHES}(\d{{1,4}}){_DASHES}")
_NAMED = re.compile(
    r"\s*(?:第\s*[\d零〇○一二三四五六七八九十百]+\s*页(?:\s*[/／,，]?\s*[(（]?\s*共\s*[\d一二三四五六七八九十百]+\s*页[)）]?)?"
    r"|(\d{1,4})\s*[/／]\s*\d{1,4}|page\s+\d{1,4}(?:\s+of\s+\d{1,4})?)\s*",
    re.IGNORECASE,
)
_EDGE_LINES = 2
_MIN_PAGES = 3
_MAX_CHARS = 60
_SENTENCE_END = "。；：！？，、"  # a head is no part of a sentence

Place = tuple[int, int]


def find_furniture(pages: Sequence[Sequence[str]]) -> set[Place]:
    """Find page furniture.

    Args:
        pages: The lines of each page, in order.

    Returns:
        (page, line) of every line that is a page number at a page's edge, or that stands with the
        same words (figures aside) at the edge of three pages or more.
    """
    edges = [_edge(lines) for lines in pages]
    return _page_numbers(pages, edges) | _repeated(pages, edges)


def _edge(lines: Sequence[str]) -> list[int]:
    """The first and the last two lines of a page that are not blank."""
    filled = [at for at, line in enumerate(lines) if line.strip()]
    return sorted({*filled[:_EDGE_LINES], *filled[-_EDGE_LINES:]})


def _page_numbers(pages: Sequence[Sequence[str]], edges: list[list[int]]) -> set[Place]:
    found: set[Place] = set()
    bare: dict[int, list[Place]] = defaultdict(list)
    for page, edge in enumerate(edges):
        for at in edge:
            line = pages[page][at]
            match = _BARE.fullmatch(line)
            if match:
                # 3 on the third page, or 37, 38, 39 on pages that follow each other
                bare[int(match[1]) - page].append((page, at))
            elif _NAMED.fullmatch(line):
                found.add((page, at))
    for shift, places in bare.items():
        if shift == 1 or len({page for page, _at in places}) > 1:
            found.update(places)
        else:
            found.update(p for p in places if not pages[p[0]][p[1]].strip().isdecimal())
    return found


def _repeated(pages: Sequence[Sequence[str]], edges: list[list[int]]) -> set[Place]:
    by_words: dict[str, list[Place]] = defaultdict(list)
    for page, edge in enumerate(edges):
        for at in edge:
            words = re.sub(r"\d+", "0", "".join(pages[page][at].split()))
            is_short = len(words) <= _MAX_CHARS and words[-1] not in _SENTENCE_END
            if is_short and any(char.isalpha() for char in words):
                by_words[words].append((page, at))
    found: set[Place] = set()
    for places in by_words.values():
        if len({page for page, _at in places}) >= _MIN_PAGES:
            found.update(_spare_title(places))
    return found


def _spare_title(places: list[Place]) -> list[Place]:
    """On the first page, words that come once are the title, which later pages repeat as a head."""
    on_first = [place for place in places if place[0] == 0]
    spared = on_first[-1:]
    return [place for place in places if place not in spared]
