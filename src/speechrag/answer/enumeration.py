"""Items of a list within a passage (一是…二是…三是…): an answer gives all of them or none.

Sentences are chosen one by one, for what each says; of a list that would leave gaps, and a reader
who finds 二是 and 三是 asks what became of 一是.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol, TypeVar

N_ITEMS = 8  # a longer list is left as it was chosen
_NUMERALS = "一二三四五六七八九十"
_ITEM = re.compile(
    rf"^(?:[{_NUMERALS}]{{1,3}}[是要]|第[{_NUMERALS}]{{1,3}}[，,、]|其[{_NUMERALS}][，,]"
    r"|首先[，,]?|其次[，,]?|再次[，,]?|[①-⑳]|[（(]?\d{1,2}[）)．、])"
)
# What leads to a list and is empty without it.
_LEADS = re.compile(
    "(?:存在|有|面临|取得|做好|抓好|做到|坚持|突出|是|如下|以下|主要|具体|表现).{0,14}"
    "(?:问题|不足|短板|差距|困难|挑战|成绩|成效|工作|方面|几点|几个|如下|以下|重点)[^，,]{0,4}[。：:]$"
)


class Stands(Protocol):
    """A sentence of a passage."""

    @property
    def start(self) -> int:
        """Where it begins in the speech."""

    @property
    def text(self) -> str:
        """As it stands in the speech."""


Sentence = TypeVar("Sentence", bound=Stands)


def is_item(sentence: str) -> bool:
    """Whether a sentence is an item of a list."""
    return bool(_ITEM.match(sentence))


def complete_list(chosen: Sequence[Sentence], passage: Sequence[Sentence]) -> list[Sentence]:
    """What was chosen of one passage, with the missing items of the list that it chose from.

    Args:
        chosen: Sentences of the passage.
        passage: All of its sentences.

    Returns:
        `chosen` where it holds no item, or the list has one or over `N_ITEMS`. Otherwise `chosen`
        with all items, in the order of the passage, without the sentence that only leads to them.

    """
    items = [sentence for sentence in passage if is_item(sentence.text)]
    if not any(is_item(s.text) for s in chosen) or not 2 <= len(items) <= N_ITEMS:
        return list(chosen)
    first = min(item.start for item in items)
    others = [
        s for s in chosen if not is_item(s.text) and not (s.start < first and _LEADS.search(s.text))
    ]
    return sorted([*others, *items], key=lambda s: s.start)
