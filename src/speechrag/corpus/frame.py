"""Where on a pasted page the speech begins and ends, by what surrounds what.

The rules of `boilerplate` know a page's lines by their words, and no list of words is complete.
Here the page is judged by its shape, as a reader does who sees the site for the first time: a
speech is a stretch of sentences under a title; short lines above that title or behind the last
sentence, beside lines that are certainly the page's, are the page's too. The idea is that of
boilerplate detection by shallow text features (Kohlschütter, Fankhauser and Nejdl, WSDM 2010),
with this library's own features. A file without a page around it is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from speechrag.corpus.boilerplate import is_prose
from speechrag.corpus.characters import ENDS_LINE, IS_HAN, fold
from speechrag.corpus.forms import KIND_WORDS, bare, ends_like_title, is_closing, is_salutation
from speechrag.corpus.labels import parse_label
from speechrag.corpus.metadata import (
    PLACE_LABEL,
    SPEAKER_LABEL,
    read_date,
    read_speaker,
    without_dates,
)
from speechrag.corpus.page_words import (
    LIST_HEAD,
    PAGE_WORD,
    PAGER,
    RECORD,
    STRONG_WORD,
    n_page_words,
)
from speechrag.corpus.paragraphs import Line
from speechrag.corpus.title_line import find_title, strip_title, title_top
from speechrag.types import RemovalReason

_R = RemovalReason
_PAGE_REASONS = frozenset({_R.NAVIGATION, _R.METADATA, _R.PAYWALL, _R.RELATED, _R.WIDGET})
MAX_HEAD_LINES = 120
MIN_ISLAND_CHARS = 120  # less prose than this, apart from the speech, does not prove a speech
MIN_ISLAND_SHARE = 0.04
MENU_RUN = 3  # so many short lines under one another are a menu, not a title
MIN_BROKEN_CHARS = 16  # a shorter line was not broken at the margin
MIN_HAN = 4
_SHORT_CHARS = 40
PAGE_WORD_CHARS = 60  # a speech's sentence has at most one of a page's words in so many characters

_SUMMARY = re.compile(
    r"现将.{0,60}(?:印发|转发|发给|刊发|摘登).{0,30}$|核心提示\s*[:】]|编者按\s*[:】]"
    r"|(?:(?:内容|文章|ai|资源|文档)?(?:摘要|提要|导读|导语|提示|简介|描述|概要)|引言)\s*[:】]",
    re.IGNORECASE,
)
_ADDRESSES = re.compile("同志们|同学们|朋友们|各位|尊敬的")
# A line of verse or of a toast; one that opens a list.
_STOPS_SHORT = re.compile(r"^[^\s|>]{8,}[,;、]$|^[^\s|>:]{3,},[^\s|>:]{3,}:$")
_MAY_STAND_BY_DATE = re.compile(r"[\u4e00-\u9fff()\s]*")
_LETTERS = re.compile(r"\w")
_SPOKEN = re.compile(r"^[^\s|>]{2,}[。!?]$")  # 散会。
_KIND = re.compile(KIND_WORDS)
_CLOCK = re.compile(r"\d{1,2}:\d\d")
_NO_DATE_OF_IT = re.compile(r"今天是|现在是|截至|copyright|©|备案|icp|版权", re.IGNORECASE)


@dataclass(slots=True)
class _Page:
    """The lines of a source with what is needed to judge them."""

    lines: Sequence[Line]
    folded: list[str]

    def is_mark(self, at: int) -> bool:
        """Whether a line is certainly the page's."""
        return self.lines[at].reason in _PAGE_REASONS

    def is_like_mark(self, at: int) -> bool:
        """Whether a short line tells a reader of the page what to do, or the time by the clock."""
        text = self.folded[at]
        if self.lines[at].reason or len(text) > _SHORT_CHARS or ends_like_title(text):
            return False
        return n_page_words(text) >= 2 or (
            _CLOCK.search(text) is not None and read_date(text) is not None
        )

    def is_prose(self, at: int) -> bool:
        """Whether a line reads as a sentence that somebody says, not one that a page says."""
        text = self.folded[at]
        if self.lines[at].reason or not (is_prose(text) or _STOPS_SHORT.search(text)):
            return False
        if len(IS_HAN.findall(text)) < MIN_HAN:  # Powered by Discuz! X3.4
            return False
        n = n_page_words(text)
        return n == 0 or len(text) > PAGE_WORD_CHARS * n

    def is_speech(self, at: int) -> bool:
        """Whether a line belongs to a speech by itself: prose, a salutation, a heading."""
        line, text = self.lines[at], self.folded[at]
        if line.reason:
            return False
        if line.heading or is_salutation(text) or is_closing(text):
            return True
        return self.is_prose(at)


