"""Half-width punctuation among Chinese characters, widened one character for one."""

from __future__ import annotations

import re
from bisect import bisect_right

from speechrag.corpus.characters import HAN
from speechrag.corpus.traced import Traced

_WIDE = f"[{HAN}“”‘’《》（）【】「」『』、。，；：？！…—·％℃㎡①-⑳\uff01-\uff5e]"
_IS_WIDE = re.compile(_WIDE)
_CANDIDATE = re.compile(r"[,:;!?()]")
_MARKS = frozenset(",:;!?)")
_WIDENED = {c: chr(ord(c) + 0xFEE0) for c in ",:;()!?"}
# Left as they are: addresses of the web and times of day.
_LEAVE = re.compile(
    r"(?:https?|ftp)://[!-~]+|www\.[!-~]+|[\w.+-]+@[\w-]+\.[\w.-]+|\d:\d\d(?::\d\d)?"
)

_DOT_STOP = re.compile(
    rf"(?<=[{HAN}”’》）)%])(?<!^[一二三四五六七八九十])\.(?=[{HAN}“‘《（(0-9]|\s*$)", re.MULTILINE
)
_SPACED = re.compile(
    rf"(?<={_WIDE})[ \t\u3000\xa0]+(?=[{HAN}0-9])|(?<=[{HAN}0-9%])[ \t\u3000\xa0]+(?={_WIDE})"
    rf"|(?<={_WIDE})[ \t\u3000\xa0]+(?={_WIDE})"
)
_HAN_BOTH = re.compile(rf"[{HAN}]\s+[{HAN}]")
_SINGLE = re.compile(rf"(?:(?<=\s)|^)[{HAN}](?=\s|$)")
_PROSE = re.compile(r"[。！？；，,;]")


def remove_inner_spaces(line: Traced) -> Traced:
    """Take out blank space that Chinese typesetting does not have (达 7 年, “ 十二五 ”).

    A space between two Chinese words of a heading or salutation (提高认识 统一思想) divides them
    and stays, unless single characters stand apart (目 录).
    """
    text = line.text
    if " " not in text and "\u3000" not in text and "\t" not in text and "\xa0" not in text:
        return line
    keeps_words = not _PROSE.search(text) and not _SINGLE.search(text)
    spans = []
    for match in _SPACED.finditer(text):
        around = text[match.start() - 1 : match.end() + 1]
        if keeps_words and _HAN_BOTH.fullmatch(around):
            continue
        spans.append(match.span())
    return line.without(spans)


def _is_wide(text: str, at: int) -> bool:
    return 0 <= at < len(text) and _IS_WIDE.match(text[at]) is not None


def _pair_parentheses(text: str, marks: list[int]) -> dict[int, int]:
    """Opening to closing parenthesis and back, of either width."""
    pairs: dict[int, int] = {}
    open_at: list[int] = []
    for at in marks:
        if text[at] in "(（":
            open_at.append(at)
        elif open_at:
            start = open_at.pop()
            pairs[start], pairs[at] = at, start
    return pairs


def _widens_pair(text: str, start: int, end: int) -> bool:
    if "（" in text[start] or "）" in text[end]:
        return True
    inside = text[start + 1 : end]
    if _IS_WIDE.search(inside):
        return True
    before, after = _is_wide(text, start - 1), _is_wide(text, end + 1)
    return (before and (after or end + 1 >= len(text))) or (after and start == 0) or before


def uses_dots(source: str) -> bool:
    """Whether a source ends its Chinese sentences with "." where "。" belongs."""
    n_dots = len(_DOT_STOP.findall(source))
    return n_dots >= 3 and n_dots > 3 * source.count("。")


def _is_within(at: int, spans: list[tuple[int, int]], starts: list[int]) -> bool:
    """Whether an offset lies in one of some ascending, separate spans."""
    nearest = bisect_right(starts, at) - 1
    return nearest >= 0 and at < spans[nearest][1]


def widen(text: str, stops_are_dots: bool = False) -> str:
    """Full-width forms of ,:;()!? wherever their neighbours are Chinese; the length stays.

    Figures (11.1%, 1,000), dates, times, addresses and English are left alone, and so is "." unless
    the source uses it to end its sentences.
    """
    if stops_are_dots:
        text = _DOT_STOP.sub("。", text)
    candidates = [m.start() for m in _CANDIDATE.finditer(text)]
    if not candidates:
        return text
    left = [m.span() for m in _LEAVE.finditer(text)]
    if left:
        starts = [start for start, _ in left]
        candidates = [at for at in candidates if not _is_within(at, left, starts)]
    marks = [m.start() for m in re.finditer(r"[()（）]", text)]
    pairs = _pair_parentheses(text, marks)
    out = list(text)
    before: dict[int, int] = {}
    for at in candidates:
        mark = text[at]
        if mark in "()" and at in pairs:
            start, end = sorted((at, pairs[at]))
            wide = _widens_pair(text, start, end)
        else:
            # of several marks in a row, what stands before the first counts
            before[at] = before.get(at - 1, at - 1) if text[at - 1 : at] in _MARKS else at - 1
            wide = _is_wide(text, before[at]) or _is_wide(text, at + 1)
        if wide:
            out[at] = _WIDENED[mark]
    return "".join(out)
