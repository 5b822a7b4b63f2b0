"""哪四个方面: a list whose items stand as headings, each with its passage under it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from speechrag.answer.passages import Standing
from speechrag.answer.records import Answer, Layout, Sentence
from speechrag.index.tokens import fold
from speechrag.types import Hit, Section, Speech

if TYPE_CHECKING:
    from speechrag.search.engine import Engine

N_LOOKED_AT = 3  # passages whose headings may be the list that is asked for
_NUMERALS = {c: n for n, c in enumerate("零一二三四五六七八九十")} | {"两": 2}
_NUMBER = r"(?P<n>[二两三四五六七八九十]|\d{1,2})[个项条件点大对道种类]"
_ASKED = (
    re.compile(f"哪{_NUMBER}"),
    re.compile(
        rf"(?<![第前后另\d十]){_NUMBER}[一-龥]{{0,8}}?(?:分别)?(?:是|有|包括)(?:什么|哪些|啥)"
    ),
)


def asked_count(question: str) -> int | None:
    """How many items a question asks for (哪四个方面: 4); None where it states no number."""
    folded = fold(question)
    match = next((found for asked in _ASKED if (found := asked.search(folded))), None)
    if not match:
        return None
    number = match["n"]
    return int(number) if number.isdigit() else _NUMERALS[number]


def list_headings(engine: Engine, blank: Answer, standings: Sequence[Standing]) -> Answer | None:
    """The headings that are the items asked for, each citing the first passage under it.

    The list is the one around a passage found first: exactly as many headings beside each other
    as the question says, under a heading that says that number too. None where there is none.
    """
    count = asked_count(blank.asked)
    if count is None or count < 2:
        return None
    for standing in standings[:N_LOOKED_AT]:
        speech = standing.hit.speech
        for above in _above(speech, standing.hit.passage.start):
            items = _children(speech, above)
            if len(items) == count and _says(above.heading, count):
                return _lay_out(engine, blank, speech, items)
    return None


def _says(heading: str, count: int) -> bool:
    numerals = [str(count), *(c for c, n in _NUMERALS.items() if n == count)]
    return re.search(rf"(?:{'|'.join(numerals)})[个项条件点大对道种类]", fold(heading)) is not None


def _above(speech: Speech, at: int) -> list[Section]:
    """The headings over a place, the nearest first."""
    over: list[Section] = []
    for section in speech.sections:
        if section.start > at:
            break
        while over and over[-1].level >= section.level:
            over.pop()
        over.append(section)
    return over[::-1]


def _children(speech: Speech, above: Section) -> list[Section]:
    """The headings directly under one."""
    below: list[Section] = []
    for section in speech.sections:
        if section.start <= above.start:
            continue
        if section.level <= above.level:
            break
        below.append(section)
    least = min((section.level for section in below), default=0)
    return [section for section in below if section.level == least]


def _lay_out(
    engine: Engine, blank: Answer, speech: Speech, items: Sequence[Section]
) -> Answer | None:
    sentences, hits = [], []
    ends = [*(item.start for item in items[1:]), len(speech.text)]
    mask = engine.generation.store.mask(blank.filters)
    rows = engine.generation.store.rows_of_speech(speech.id)
    for number, (item, end) in enumerate(zip(items, ends, strict=True), 1):
        under = [
            (row, passage)
            for row, passage in zip(rows, speech.passages, strict=True)
            if item.start <= passage.start < end and (mask is None or mask[row])
        ]
        if not under:
            return None
        passage = under[0][1]
        hits.append(Hit(passage, speech, number, 1.0))
        text = speech.text[item.start : item.end]
        group = passage.role.value if passage.role else None
        sentences.append(
            Sentence(text, (number,), checked=True, group=group, start=item.start, end=item.end)
        )
    return replace(
        blank,
        refused=False,
        layout=Layout.NUMBERED,
        sentences=tuple(sentences),
        passages=tuple(hits),
    )
