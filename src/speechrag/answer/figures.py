"""Numbers in Chinese prose, read so that 百分之三十, 30% and ３０％ are one number."""

from __future__ import annotations

import re
from dataclasses import dataclass

from speechrag.index.tokens import fold

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10_000, "亿": 100_000_000}
_HAN_NUMBER = "零〇一二三四五六七八九十百千万亿两"
_ARABIC = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"

# A number in figures, with 万/亿 and a percent sign; or in characters.
NUMBER = re.compile(
    rf"百分之(?P<percent>[{_HAN_NUMBER}点]+|{_ARABIC})"
    rf"|(?P<arabic>{_ARABIC})(?P<scale>[百千]?[万亿]{{0,2}})(?P<sign>%?)"
    rf"|(?P<tenths>[一二三四五六七八九])成(?![长立为果功效员本就交分])"
    rf"|(?P<han>[{_HAN_NUMBER}]+(?:点[{_HAN_NUMBER}]+)?)"
)

# 一 in 一是, 统一, 进一步 counts nothing; figures in characters need a second one or a unit.
_COUNTED = re.compile(
    "个|项|家|名|人|户|亩|座|次|篇|件|种|条|所|间|套|台|辆|趟|天|年|月|日|岁|元|吨|公里|米|平方|"
    "小时|分钟|工作日|倍|位|届|层|级|轮|批|处|支|块|张|对|双|村|镇|乡|县|区|市|省|国|亿|万|百|千|"
    "成|多|余|来|分|号|期|声|场|本|份|道|门|口|杯|瓶|晚|夜|周|星期|季|季度"
)
_IDLE_BEHIND = re.compile("个?(?:方面|定|切|样|起|边|点|些|下|体)")
_IDLE_BEFORE = re.compile("[统唯单专划归之]$|进$|同$")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a text: its offsets, and its value (percent as a share of 1 times 100)."""

    start: int
    end: int
    value: float
    is_percent: bool


def find_figures(text: str) -> list[Figure]:
    """The numbers of a text in order; characters such as 一 only where they count something."""
    folded = fold(text)
    found: list[Figure] = []
    for match in NUMBER.finditer(folded):
        value, is_percent = _value(match)
        if value is None:
            continue
        if match["han"] and not _counts(folded, match):
            continue
        found.append(Figure(match.start(), match.end(), value, is_percent))
    return found


def _counts(text: str, match: re.Match[str]) -> bool:
    """Whether a number in characters is one: 两名, 二十二, but not 统一, 一是, 万一."""
    number = match[0]
    if number in {
        "万",
        "亿",
        "百",
        "千",
        "十万",
        "千万",
        "百万",
        "万一",
        "一一",
        "十一五",
        "百千万",
    }:
        return False
    if _IDLE_BEFORE.search(text[: match.start()]):
        return False
    followed = bool(_COUNTED.match(text, match.end()))
    if number in {"一", "两"}:
        return followed and not _IDLE_BEHIND.match(text, match.end())
    return followed or len(number) > 1


def _value(match: re.Match[str]) -> tuple[float | None, bool]:
    if match["percent"]:
        return read_number(match["percent"]), True
    if match["tenths"]:
        return _DIGITS[match["tenths"]] * 10.0, True
    if match["han"]:
        return read_number(match["han"]), False
    value: float = float(match["arabic"].replace(",", ""))
    for unit in match["scale"]:
        value *= _UNITS.get(unit) or _MYRIADS[unit]
    return round(value, 6), bool(match["sign"])


def read_number(text: str) -> float | None:
    """三百二十 → 320, 两万三 → 20003, 二〇二三 → 2023, 三点五 → 3.5; None when it is none."""
    text = text.replace(",", "")
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    whole, _, part = text.partition("点")
    if not whole or any(c not in _HAN_NUMBER for c in whole + part):
        return None
    value = _whole(whole)
    if value is None:
        return None
    if part:
        if any(c not in _DIGITS for c in part):
            return None
        return value + float("0." + "".join(str(_DIGITS[c]) for c in part))
    return float(value)


def _whole(text: str) -> int | None:
    if all(c in _DIGITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total = section = digit = 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _UNITS:
            section += (digit or 1) * _UNITS[char]
            digit = 0
        else:
            section += digit
            if char == "亿":
                total = (total + (section or 1)) * _MYRIADS[char]
            else:
                total += (section or 1) * _MYRIADS[char]
            section = digit = 0
    return total + section + digit


def same_figure(first: Figure, second: Figure) -> bool:
    """Whether two numbers are one: value and percent agree."""
    return first.is_percent == second.is_percent and abs(first.value - second.value) <= 1e-9 * max(
        1.0, abs(first.value)
    )