def label_frame(lines: Sequence[Line], known_title: str | None = None) -> None:
    """Give the lines around a speech their reasons, and mark its title.

    Acts only beside lines that already have a reason, or on menus above a title; what stands
    between the first and the last sentence of a speech is left alone.
    """
    page = _Page(lines, [fold(line.text) for line in lines])
    for line, text in zip(lines, page.folded, strict=True):
        if line.reason is None and len(text) <= 80 and PAGER.fullmatch(text):
            line.reason = _R.NAVIGATION if "页" in text or "]" in text else None
        if line.reason is None and not line.heading and RECORD.fullmatch(text):
            line.reason = _R.METADATA
        if line.reason is None and not line.heading and LIST_HEAD.fullmatch(text):
            line.reason = None if is_salutation(text) or parse_label(text) else _R.RELATED
    _label_head(page, bare(known_title or ""))
    _label_tail(page)


def _label_head(page: _Page, known: str) -> None:
    """What stands above the title, and between it and the first words."""
    lines = page.lines
    first = _first_words(page)
    if first is None:
        return
    n_marks = sum(page.is_mark(at) or page.is_like_mark(at) for at in range(first))
    title = find_title(lines, page.folded, first, known)
    if title is None:
        return
    top = title_top(lines, page.folded, title)
    above = [at for at in range(top) if lines[at].reason is None]
    below = [
        at
        for at in range(title + 1, first)
        if lines[at].reason is None
        and bool(_LETTERS.search(page.folded[at]))
        and _is_beside_title(page, at)
    ]
    if not n_marks and len(above) + len(below) < MENU_RUN:
        return
    for at in above:
        is_page = n_marks and not _KIND.search(page.folded[at])
        lines[at].reason = _R.NAVIGATION if is_page else _R.METADATA
    for at in range(top, title + 1):
        lines[at].reason = None
        strip_title(lines[at])
        lines[at].is_title = True
    for at in below:
        lines[at].reason = _R.METADATA


def _first_words(page: _Page) -> int | None:
    """The line where the speech begins: a salutation, or prose that is no summary."""
    for at in range(min(len(page.lines), MAX_HEAD_LINES)):
        text = page.folded[at]
        if page.lines[at].reason:
            continue
        if is_salutation(text):
            return at
        if page.is_prose(at) and not _SUMMARY.match(text) and not ends_like_title(text):
            return _back_over_wrapped(page, at)
        if parse_label(text) and len(text) > 3 and at + 1 < len(page.lines):
            below = range(at + 1, min(at + 3, len(page.lines)))
            if any(page.is_prose(b) for b in below):
                return at
    return None


def _back_over_wrapped(page: _Page, at: int) -> int:
    """The first of the broken lines of a paragraph whose end is the line at `at`."""
    while at > 0:
        text = page.folded[at - 1]
        goes_on = page.lines[at].n_blank_before == 0 and not page.lines[at - 1].reason
        if (
            not goes_on
            or len(text) < MIN_BROKEN_CHARS
            or ENDS_LINE.search(text)
            or ends_like_title(text)
        ):
            break
        at -= 1
    return at


