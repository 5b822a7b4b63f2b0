"""Verbatim runs: the stretches that two texts have in common, character by character.

Both texts are compared as keys (`fold_key` without punctuation): Simplified, half width, no spaces.
Every maximal common run that is long enough is found by its first `SEED_CHARS` characters and
extended; of runs that overlap in the draft the longer is kept and the other trimmed, as in Greedy
String Tiling (Wise 1993). Why no library: docs/adr/0010-draft-comparison.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import add

from speechrag.draft.formulas import formula_mask
from speechrag.draft.records import Run, Span
from speechrag.index.tokens import fold_key_map

SEED_CHARS = 8
"""The shortest run that is looked for, in letters; shorter ones are everybody's phrases."""


class KeyedText:
    """A text with its key, from which runs are found."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.key, self.offsets = fold_key_map(text, ignore_punctuation=True)

    @cached_property
    def formulas(self) -> bytearray:
        """1 at each letter of the key that belongs to a formulaic phrase."""
        return formula_mask(self.key)

    @property
    def n_letters(self) -> int:
        """Letters of the key, formulaic phrases not counted."""
        return len(self.key) - sum(self.formulas)

    @cached_property
    def seeds(self) -> dict[str, list[int]]:
        """Where each stretch of `SEED_CHARS` letters begins."""
        seeds: dict[str, list[int]] = defaultdict(list)
        for at in range(len(self.key) - SEED_CHARS + 1):
            seeds[self.key[at : at + SEED_CHARS]].append(at)
        return dict(seeds)

    @cached_property
    def grams(self) -> frozenset[str]:
        """Its pairs of neighbouring letters, formulaic phrases left out."""
        key, mask = self.key, self.formulas
        return frozenset(key[i : i + 2] for i in range(len(key) - 1) if not mask[i])

    @cached_property
    def all_grams(self) -> frozenset[str]:
        """Its pairs of neighbouring letters."""
        return frozenset(map(add, self.key, self.key[1:]))

    def span(self, start: int, end: int) -> Span:
        """The range of the text behind a range of the key (start < end)."""
        return self.offsets[start], self.offsets[end - 1] + 1

    def n_counted(self, start: int, end: int) -> int:
        """Letters of a range of the key that are in no formulaic phrase."""
        return end - start - sum(self.formulas[start:end])


@dataclass(frozen=True, slots=True)
class KeyRun:
    """A common run in the coordinates of the keys."""

    start: int
    passage_start: int
    n_chars: int

    @property
    def end(self) -> int:
        """The end of the run in the draft's key."""
        return self.start + self.n_chars


def find_runs(draft: KeyedText, passage: KeyedText, min_chars: int = SEED_CHARS) -> list[KeyRun]:
    """The common runs of at least `min_chars` counted letters, by their place in the draft.

    Runs do not overlap in the draft. A run inside formulaic phrases is none.
    """
    chosen: list[KeyRun] = []
    taken = bytearray(len(draft.key))
    for run in sorted(_maximal_runs(draft, passage), key=_longest_first):
        free = _trim(run, taken)
        if free.n_chars >= SEED_CHARS and draft.n_counted(free.start, free.end) >= min_chars:
            chosen.append(free)
            taken[free.start : free.end] = b"\1" * free.n_chars
    return sorted(chosen, key=lambda r: r.start)


def to_text(run: KeyRun, draft: KeyedText, passage: KeyedText) -> Run:
    """The run as ranges of the two texts."""
    p = run.passage_start
    return Run(draft.span(run.start, run.end), passage.span(p, p + run.n_chars))


def merge_spans(spans: Sequence[Span]) -> list[Span]:
    """The union of ranges, rising, touching ones joined."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _longest_first(run: KeyRun) -> tuple[int, int, int]:
    return -run.n_chars, run.start, run.passage_start


def _maximal_runs(draft: KeyedText, passage: KeyedText) -> list[KeyRun]:
    """Each run that cannot be extended on either side.

    The draft's seeds are looked for in the passage, not the other way round: one paragraph is
    compared with many passages, and its table of seeds is made once.
    """
    a, b = draft.key, passage.key
    seeds = draft.seeds
    found: list[KeyRun] = []
    # (diagonal → where in the passage its last run ended): what is left of it is no new run
    ended: dict[int, int] = {}
    for at in range(len(b) - SEED_CHARS + 1):
        for start in seeds.get(b[at : at + SEED_CHARS], ()):
            if ended.get(at - start, -1) >= at + SEED_CHARS:
                continue
            length = SEED_CHARS
            limit = min(len(a) - start, len(b) - at)
            while length < limit and a[start + length] == b[at + length]:
                length += 1
            ended[at - start] = at + length
            found.append(KeyRun(start, at, length))
    return found


def _trim(run: KeyRun, taken: bytearray) -> KeyRun:
    """The longest part of a run that no chosen run covers (possibly empty)."""
    best = (0, 0)
    at = run.start
    while at < run.end:
        if taken[at]:
            at += 1
            continue
        stop = at
        while stop < run.end and not taken[stop]:
            stop += 1
        if stop - at > best[1] - best[0]:
            best = (at, stop)
        at = stop
    start, end = best
    return KeyRun(start, run.passage_start + start - run.start, end - start)
