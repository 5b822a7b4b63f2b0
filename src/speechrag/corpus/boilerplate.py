"""Which lines of a saved web page are not the speech's own words.

The rules act on lines that look like page matter: short, without sentence punctuation, or in a
run of such lines. A sound sentence about 登录, 下载 or 客服 is never taken.
Lines are matched folded (half width, simplified).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from speechrag.corpus.characters import fold
from speechrag.corpus.forms import ends_like_title, is_salutation
from speechrag.corpus.labels import parse_label
from speechrag.corpus.page_patterns import (
    BEHIND_LABELS,
    BULLET,
    CERTAIN_METADATA,
    HAS_SENTENCE,
    LABELLED,
    MAX_PASSING_CHARS,
    MAX_VALUE_CHARS,
    RULES,
    SENTENCE,
    SITE_SENTENCE,
    SITE_WORDS,
)
from speechrag.corpus.paragraphs import Line
from speechrag.types import RemovalReason

_R = RemovalReason


@lru_cache(maxsize=4096)
def is_prose(folded: str) -> bool:
    """Whether a line (folded) reads as words of a speech rather than of a page."""
    if is_site_talk(folded):
        return False
    if is_salutation(folded):
        return True
    n = len(folded)
    if HAS_SENTENCE.search(folded):
        return n >= 10 or folded.startswith("谢谢")
    return n >= 40 and "," in folded and not ends_like_title(folded)


@lru_cache(maxsize=4096)
def is_site_talk(folded: str) -> bool:
    """Whether every sentence of a line (folded) is one that a web site says about itself."""
    sentences = [s for s in SENTENCE.findall(folded) if s.strip()]
    if not sentences or len(folded) > 600:
        return False
    n_site = sum(map(_is_site_sentence, sentences))
    return n_site == len(sentences) or (
        n_site >= 1 and len(sentences) <= 3 and n_site * 2 >= len(sentences) and len(folded) <= 160
    )


def _is_site_sentence(sentence: str) -> bool:
    """Whether a sentence is a site's; a long one has two of a site's words."""
    if not SITE_SENTENCE.search(sentence):
        return False
    return len(sentence) <= MAX_PASSING_CHARS or len(set(SITE_WORDS.findall(sentence))) >= 2


def _is_labelled(folded: str) -> bool:
    """Whether a line is made of labels and their values: 来源:… 作者:… 浏览次数:…."""
    labels = list(LABELLED.finditer(folded))
    if not labels or labels[0].start() > 0:
        return False
    ends = [m.start() for m in labels[1:]] + [len(folded)]
    values = [folded[m.end() : end] for m, end in zip(labels, ends, strict=True)]
    plain = [BEHIND_LABELS.sub("", value) for value in values]
    return all(len(v) <= MAX_VALUE_CHARS and not re.search(r"[。!?:]", v) for v in plain)


def reason_of(folded: str) -> RemovalReason | None:
    """Why a line (folded) would be dropped when seen by itself, or None."""
    if is_site_talk(folded):
        return _R.WIDGET
    if len(folded) > 160 or is_salutation(folded) or parse_label(folded):
        return None
    if _is_labelled(folded):
        return _R.METADATA
    return next((reason for reason, rule in RULES if rule.fullmatch(folded)), None)


def label_page_matter(lines: Sequence[Line]) -> None:
    """Give every line that is page matter its reason."""
    folded = [fold(line.text) for line in lines]
    _label_single(lines, folded)
    _spare_body(lines, folded)
    _label_related(lines, folded)
    _label_head(lines, folded)
    _label_tail(lines, folded)


def _label_single(lines: Sequence[Line], folded: Sequence[str]) -> None:
    for line, text in zip(lines, folded, strict=True):
        if line.reason is None and not line.heading and not line.is_title:
            line.reason = reason_of(text)


def _spare_body(lines: Sequence[Line], folded: Sequence[str]) -> None:
    """Give back what reads as a label but stands among the speech's own words (时间:年底前)."""
    prose = [i for i, text in enumerate(folded) if lines[i].reason is None and is_prose(text)]
    for at in range(prose[0] if prose else 0, prose[-1] if prose else 0):
        line = lines[at]
        if line.reason is _R.METADATA and not CERTAIN_METADATA.search(folded[at]):
            line.reason = None


def _label_related(lines: Sequence[Line], folded: list[str]) -> None:
    """The titles that follow 更多相关文章: up to the first line that is speech again."""
    in_list = bulleted = False
    for at, line in enumerate(lines):
        text = folded[at]
        if line.reason is _R.RELATED:
            in_list, bulleted = True, False
            continue
        if not in_list or line.reason:
            continue
        bullet = BULLET.match(text)
        words = text[bullet.end() :] if bullet else text
        is_speech = is_prose(words) or parse_label(words) is not None or line.heading > 0
        if is_speech or (bulleted and not bullet) or len(words) > 70:
            in_list = False
            if bullet and bulleted:
                # the speech goes on inside the last bullet: drop the bullet, keep the words
                line.drop(0, bullet.end(), _R.RELATED)
                line.gap = True
            continue
        bulleted = bulleted or bullet is not None
        line.reason = _R.RELATED


def _label_head(lines: Sequence[Line], folded: Sequence[str]) -> None:
    """Menu words above a breadcrumb."""
    head = next((i for i, text in enumerate(folded) if is_prose(text)), len(lines))
    marks = [i for i in range(min(head, 40)) if lines[i].reason is _R.NAVIGATION]
    for at in range(marks[-1] if marks else 0):
        line = lines[at]
        if line.reason is None and len(folded[at]) <= 8 and not line.is_title and not line.heading:
            line.reason = _R.NAVIGATION


def _label_tail(lines: Sequence[Line], folded: Sequence[str]) -> None:
    """Behind the last words of the speech, everything from the first page matter on."""
    start = len(lines)
    while start > 0 and not _is_speech_line(lines, folded, start - 1):
        start -= 1
    if not start:
        return
    marks = (i for i in range(start, len(lines)) if lines[i].reason or lines[i].is_closed)
    first = next((i for i in marks if lines[i].reason is not _R.PAGE_FURNITURE), len(lines))
    for line in lines[first:]:
        line.reason = line.reason or _R.WIDGET


def _is_speech_line(lines: Sequence[Line], folded: Sequence[str], at: int) -> bool:
    """Whether a line near the end still belongs to the speech.

    Behind page matter, words that end in no full stop are page matter too.
    """
    if lines[at].reason:
        return False
    text = folded[at]
    if at and lines[at - 1].reason and not lines[at].gap and not HAS_SENTENCE.search(text):
        return False
    return is_prose(text) or (parse_label(text) is not None and len(text) > 3)
