"""The lines above and below a speech that tell its title, date and speaker."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from speechrag.corpus.boilerplate import is_prose
from speechrag.corpus.characters import fold
from speechrag.corpus.forms import bare, ends_like_title, is_salutation
from speechrag.corpus.labels import parse_label
from speechrag.corpus.metadata import (
    PLACE_LABEL,
    SPEAKER_LABEL,
    read_date,
    read_speaker,
    without_dates,
)
from speechrag.corpus.paragraphs import Line
from speechrag.types import RemovalReason

_LABEL = re.compile(r"(?:标题|题目|文章标题|文档标题|篇名|名称)\s*[:]\s*")
_OWN_PAGE = frozenset({RemovalReason.METADATA, RemovalReason.WIDGET})  # and no other page's
_STAMPS = re.compile(r"时间|時間|日期|[发發上]|[编編][辑輯]|更新|修改")
_NO_STAMP = re.compile(r"今天|现在是|截至|copyright|©|备案|icp|版权", re.IGNORECASE)
_APART = re.compile(r"^((?:19|20)\d\d)\n(\d{1,2})[-/.月](\d{1,2})日?$", re.MULTILINE)


@dataclass(slots=True)
class Facts:
    """What a source states about one speech; None where it says nothing."""

    title: str | None = None
    subtitle: str | None = None
    date: str | None = None
    posted: str | None = None  # 发表时间 of the page
    stamped: str | None = None  # a whole date on a line of the page that does not say of what
    speaker: str | None = None
    place: str | None = None


def read_head(lines: Sequence[Line], facts: Facts, known_title: str | None) -> None:
    """Find the title, date and speaker lines at the start of a speech; mark them in place."""
    seen: set[str] = set()
    n_seen = 0
    page: list[str] = []
    for line in lines:
        if line.reason:
            page.append(fold(line.text))
            _read_label(page[-1], facts)
            continue
        n_seen += 1
        if n_seen > 10 or not _read_head_line(line, facts, seen, known_title):
            break
    facts.stamped = _read_stamp(page) or _read_stamp(
        [fold(x.text) for x in reversed(lines) if x.reason in _OWN_PAGE and _STAMPS.search(x.text)]
    )
    _split_residue(lines, facts)
    _read_foot(lines, facts)


def _read_stamp(page: Sequence[str]) -> str | None:
    """The first whole date on the lines of a page (folded); some set year and day apart."""
    for text in page:
        date = None if _NO_STAMP.search(text) else read_date(text)
        if date and len(date) == len("2024-03-05"):
            return date
    apart = _APART.search("\n".join(page))
    return read_date("-".join(apart.groups())) if apart else None


def _read_label(folded: str, facts: Facts) -> None:
    """What a metadata line of the page (folded) states."""
    if re.search(r"时间|日期|发[布表]于|^\D{0,3}(?:19|20)\d\d", folded) and not facts.posted:
        facts.posted = read_date(folded)
    if match := PLACE_LABEL.search(folded):
        facts.place = match["place"].strip()
    if match := SPEAKER_LABEL.search(folded):
        facts.speaker = facts.speaker or match["name"].strip()


def _read_head_line(line: Line, facts: Facts, seen: set[str], known: str | None) -> bool:
    """Take one line of the head in; False when the speech itself has begun."""
    if label := _LABEL.match(fold(line.text)):
        line.drop(0, label.end(), RemovalReason.METADATA)
    text, folded = line.text, fold(line.text)
    key = bare(text)
    if not key:
        return True
    if key in seen:
        line.reason = RemovalReason.METADATA
        return True
    if is_salutation(text) or (
        parse_label(text) and not line.is_title and key != bare(known or "")
    ):
        return False
    date = read_date(text)
    beside = without_dates(text) if date else text
    if date and (
        not beside or re.fullmatch(r"\w{2,12}(?:会场|会议室|礼堂|会堂|宾馆|酒店|中心)", beside)
    ):
        facts.date, facts.place = facts.date or date, facts.place or beside or None
        line.reason = RemovalReason.METADATA
        return True
    speaker = read_speaker(text) if facts.title else None
    if speaker and not line.is_title:
        facts.speaker, facts.date = facts.speaker or speaker, facts.date or date
        line.reason = RemovalReason.METADATA
        return True
    if PLACE_LABEL.fullmatch(folded) or SPEAKER_LABEL.fullmatch(folded):
        _read_label(folded, facts)
        line.reason = RemovalReason.METADATA
        return True
    return _read_title(line, facts, seen, known)


def _read_title(line: Line, facts: Facts, seen: set[str], known: str | None) -> bool:
    text, folded = line.text, fold(line.text)
    certain = line.is_title or line.heading == 1 or bare(text) == bare(known or "")
    if not certain and (len(text) > 60 or is_prose(folded) or re.search(r"[。；;：:，]$", text)):
        return False
    if facts.title is None:
        facts.title = text
    elif folded.startswith(("-", "—", "–")) or ends_like_title(text):
        if ends_like_title(facts.title) or folded[0] in "-—–":
            facts.subtitle = text
        else:
            facts.title += text
    elif not certain:
        return False
    seen.add(bare(text))
    line.is_title = True
    return True


def _split_residue(lines: Sequence[Line], facts: Facts) -> None:
    """Drop a scrap of the title that sticks to the salutation (工作推进会:同志们:)."""
    first = next((x for x in lines if not x.reason and not x.is_title), None)
    if first is None or not facts.title:
        return
    match = re.match(
        r"([^:。,;]{2,30}):(?=(?:同志们|各位|尊敬的)[^。]{0,60}[:!]?$)", fold(first.text)
    )
    if match and bare(match[1]) in bare(facts.title):
        first.drop(0, match.end(), RemovalReason.METADATA)


def _read_foot(lines: Sequence[Line], facts: Facts) -> None:
    """A date or name alone at the end of a speech is its signature."""
    kept = [line for line in lines if not line.reason]
    for line in reversed(kept[-2:]):
        date = read_date(line.text)
        if line.is_title or len(kept) < 3:
            return
        if date and not without_dates(line.text):
            facts.date = facts.date or date
        elif not (read_speaker(line.text) and facts.date):
            return
        line.reason = RemovalReason.METADATA
