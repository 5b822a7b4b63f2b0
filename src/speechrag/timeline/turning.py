"""When a phrase was given up: its rate in comparable speeches, before and after a turn."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from speechrag.index.store import PassageStore, SpeechSummary
from speechrag.timeline.records import Era, Use, year_of

MIN_SPEECHES = 3  # that use the phrase before the turn; of fewer no course can be told
MIN_KIND_SHARE = 0.1
FALL = 1 / 3  # its rate after the turn is at most this part of its rate before
MAX_FALL_P, MAX_RISE_P = 0.05, 0.01
WINDOW_YEARS = 10  # after the turn: what comes later did not take its place then

Rates = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Turn:
    """The comparable speeches of a phrase, and the last year before it went out of use.

    Attributes:
        year: The last year before the turn.
        first_year: The first year of the speeches.
        last_year: The last year of the window in which a successor is looked for.
        speeches: From the phrase's first year on, of the kinds that use it.
        kinds: These kinds.
    """

    year: int
    first_year: int
    last_year: int
    speeches: tuple[SpeechSummary, ...]
    kinds: frozenset[str | None]

    def sides(self) -> tuple[list[SpeechSummary], list[SpeechSummary]]:
        """The speeches before the turn, and those of the window after it."""
        years = [(year_of(speech.date) or 0, speech) for speech in self.speeches]
        before = [speech for year, speech in years if year <= self.year]
        after = [speech for year, speech in years if self.year < year <= self.last_year]
        return before, after

    def eras(self, uses: Sequence[Use]) -> tuple[Era, Era]:
        """How often a phrase is used before the turn, and in the window after it."""
        first, second = self.sides()
        return _era(uses, first), _era(uses, second)

    def in_after(self, year: int | None) -> bool:
        """Whether a year lies in the window after the turn."""
        return year is not None and self.year < year <= self.last_year

    def in_before(self, year: int | None) -> bool:
        """Whether a year lies before the turn, from the phrase's first on."""
        return year is not None and self.first_year <= year <= self.year

    def rise_p(self, uses: Sequence[Use]) -> float:
        """The chance of so great a rise of a phrase, were nothing changed."""
        before, after = self.sides()
        return rank_p(rates(uses, after), rates(uses, before))


def find_turn(uses: Sequence[Use], store: PassageStore) -> Turn | None:
    """The turn after which a phrase has all but gone; None where it has not.

    Compared are speeches of the kinds that use it, so that a library that grows by another kind of
    text does not look like a change of wording. The turn is where two constant rates, one before
    and one after, are most likely (Poisson); that it is none of chance is for a rank test to say.
    """
    dated = {use.speech.id: use for use in uses if use.year is not None}
    if len(dated) < MIN_SPEECHES:
        return None
    kinds = Counter(use.speech.kind for use in dated.values())
    kept = frozenset(kind for kind, n in kinds.items() if n >= MIN_KIND_SHARE * len(dated))
    first = min(year_of(use.speech.date) or 0 for use in dated.values())
    speeches = tuple(
        speech
        for speech in store.speeches()
        if speech.kind in kept and (year_of(speech.date) or 0) >= first
    )
    years = np.array([year_of(speech.date) or 0 for speech in speeches])
    counts, chars = _counts(uses, speeches), np.array([s.n_chars for s in speeches], dtype=float)
    best: tuple[float, int] | None = None
    for turn in sorted(set(years.tolist()))[:-1]:
        early = years <= turn
        (a, n), (b, m) = ((counts[s].sum(), chars[s].sum()) for s in (early, ~early))
        if (counts[early] > 0).sum() >= MIN_SPEECHES and b / m <= FALL * a / n:
            best = max(best or (-math.inf, 0), (_likelihood(a, n) + _likelihood(b, m), turn))
    if best is None:
        return None
    early = years <= best[1]
    per_char = counts / np.maximum(chars, 1)
    if rank_p(per_char[early], per_char[~early]) >= MAX_FALL_P:
        return None
    last = min(int(years.max()), best[1] + WINDOW_YEARS)
    return Turn(best[1], int(years.min()), last, speeches, kept)


def rates(uses: Sequence[Use], speeches: Sequence[SpeechSummary]) -> Rates:
    """Uses per character of each speech."""
    chars = np.array([max(speech.n_chars, 1) for speech in speeches], dtype=float)
    return np.asarray(_counts(uses, speeches) / chars)


def rank_p(higher: Rates, lower: Rates) -> float:
    """The chance of so much greater values, by the Mann–Whitney test, one-sided, ties corrected.

    Normal approximation with continuity correction (Mann, Whitney 1947; Lehmann 1975).
    """
    n, m = len(higher), len(lower)
    if not n or not m:
        return 1.0
    values, places, ties = np.unique(
        np.concatenate([higher, lower]), return_inverse=True, return_counts=True
    )
    ranks = np.cumsum(ties) - (ties - 1) / 2
    u = float(ranks[places[:n]].sum()) - n * (n + 1) / 2
    total = n + m
    spread = n * m / 12 * (total + 1 - float((ties**3 - ties).sum()) / (total * (total - 1)))
    if spread <= 0 or len(values) == 1:
        return 1.0
    z = (u - n * m / 2 - 0.5) / math.sqrt(spread)
    return 0.5 * math.erfc(z / math.sqrt(2))


def _counts(uses: Sequence[Use], speeches: Sequence[SpeechSummary]) -> Rates:
    found = Counter(use.speech.id for use in uses)
    return np.array([found[speech.id] for speech in speeches], dtype=float)


def _era(uses: Sequence[Use], speeches: Sequence[SpeechSummary]) -> Era:
    found = Counter(use.speech.id for use in uses)
    years = [year_of(speech.date) or 0 for speech in speeches]
    return Era(
        first=min(years),
        last=max(years),
        n=sum(found[speech.id] for speech in speeches),
        n_speeches=sum(speech.id in found for speech in speeches),
        n_library_speeches=len(speeches),
        n_chars=sum(speech.n_chars for speech in speeches),
    )


def _likelihood(count: float, exposure: float) -> float:
    return count * math.log(count / exposure) if count else 0.0
