"""Title, date and speaker that run on into the first words: a speech pasted without line breaks.

在…会议上的讲话（2023年4月18日）副市长 何以安 同志们：… all on one line. Nothing is taken out of
the text: the line is prose, and stays the opening passage.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from speechrag.corpus.characters import fold
from speechrag.corpus.forms import KIND_WORDS, ends_like_title
from speechrag.corpus.metadata import read_date, read_speaker, without_dates

MAX_HEAD_CHARS = 120
MIN_TITLE_CHARS = 4
_ADDRESS = re.compile(
    "(?:尊敬的|敬爱的|亲爱的|各位|同志们|同学们|朋友们|老师们|女士们|先生们|乡亲们|战友们)"
    r"[^。;?\n]{0,60}?[:!]"
)
_SENTENCE = re.compile(r"[。!?;:\n]")
_SPOKEN = re.compile(r"^(?:今天|刚才|现在|首先|下面|这次|我|受)|[,、]\s*$")
_TITLE_END = re.compile(rf"(?:{KIND_WORDS})(?:稿|提纲|摘要)?")


@dataclass(frozen=True, slots=True)
class RunInHead:
    """What stands before the first address of the listeners, on the same line."""

    title: str
    date: str | None
    speaker: str | None


def read_run_in_head(text: str) -> RunInHead | None:
    """The head that the first line of a speech begins with; None where it begins otherwise.

    Between the title and the address nothing but a date and a speaker may stand: 学习…的讲话精神，
    同志们： is a sentence.
    """
    folded = fold(text[: 2 * MAX_HEAD_CHARS])
    address = _ADDRESS.search(folded)
    if not address or address.start() > MAX_HEAD_CHARS:
        return None
    head = folded[: address.start()]
    if _SENTENCE.search(head) or _SPOKEN.search(head):
        return None
    for end in sorted({match.end() for match in _TITLE_END.finditer(head)}, reverse=True):
        beside = text[end : len(head)]
        rest = without_dates(beside).strip()
        speaker = read_speaker(rest) if rest else None
        title = text[:end].strip()
        if len(title) >= MIN_TITLE_CHARS and ends_like_title(title) and (speaker or not rest):
            return RunInHead(title, read_date(beside), speaker)
    return None
