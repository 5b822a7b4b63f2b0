"""Which line above a speech is its title, and how much of that line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from speechrag.corpus.characters import IS_HAN, fold
from speechrag.corpus.forms import bare, ends_like_title
from speechrag.corpus.page_words import PAGE_WORD
from speechrag.corpus.paragraphs import Line
from speechrag.types import RemovalReason

_TAGS = re.compile(r"^(?:[\[【][^\[\]【】]{1,20}[\]】]\s*)+|(?:\s*[\[【][^\[\]【】]{1,20}[\]】])+$")
_TITLE_LABEL = re.compile(
    r"(?:主\s*题(?:\s*:\s*(?:转发|回复|答复|fw|re))?"
    r"|(?:文章|文档|文件|公文)?(?:标\s*题|题\s*目|名\s*称|篇名))\s*:\s*",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"\.(?:docx?|wps|pdf|txt|rtf)$", re.IGNORECASE)
_SITE_SUFFIX = re.compile(r"\s*[-_|—–]+\s*[^-_|—–]{0,20}(?:网|网站|文库|频道|论坛|首页|平台|博客)$")
_OPENS_TITLE = re.compile(r"^(?:在|关于|中共|就|于)")
MAX_TITLE_CHARS = 60


def _title_text(text: str) -> str:
    """What of a line (folded) could be the title, less labels, tags and a file's extension."""
    words = _TAGS.sub("", text).strip()
    label = _TITLE_LABEL.match(words)
    words = words[label.end() :] if label else words
    return _SITE_SUFFIX.sub("", _SUFFIX.sub("", words)).strip()


def find_title(lines: Sequence[Line], folded: Sequence[str], first: int, known: str) -> int | None:
    """The line above the first words that is most like a title; the lowest of equals."""
    seen = [bare(_title_text(text)) for text in folded[:first]]
    best: tuple[int, int] | None = None
    for at in range(first):
        line, words = lines[at], _title_text(folded[at])
        if line.is_title or line.heading == 1 or (known and seen[at] == known):
            score = 9
        elif (
            line.reason not in {None, RemovalReason.METADATA}
            or not 4 <= len(words) <= MAX_TITLE_CHARS
            or not IS_HAN.search(words)
            or (line.reason and not _TITLE_LABEL.match(folded[at]))
            or not ends_like_title(words)
            or PAGE_WORD.match(words)
        ):
            continue
        else:
            n_menu = len(re.findall(r"\s", words)) + 2 * len(re.findall(r"[>|/»]", words))
            again = sum(seen[at] in other for k, other in enumerate(seen) if k != at)
            score = 4 + min(again, 2) + 2 * (len(words) >= 8) - min(4, n_menu)
            score -= 3 * (re.search("[,!?;]", words) is not None)
        if best is None or score >= best[0]:
            best = (score, at)
    return best[1] if best and best[0] >= 4 else None


def title_top(lines: Sequence[Line], folded: Sequence[str], title: int) -> int:
    """The first line of a title that is set on two lines."""
    text = folded[title]
    if not title or lines[title - 1].reason or _OPENS_TITLE.match(text):
        return title
    above = folded[title - 1]
    if text.startswith(("-", "—", "–")):  # 共同谱写友谊新篇章 / ——在…上的演讲
        return title - 1 if 4 <= len(above) <= MAX_TITLE_CHARS else title
    is_first_half = _OPENS_TITLE.match(above) and not ends_like_title(above)
    return title - 1 if is_first_half and len(above + text) <= MAX_TITLE_CHARS else title


def strip_title(line: Line) -> None:
    """Take labels, tags and extensions off a title; the words stay."""
    text = fold(line.text)
    words = _title_text(text)
    at = text.find(words)
    if words and len(words) < len(text) and at >= 0:
        if at + len(words) < len(text):
            line.drop(at + len(words), len(text), RemovalReason.METADATA)
        if at:
            line.drop(0, at, RemovalReason.METADATA)
