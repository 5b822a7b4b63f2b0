"""Where the words of a question stand in a hit: found when somebody looks, not with the hit."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import overload

from speechrag.index.tokens import Tokenizer, fold
from speechrag.types import Passage, Speech

Span = tuple[int, int]

_MARK = re.compile(r"(?<!\d)[，。；：！？、]|[，。；：！？、](?!\d)")  # 1，200 is one figure
_BETWEEN = "。"
_WRITTEN_IN_WAYS = re.compile(r"[\da-z]")  # folded: 1,200 is 1200, and cities is city
_SPACE = re.compile(r"[\s\u200b]")  # 科　技 is 科技


class Marks(Sequence[Span]):
    """`find_matches` of a passage, worked out when first looked at; equal to that tuple.

    Those of ten hits take 0.6 ms, which a program that only wants the passages need not pay. Holds
    nothing of the index, which may be gone by then.
    """

    def __init__(
        self, tokenizer: Tokenizer, wanted: AbstractSet[str], speech: Speech, passage: Passage
    ) -> None:
        self._of = tokenizer, wanted, speech, passage

    @cached_property
    def _spans(self) -> tuple[Span, ...]:
        return find_matches(*self._of)

    @overload
    def __getitem__(self, at: int) -> Span: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[Span, ...]: ...

    def __getitem__(self, at: int | slice) -> Span | tuple[Span, ...]:
        """The span, or the spans, at a place."""
        return self._spans[at]

    def __len__(self) -> int:
        """How many there are."""
        return len(self._spans)

    def __eq__(self, other: object) -> bool:
        """Whether these are the same spans."""
        return self._spans == (other._spans if isinstance(other, Marks) else other)

    def __hash__(self) -> int:
        """That of the tuple."""
        return hash(self._spans)

    def __repr__(self) -> str:
        """The spans, as a tuple shows them."""
        return repr(self._spans)


def find_matches(
    tokenizer: Tokenizer, wanted: AbstractSet[str], speech: Speech, passage: Passage
) -> tuple[Span, ...]:
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
    merged: list[Span] = []
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