def _is_beside_title(page: _Page, at: int) -> bool:
    """Whether a line under the title is the page's: no subtitle, date, speaker or place."""
    text = page.folded[at]
    if _SUMMARY.match(text):
        return True
    if text.startswith(("-", "—", "–")) or page.is_speech(at) or _ADDRESSES.search(text):
        return False
    if ends_like_title(text) and not re.search("[,!?]", text) and not PAGE_WORD.search(text):
        return False
    if PLACE_LABEL.fullmatch(text) or SPEAKER_LABEL.fullmatch(text) or read_speaker(text):
        return False
    if read_date(text) and len(without_dates(text)) <= 12 and not PAGE_WORD.search(text):
        # a date that stands with more than a place is the page's: 2024-03-05 20:12云岭
        return _CLOCK.search(text) is not None or not _MAY_STAND_BY_DATE.fullmatch(
            without_dates(text)
        )
    return len(text) <= _SHORT_CHARS or len(PAGE_WORD.findall(text)) >= 1


def _label_tail(page: _Page) -> None:
    """What stands behind the last words: everything that no stretch of prose follows."""
    lines, n = page.lines, len(page.lines)
    mass = [len(page.folded[at]) if page.is_prose(at) else 0 for at in range(n)]
    total = sum(mass)
    if not total:
        return
    end = _end_of_speech(page, mass, total)
    rest = [at for at in range(end, n) if lines[at].reason is None]
    if not rest:
        return
    n_marks = sum(page.is_mark(at) or lines[at].is_closed for at in range(end, n))
    n_like = sum(n_page_words(page.folded[at]) > 0 for at in rest)
    if not n_marks and n_like < MENU_RUN:
        return
    for at in rest:
        if not _is_signature(page, at, end):
            lines[at].reason = _R.WIDGET


def _end_of_speech(page: _Page, mass: Sequence[int], total: int) -> int:
    """The line behind the last that is the speech's.

    Lines certain to be the page's cut the source into islands. The speech ends in the last island
    with enough prose of its own, or with the words that end or open a speech.
    """
    least = min(MIN_ISLAND_CHARS, MIN_ISLAND_SHARE * total)
    end = 0
    inside, last, is_sure = 0, 0, False
    for at in range(len(page.lines)):
        if page.is_mark(at) or (last and at - last >= MENU_RUN):
            inside, is_sure, last = 0, False, 0
        if page.is_mark(at):
            continue
        if page.lines[at].reason:
            continue
        text = page.folded[at]
        inside += mass[at]
        is_sure = is_sure or is_closing(text) or page.lines[at].gap
        if page.is_speech(at) or _goes_on(page, at, last):
            last = at + 1
        if last and (is_sure or inside >= least):
            end = last
    return end


def _goes_on(page: _Page, at: int, last: int) -> bool:
    """Whether a line directly behind the speech's is part of it: an item, a broken line's end."""
    text = page.folded[at]
    n_words = n_page_words(text)
    if parse_label(text) and len(text) > 3 and not n_words:
        return True
    if last != at or not at:
        return False
    is_own = n_words < 2 and not STRONG_WORD.search(text)
    if not n_words and _SPOKEN.search(text):
        return True
    if is_own and (is_prose(text) or (len(text) >= _SHORT_CHARS and not n_words)):
        return True
    above = page.folded[at - 1]
    is_broken = len(above) >= MIN_BROKEN_CHARS and not ENDS_LINE.search(above)
    return is_broken and not parse_label(above) and not n_words


def _is_signature(page: _Page, at: int, end: int) -> bool:
    """Whether a line behind the last words is the date or the name that signs them."""
    text = page.folded[at]
    if at - end >= 3 or _NO_DATE_OF_IT.search(text):
        return False
    is_date = read_date(text) is not None and len(without_dates(text)) <= 8
    return (is_date and not _CLOCK.search(text)) or read_speaker(text) is not None
