"""Questions that ask what was said at some time: 2023年怎么讲招商引资, speeches since 2020.

A year in a question is mostly part of what it is about (2019年的地区生产总值是多少). It restricts
the speeches only where the question has a word for speaking, and never where it is a year to come
(到2025年, 2035年远景目标). The rest of the question is looked for in the speeches of that time.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from speechrag.corpus.metadata import DIGITS
from speechrag.index.tokens import fold
from speechrag.types import Period

_ARABIC = r"(?<![\d.])(?:19|20)\d\d"
_HAN_DIGITS = "〇零○一二三四五六七八九"
_YEAR = rf"(?:{_ARABIC}|[{_HAN_DIGITS}]{{4}})"
_MONTH = r"(?:1[0-2]|0?[1-9])月份?"
_HAN = re.compile(r"[\u3400-\u9fff]")
_COUNT = {
    **dict(zip("一二三四五六七八九十", range(1, 11), strict=True)), "两": 2, "几": 3,
    **dict(zip("one two three four five six seven eight nine ten".split(), range(1, 11),
               strict=True)), "few": 3, "several": 3, "couple of": 2,
}  # fmt: skip
_COUNTS = "|".join(word for word in _COUNT if word.isascii())
_RELATIVE = {
    "今年": 0,
    "本年度": 0,
    "去年": 1,
    "上年": 1,
    "前年": 2,
    "this year": 0,
    "last year": 1,
}
_SINCE = r"(?:以来|以后|之后|至今|到现在|到今天|起)"
_UNTIL = r"(?:以前|之前|前)"

_SPEAKS = re.compile(
    r"讲(?!师|堂|座|究|解|台|义|好|话?精神)|说(?!明|服|唱)|谈(?!判)|提(?:出|到|过|及|法)|强调|部署|论述|表述|阐述"
    r"|致辞|致词|发言|写|稿|要求"
    r"|\b(?:say|says|said|speech(?:es)?|speak|spoke|talk(?:s|ed)?|remarks?|mention(?:ed)?"
    r"|stress(?:ed)?|address(?:es)?|told|put)\b"
)
# How to follow somebody's 讲话精神 is asked of all that came after it.
_SPIRIT = re.compile(r"讲话(?:重要)?精神")
_QUOTED = re.compile(r"[“「『\"《][^”」』\"》]*[”」』\"》]")
# A paragraph that is pasted to find its like speaks of years as well.
_MAX_LETTERS, _MAX_WORDS = 40, 25
# What may stand about the time and means nothing without it.
_IN = r"(?:[在从自]|我们|我市|我县|我区)?"
_SPEECHES = (
    r"(?:度)?(?:的)?(?:(?:各次|历次|所有|全部|那些|几次|各类)?的?"
    r"(?:讲话稿?|致辞|致词|发言|讲稿|稿子|文稿)(?!精神))?(?:里面?|中间?|当中|上|内|间|期间)?的?"
)
_TO_COME = r"(?!\s*(?:的)?(?:远景|规划|目标|计划|任务|指标|预算|愿景|要达到))"
_CHINESE = re.compile(
    rf"{_IN}(?P<time>"
    rf"(?P<first>{_YEAR})年?(?:到|至|-|—|~)(?P<last>{_YEAR})年(?:之间)?"
    rf"|(?P<since>{_YEAR})年{_SINCE}"
    rf"|(?P<until>{_YEAR})年{_UNTIL}"
    rf"|(?<![到至])(?P<year>{_YEAR})年(?:(?P<month>{_MONTH})(?:[到至—~-](?P<end>{_MONTH}))?)?"
    rf"|(?P<relative>今年|本年度|去年|上年|前年)(?P<on>{_SINCE})?"
    rf"|(?:最?近|过去|这)(?P<count>[一两二三四五六七八九十几]|\d{{1,2}})年(?:多?来|以来)?"
    rf"){_TO_COME}{_SPEECHES}"
)
_ENGLISH = re.compile(
    r"\b(?:(?:in|of|during|from|over)\s+)?(?P<time>"
    rf"(?:from |between )?(?P<first>{_ARABIC})\s*(?:to|and|until|till|-)\s*(?P<last>{_ARABIC})"
    rf"|(?:since|after|from)\s+(?P<since>{_ARABIC})(?:\s+onwards?)?"
    rf"|before\s+(?P<until>{_ARABIC})"
    rf"|(?:(?<=in )|(?<=of )|(?<=the )|(?<=during ))(?P<year>{_ARABIC})"
    r"|(?P<relative>this year|last year)(?:'s)?"
    rf"|(?:the )?(?:last|past|recent) (?P<count>\d{{1,2}}|{_COUNTS}) years?"
    r")\b(?!\s+(?:goals?|targets?|plans?|budgets?))"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A time that is asked about, and the question without it."""

    period: Period
    rest: str


def read_period(question: str, today: datetime.date) -> Asked | None:
    """Read from which time speeches are asked for; None where the question is another one.

    Args:
        question: As typed.
        today: What 去年 is counted from.
    """
    folded = fold(question)
    plain = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), folded)
    is_long = len(_HAN.findall(plain)) > _MAX_LETTERS or len(plain.split()) > _MAX_WORDS
    if is_long or not _SPEAKS.search(plain) or _SPIRIT.search(plain):
        return None
    match = _CHINESE.search(plain) or _ENGLISH.search(plain)
    dates = _dates(match, today) if match else None
    if match is None or dates is None:
        return None
    start, end = match.span()
    words = question[slice(*match.span("time"))].strip()
    kept = (part.strip(" ,，、") for part in (question[:start], question[end:]))
    return Asked(Period(*dates, words), " ".join(part for part in kept if part))


def _dates(match: re.Match[str], today: datetime.date) -> tuple[str | None, str | None] | None:
    """The first and the last date, as prefixes of ISO dates; None where they are no time past."""
    found = match.groupdict()
    if found["first"]:
        dates: tuple[str | None, str | None] = _year(found["first"]), _year(found["last"])
    elif found["since"]:
        dates = _year(found["since"]), None
    elif found["until"]:
        dates = None, str(int(_year(found["until"])) - 1)
    elif found["year"]:
        year, first_month = _year(found["year"]), _month(found.get("month"))
        dates = year + first_month, year + (_month(found.get("end")) or first_month)
    elif found["relative"]:
        year = str(today.year - _RELATIVE[found["relative"]])
        dates = year, None if found.get("on") else year
    else:
        count = found["count"]
        n = int(count) if count.isdecimal() else _COUNT[count]
        dates = _years_before(today, n).isoformat(), None
    first, last = dates
    if first and (first > today.isoformat() or (last and first > last)):
        return None
    return dates


def _month(text: str | None) -> str:
    found = re.match(r"\d+", text or "")
    return f"-{int(found[0]):02d}" if found else ""


def _years_before(today: datetime.date, n: int) -> datetime.date:
    day = 28 if (today.month, today.day) == (2, 29) else today.day
    return today.replace(year=max(today.year - n, 1), day=day)


def _year(text: str) -> str:
    return "".join(DIGITS.get(sign, sign) for sign in text)
