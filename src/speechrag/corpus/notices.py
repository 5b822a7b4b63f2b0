"""Notices of document sites that stand inside or behind the words of a speech.

省略N字 and 未完 marks tear a text apart: what stands before and after them does not belong
together.
All patterns are matched against folded text (half width, simplified), which has the same offsets.
"""

from __future__ import annotations

import re

from speechrag.corpus.edits import Edit
from speechrag.types import RemovalReason, Truncation

_DOTS = r"(?:…+|\.{3,}|。{3,})"
_OPEN, _CLOSE = r"[(\[【{]", r"[)\]】}]"
_SPACE = r"[ \t]*"
_WHO = r"(?:会员|vip|用户|登录|注册|付费|购买|充值|下载)"

_OMITTED = re.compile(
    rf"{_SPACE}{_DOTS}?{_SPACE}{_OPEN}[^()\[\]【】\n]{{0,60}}?(?:省略|略去|隐藏|删减)[^()\n。]{{0,8}}?"
    rf"\d+{_SPACE}(?:个|余|多)?字[^()\n]{{0,60}}{_CLOSE}{_SPACE}{_DOTS}?{_SPACE}"
    rf"|{_SPACE}{_DOTS}{_SPACE}(?:此处|中间|以下)?(?:省略|略去|隐藏){_SPACE}\d+{_SPACE}字{_SPACE}{_DOTS}{_SPACE}"
)
_MEMBERS_ONLY = re.compile(
    rf"{_SPACE}{_DOTS}?{_SPACE}{_OPEN}[^()\[\]【】\n。]{{0,40}}{_WHO}[^()\[\]【】\n。]{{0,24}}"
    rf"(?:阅读|查看|可见|浏览|全文|完整)[^()\[\]【】\n。]{{0,24}}{_CLOSE}{_SPACE}{_DOTS}?{_SPACE}",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(
    rf"{_SPACE}{_DOTS}?{_SPACE}{_OPEN}{_SPACE}(?:本文|全文|此文|文章)?未完(?![成善工备结])"
    rf"[^()\[\]【】\n]*(?:{_CLOSE}{_SPACE}{_DOTS}?{_SPACE}|$)"
    rf"|{_SPACE}{_DOTS}?{_SPACE}(?:本文|全文|文章)?未完,{_SPACE}(?:全文|本文|共)[^\n]*?\d+{_SPACE}字[^\n]*$",
    re.MULTILINE,
)
_FREE_PART = re.compile(
    rf"{_SPACE}{_DOTS}?{_SPACE}{_OPEN}?(?:本文|全文|文章|原文){_SPACE}共计?{_SPACE}\d+{_SPACE}字{_SPACE}[,。;]?{_SPACE}"
    rf"(?:当前|目前|您)?(?:仅|只|可)?(?:免费|试读|可读|预览|显示|阅读)[^\n。]{{0,20}}?\d+{_SPACE}字[^\n]{{0,60}}$"
    rf"|{_SPACE}{_DOTS}?{_SPACE}{_OPEN}?(?:剩余|余下|还剩|还有|未显示|隐藏)(?:内容|部分|正文)?{_SPACE}\d+{_SPACE}(?:个)?字"
    rf"(?:未显示|未读|未展示|需要?[^\n。]{{0,12}})?[^\n。]{{0,24}}$",
    re.MULTILINE,
)
# 点击查看全文 and its kin behind the last words of a line, or alone on one.
_UNFOLD = re.compile(
    rf"(?:(?:^|(?<=[。!?…”\n])){_SPACE}|{_SPACE}{_DOTS}{_SPACE}){_OPEN}?{_SPACE}(?:请)?(?:"
    rf"(?:点击|点此|单击|点|登录后?|扫码|下载后?|购买后?|开通(?:会员|vip)后?)+(?:查看|阅读|展开|显示|浏览|获取|下载)*"
    rf"(?:更多|全文|全部|原文|完整|剩余|余下)?(?:全文|内容|正文|版)?"
    rf"|(?:查看|阅读|展开|显示|浏览)(?:全文|更多|剩余|全部|原文|完整)(?:全文|内容|正文)?"
    rf"){_SPACE}(?:>+|»+|↓+)?{_SPACE}{_CLOSE}?{_SPACE}$",
    re.MULTILINE | re.IGNORECASE,
)
# What a line must hold for each of the rules above to be worth trying.
_RULES = (
    (re.compile(r"(?:省略|略去|隐藏|删减)[^\n]{0,8}?\d"), _OMITTED),
    (re.compile(rf"{_OPEN}[^()\[\]【】\n。]{{0,40}}{_WHO}", re.IGNORECASE), _MEMBERS_ONLY),
    (re.compile("未完"), _UNFINISHED),
    (re.compile(r"\d\s*个?字"), _FREE_PART),
    (
        re.compile(
            r"(?:点|扫码|登录|下载|购买|开通|查看|阅读|展开|显示|浏览)[^\n。]{0,12}\W{0,4}$"
        ),
        _UNFOLD,
    ),
)
_LINE = re.compile(r"[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")

_NUMBER = r"(\d{2,7})"
_TOTAL = re.compile(
    rf"(?:全文|本文|原文|文章|总计|总|共){_SPACE}(?:共|总)?(?:计|有)?{_SPACE}{_NUMBER}{_SPACE}(?:个)?字"
)
_SHOWN = re.compile(
    rf"(?:显示|展示|免费|试读|预览|阅读)(?:了|内容|部分|前|前面|的)*{_SPACE}{_NUMBER}{_SPACE}(?:个)?字"
)
_LEFT = re.compile(
    rf"(?:剩余|余下|还剩|还有|未显示|隐藏|省略|略去)(?:内容|部分|正文)?{_SPACE}{_NUMBER}{_SPACE}(?:个|余)?字"
)


def find_notices(folded: str) -> list[Edit]:
    """The paywall marks of a source, given folded."""
    spans: set[tuple[int, int, bool]] = set()
    for line in _LINE.finditer(folded):
        text, start = line.group(), line.start()
        for sign, pattern in _RULES:
            if not sign.search(text):
                continue
            closes = pattern in (_UNFINISHED, _FREE_PART, _UNFOLD)
            found = (m for m in pattern.finditer(text) if m.group().strip())
            spans.update((start + m.start(), start + m.end(), closes) for m in found)
    return [
        Edit(start, end, RemovalReason.PAYWALL, breaks=True, closes=closes)
        for start, end, closes in sorted(spans)
    ]


def read_truncation(notices: str) -> Truncation | None:
    """What a source's own notices (folded, one after the other) say about its completeness."""
    total, shown, left = (p.search(notices) for p in (_TOTAL, _SHOWN, _LEFT))
    if not (total or shown or left):
        return None
    n_total = int(total[1]) if total else None
    n_shown = int(shown[1]) if shown else None
    return Truncation(n_shown, n_total)
