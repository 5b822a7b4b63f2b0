"""Fact questions: what kind of thing is asked for, and where it stands in a sentence."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from speechrag.answer.figures import find_figures
from speechrag.answer.records import FactKind, Span
from speechrag.index.tokens import fold

_UNIT = (
    "个工作日|个百分点|工作日|百分点|平方公里|平方米|公里|个月|个小时|小时|分钟|万元|亿元|亿|元|倍|"
    "[个项家名人户亩座次篇件种条所间套台辆趟天年月日岁吨米位届层轮批处支块张对村镇乡县声场本份道]"
)
_ASKED_UNIT = re.compile(rf"(?:多少|几)(?:来|多)?({_UNIT})")
_FACT_CUES: tuple[tuple[FactKind, re.Pattern[str]], ...] = (
    (FactKind.ORDINAL, re.compile("第几|排名|排第|rank")),
    (
        FactKind.DATE,
        re.compile(
            "什么时候|何时|哪(?:一)?(?:年|天|月|日)|几月|几号|什么(?:日子|日期)|"
            r"\bwhen\b|what (?:year|date|day)"
        ),
    ),
    (
        FactKind.DURATION,
        re.compile(
            "多久|多长时间|几年|多少年|(?:多少|几)个?(?:月|工作日|小时|天|分钟)|限时|"
            r"how long|how often"
        ),
    ),
    (
        FactKind.ORGANISATION,
        re.compile(
            "(?:哪|什么)(?:个|家|些|一家)?(?:单位|部门|机构|学校|高校|企业|公司|局|院)|"
            "牵头(?:单位|部门)(?:是|有|为)|"
            r"which (?:department|company|university|agency|school)"
        ),
    ),
    (FactKind.PERSON, re.compile(r"谁|哪(?:一)?位|什么人|姓什么|叫什么名字|\bwho\b|\bwhose\b")),
    (
        FactKind.PLACE,
        re.compile(
            r"(?<!症结在)(?<!差在)(?<!难在)(?<!问题在)(?<!从)哪里|哪儿|什么地方|何处|哪(?:个|座)?(?:市|县|区|镇|乡|村|城市|地方|省)|\bwhere\b"
        ),
    ),
    (
        FactKind.NUMBER,
        re.compile(
            rf"多少|百分之几|几(?:成|{_UNIT})|多大|多高|最高|how (?:many|much|far|high|big)|"
            r"what (?:percent|share|number)|\bnumber of\b"
        ),
    ),
)

_DATE = re.compile(
    r"(?:(?:20|19)\d\d年|今年|明年|去年|年)?\d{1,2}月(?:\d{1,2}[日号]|底|初|中旬|上旬|下旬|份)?(?:以前|之前|前)?"
    r"|(?:20|19)\d\d年(?:底|初|末)?(?:以前|之前|前)?"
    r"|[二一][〇零九一二三四五六七八九]{3}年"
    r"|(?:今年|明年|去年|前年)?[一二三四五六七八九十]{1,2}月(?:[一二三四五六七八九十]{1,3}[日号]|底|初|中旬|上旬|下旬|份)?"
    r"(?:以前|之前|前)?"
    r"|年底前?|[一二三四五六七八九十]{1,3}年前|今年|去年|明年|前年|清明|端午|国庆|春节|惊蛰"
)
_DURATION = re.compile(
    r"(?:\d+(?:\.\d+)?|[零一二三四五六七八九十百两半]+)(?:多|余|来)?"
    r"(?:个)?(?:工作日|小时|分钟|天|年|月|周|星期|晚上|晚)(?:以内|之内|内|左右|以上)?(?!\d*[月日号代底初末])"
)
_CLAUSE = re.compile(r"[^,;。:!?\t|]+")
_ORDINAL = re.compile(r"第(?:\d+|[一二三四五六七八九十百]+)(?:位|名)?|首位|首次|倒数第[一二三四五]")
_MEASURED = re.compile(rf"(?:多|余|来)?(?:{_UNIT}|%)?(?:左右|以上|以内)?")
_ORGANISATION = re.compile(
    r"(?:[市区县省]|全[市区县省]|[一-龥]{1,8}?)?"
    r"(?:[一-龥]{0,4}(?:委员会|办公室|管理局|研究院|理工大学|大学|学院|公司|集团|银行|中心|协会|学校|社区|街道)"
    r"|[一-龥]{2,3}(?:局|委|办|厂|厅|部门|专班))"
)
_TITLE = (
    "老师|教授|书记|镇长|县长|区长|市长|局长|主任|总经理|院长|校长|师傅|同志|医生|律师|支书|组长|总"
)
# An office, or several who hold it, and nobody by name: 县委书记, 各位老师, 分管副市长.
_NOBODY = re.compile(
    rf"(?:.?[县市区镇乡党省工]委|.?支部|.?[各几两三每一]?[位名个些]|.?[副总老任的]|.?[村校镇县市区]"
    rf"|主要|分管|有关|所有|全体|年轻|青年|乡村|农村|退休|骨干|专职|心理)(?:{_TITLE})$"
)
_PERSON = re.compile(
    rf"(?:老[一-龥](?=[，,。的家在])|(?:[一-龥](?<![的委任副位各名个由和与])){{1,2}}(?:{_TITLE}))"
)


def asked_kind(question: str) -> tuple[FactKind, ...]:
    """The kinds of thing that a question asks for, most particular first; none: no fact."""
    folded = fold(question)
    kinds = tuple(kind for kind, cue in _FACT_CUES if cue.search(folded))
    if FactKind.NUMBER in kinds and FactKind.DURATION in kinds:
        # 几个月 is a duration by itself; 多少项、几年 asks both
        numbers = [u for u in _ASKED_UNIT.findall(folded) if not _is_time(u)]
        if not numbers and not re.search("多少(?!个?(?:年|月|天|小时|工作日|分钟))", folded):
            return tuple(kind for kind in kinds if kind != FactKind.NUMBER)
    return kinds


def _is_time(unit: str) -> bool:
    return unit.removeprefix("个") in {"工作日", "月", "小时", "分钟", "天", "年", "日"}


def find_spans(question: str, sentence: str) -> tuple[Span, ...]:
    """Where the answer to a fact question stands in a sentence, in order; none when it does not.

    Numbers with the unit that was asked for come before others; what the question itself says is
    no answer.
    """
    kinds = asked_kind(question)
    asked = fold(question)
    found: list[Span] = []
    for kind in kinds:
        spans = _spans_of(kind, asked, sentence)
        spans = [s for s in spans if fold(sentence[s.start : s.end]) not in asked]
        found += _nearest(spans, asked, fold(sentence))
    chosen: list[Span] = []
    for span in sorted(found, key=lambda s: (s.start, s.start - s.end)):
        if not chosen or span.start >= chosen[-1].end:
            chosen.append(span)
    return tuple(chosen)


def _nearest(spans: Sequence[Span], asked: str, sentence: str) -> Sequence[Span]:
    """Of more than two spans those in the clauses that share most with the question, by pairs.

    Where such a clause holds none ("零工市场有几个": "建成零工市场,全市共九个"), the next one does.
    """
    if len(spans) < 3:
        return spans
    pairs = {asked[i : i + 2] for i in range(len(asked) - 1) if asked[i : i + 2].isalnum()}
    clauses = [match.span() for match in _CLAUSE.finditer(sentence)]
    shared = [
        sum(sentence[i : i + 2] in pairs for i in range(start, end - 1)) for start, end in clauses
    ]
    held = [[s for s in spans if start <= s.start < end] for start, end in clauses]
    near = [3 * n_shared >= max(shared) > 0 for n_shared in shared]
    kept = [span for here, is_near in zip(held, near, strict=True) if is_near for span in here]
    if not kept:
        behind = [here for here, is_near in zip(held[1:], near, strict=False) if is_near]
        kept = [span for here in behind for span in here]
    return kept or spans


def _spans_of(kind: FactKind, asked: str, sentence: str) -> list[Span]:
    if kind is FactKind.NUMBER:
        return _numbers(asked, sentence)
    if kind is FactKind.DURATION:
        return _durations(asked, sentence)
    folded = fold(sentence)
    if kind in {FactKind.PERSON, FactKind.PLACE, FactKind.ORGANISATION}:
        names = [Span(s, e, kind) for s, e, k in find_names(sentence) if k is kind]
        pattern = {FactKind.PERSON: _PERSON, FactKind.ORGANISATION: _ORGANISATION}.get(kind)
        if pattern and not names:
            names = [Span(*m.span(), kind) for m in pattern.finditer(folded)]
        if kind is FactKind.PERSON:
            names = [s for s in names if not _NOBODY.match(folded, s.start, s.end)]
        return names
    pattern = {FactKind.DATE: _DATE, FactKind.ORDINAL: _ORDINAL}[kind]
    return [Span(*m.span(), kind) for m in pattern.finditer(folded)]


def _numbers(asked: str, sentence: str) -> list[Span]:
    """Numbers with their units; those of an asked unit alone, where there are any."""
    folded = fold(sentence)
    spans = []
    for figure in find_figures(sentence):
        measured = _MEASURED.match(folded, figure.end)
        end = measured.end() if measured else figure.end
        if re.match("[年月日号](?!度)", folded[figure.end :]) and not figure.is_percent:
            continue  # a date
        spans.append(Span(figure.start, end, FactKind.NUMBER))
    units = [u for u in _ASKED_UNIT.findall(asked) if not _is_time(u)]
    fitting = [s for s in spans if any(u in folded[s.start : s.end] for u in units)]
    if not fitting and re.search("百分之几|率|percent|share", asked):
        fitting = [s for s in spans if re.search("%|百分|成", folded[s.start : s.end])]
    return fitting or spans


def _durations(asked: str, sentence: str) -> list[Span]:
    folded = fold(sentence)
    spans = [Span(*m.span(), FactKind.DURATION) for m in _DURATION.finditer(folded)]
    units = [u.removeprefix("个") for u in _ASKED_UNIT.findall(asked) if _is_time(u)]
    if re.search("几分钟|限时", asked):
        units.append("分钟")
    return [s for s in spans if any(u in folded[s.start : s.end] for u in units)] or spans


_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def find_years(text: str) -> list[str]:
    """The years that a folded text names in figures, in order."""
    return _YEAR.findall(text)


_TAGS = {"nr": FactKind.PERSON, "ns": FactKind.PLACE, "nt": FactKind.ORGANISATION}
_ORG_END = re.compile("(?:大学|学院|研究院|公司|集团|厂|局|委员会|中心|银行|社区)")


@functools.cache
def _tagger() -> object:
    import rjieba

    return rjieba


def find_names(text: str) -> list[tuple[int, int, FactKind]]:
    """Proper names by jieba's tags: persons, places, organisations; a name and its end are one.

    云岭 + 产业 + 技术 + 研究院 stays 云岭…研究院 when the end says that it is an organisation.
    """
    folded = fold(text)
    words: list[tuple[str, str]] = _tagger().tag(folded)  # type: ignore[attr-defined]
    found: list[tuple[int, int, FactKind]] = []
    at = 0
    starts = []
    for word, _tag in words:
        starts.append(at)
        at += len(word)
    number = 0
    while number < len(words):
        word, tag = words[number]
        kind = _TAGS.get(tag)
        start, end = starts[number], starts[number] + len(word)
        if kind and len(word) > 1:
            ahead = folded[end : end + 8]
            tail = _ORG_END.search(ahead)
            if kind is FactKind.PLACE and tail and re.fullmatch("[一-龥]*", ahead[: tail.end()]):
                between = ahead[: tail.start()]
                if len(between) <= 4 and not re.search("[的和与在是了有把]", between):
                    end, kind = end + tail.end(), FactKind.ORGANISATION
            elif kind is FactKind.PERSON:
                title = re.match(_TITLE, folded[end:])
                end += title.end() if title else 0
            found.append((start, end, kind))
            while number < len(words) and starts[number] < end:
                number += 1
            continue
        number += 1
    return found
