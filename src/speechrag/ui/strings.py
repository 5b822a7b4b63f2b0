"""What the page says, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any

from speechrag.ui.answer_strings import ANSWER_STRINGS
from speechrag.ui.draft_strings import DRAFT_STRINGS
from speechrag.ui.page_strings import PAGE_STRINGS
from speechrag.ui.timeline_strings import TIMELINE_STRINGS
from speechrag.ui.writing_strings import WRITING_STRINGS

_STRINGS: dict[str, tuple[str, str]] = {
    **PAGE_STRINGS,
    **DRAFT_STRINGS,
    **ANSWER_STRINGS,
    **WRITING_STRINGS,
    **TIMELINE_STRINGS,
}

ROLES = {
    "开场": "opening", "意义": "significance", "形势": "situation", "成绩": "achievements",
    "问题": "problems", "目标": "goals", "举措": "measures", "保障": "safeguards",
    "结尾": "closing",
}  # fmt: skip
_KINDS = {
    "讲话": "speech", "致辞": "address", "主持词": "host's script", "报告": "report",
    "表态发言": "pledge", "发言": "remarks", "动员": "mobilisation", "总结": "summary",
    "汇报": "briefing", "述职": "duty report", "演讲": "talk",
}  # fmt: skip
_REASONS = {
    "layout": ("空白与换行", "blank space"),
    "navigation": ("网页导航", "navigation"),
    "metadata": ("发布信息与重复标题", "publishing details"),
    "contents": ("目录、提纲", "table of contents"),
    "paywall": ("付费阅读提示", "paywall notice"),
    "related": ("相关文章列表", "related articles"),
    "widget": ("分享、登录、下载等按钮", "share, login, download buttons"),
    "pinyin": ("夹在字间的拼音", "stray pinyin"),
    "mojibake": ("乱码", "garbled characters"),
    "markup": ("排版符号", "markup"),
    "page_furniture": ("页码、页眉页脚", "page numbers, running heads"),
}
EXAMPLES = (
    "如何提高科技成果转化效率",
    "how to improve the efficiency of 成果转化",
    "talent retention",
    "会议结尾怎么号召",
)


class _Counting(Formatter):
    """Fills blanks; `{n:passage|passages}` is a count with its noun, in the singular at 1."""

    def format_field(self, value: Any, format_spec: str) -> str:
        one, bar, many = format_spec.partition("|")
        if not bar:
            return str(super().format_field(value, format_spec))
        return f"{value} {one if value == 1 else many}"


_COUNTING = _Counting()


class Strings:
    """The page's strings in one language; `t("found", n=3)`."""

    def __init__(self, lang: str) -> None:
        self.lang = "en" if lang == "en" else "zh"

    def __call__(self, key: str, **values: object) -> str:
        """The string `key`, its blanks filled with `values`."""
        template = self._pick(_STRINGS[key])
        return _COUNTING.vformat(template, (), values) if values else template

    def all(self, *keys: str) -> dict[str, str]:
        """Several strings by key, for the page's own script."""
        return {key: self(key) for key in keys}

    def role(self, role: str) -> str:
        """The name of what a passage does."""
        return ROLES.get(role, role) if self.lang == "en" else role

    def kind(self, kind: str) -> str:
        """The name of a kind of speech."""
        return _KINDS.get(kind, kind) if self.lang == "en" else kind

    def reason(self, reason: str) -> str:
        """Why cleaning took something out."""
        return self._pick(_REASONS.get(reason, (reason, reason)))

    def part(self, part: str) -> str:
        """The name of a part of the score."""
        return self(f"part_{part}") if f"part_{part}" in _STRINGS else part

    def _pick(self, pair: tuple[str, str]) -> str:
        return pair[1] if self.lang == "en" else pair[0]


def choose_language(query: Mapping[str, str], accept_language: str, setting: str = "auto") -> str:
    """?lang=, then the setting, then the browser's first of the two languages; else Chinese."""
    for asked in (query.get("lang", ""), setting):
        if asked in {"zh", "en"}:
            return asked
    ranked = []
    for position, part in enumerate(accept_language.split(",")):
        name, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        ranked.append((-weight, position, name.strip().lower()[:2]))
    for _, _, name in sorted(ranked):
        if name in {"zh", "en"}:
            return name
    return "zh"
