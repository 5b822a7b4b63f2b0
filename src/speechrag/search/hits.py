"""From ranked candidates to the hits a person sees: copies folded, words marked."""

from __future__ import annotations

import bisect
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

import numpy as np
from numpy.typing import NDArray

from speechrag.index.store import PassageStore
from speechrag.index.tokens import Tokenizer, fold
from speechrag.types import Hit, Passage, Place, Speech

Ranges = tuple[tuple[int, int], ...]

_MARK = re.compile(r"(?<!\d)[，。；：！？、]|[，。；：！？、](?!\d)")  # 1，200 is one figure
_BETWEEN = "。"
_WRITTEN_IN_WAYS = re.compile(r"[\da-z]")  # folded: 1,200 is 1200, and cities is city
_SPACE = re.compile(r"[\s\u200b]")  # 科　技 is 科技


def choose_places(
    store: PassageStore, rows: NDArray[np.int64], order: NDArray[np.int64], k: int, cap: int
) -> list[int]:
    """The first k places of `order`: one a group of near copies, `cap` a speech (0: any number)."""
    groups: set[int] = set()
    taken: Counter[int] = Counter()
    chosen: list[int] = []
    for at in order.tolist():
        row = int(rows[at])
        group, speech = store.group(row), store.speech_number(row)
        if group in groups or (cap and taken[speech] >= cap):
            continue
        groups.add(group)
        taken[speech] += 1
        chosen.append(at)
        if len(chosen) == k:
            break
    return chosen


def build_hit(
    store: PassageStore,
    row: int,
    rank: int,
    score: float,
    parts: dict[str, float],
    matched: Ranges,
) -> Hit:
    """One hit, with the other places where (nearly) the same passage stands."""
    speech, passage = store.located(row)
    return Hit(
        passage=passage,
        speech=speech,
        rank=rank,
        score=min(1.0, max(0.0, score)),
        parts=parts,
        also_in=_other_places(store, row),
        matched=matched,
    )


def _other_places(store: PassageStore, row: int) -> tuple[Place, ...]:
    others = (r for r in store.rows_of_group(store.group(row)).tolist() if r != row)
    return tuple(dict.fromkeys(map(store.place, others)))


def find_matches(
    tokenizer: Tokenizer, wanted: AbstractSet[str], speech: Speech, passage: Passage
) -> Ranges:
    """Where the wanted words stand in a passage: offsets in the speech, in order, merged."""
    text = speech.text[passage.start : passage.end]
    clauses = list(_clauses_with(wanted, text))
    # Tokenized in one go, which costs less; what stands at `begins` is moved by `shifts`.
    begins = list(itertools.accumulate((len(clause) + 1 for _, clause in clauses), initial=0))
    shifts = [passage.start + at - begin for (at, _), begin in zip(clauses, begins, strict=False)]
    joined = _BETWEEN.join(clause for _, clause in clauses)
    spans = []
    for token, start, end in tokenizer.tokenize_spans(joined):
        if token in wanted:
            shift = shifts[bisect.bisect_right(begins, start) - 1]
            spans.append((start + shift, end + shift))
    spans.sort()
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _clauses_with(wanted: AbstractSet[str], text: str) -> Iterator[tuple[int, str]]:
    """The clauses of a text that may hold one of the words, each with its start.

    No token reaches over a mark between two clauses, so that each can be tokenized by itself; and
    most need not be, which is what takes the time. A Chinese word stands as it is in a clause that
    has it; a figure or an English word may be written in other ways.
    """
    words = [word for word in wanted if not _WRITTEN_IN_WAYS.search(word)]
    others = len(words) < len(wanted)
    folded = fold(text)
    start = 0
    for end in (*(mark.start() for mark in _MARK.finditer(text)), len(text)):
        clause = folded[start:end]
        if (
            any(word in clause for word in words)
            or (others and _WRITTEN_IN_WAYS.search(clause))
            or _SPACE.search(clause)
        ):
            yield start, text[start:end]
        start = end + 1
