"""Counting a phrase: every use once, however many copies of a speech the library holds."""

from __future__ import annotations

import bisect
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from speechrag.index.store import PassageStore
from speechrag.index.tokens import fold_key, fold_key_map
from speechrag.search.candidates import Searchable
from speechrag.timeline.holding import Narrowing
from speechrag.timeline.pattern import Phrase
from speechrag.timeline.records import Use, Uses, Year, n_passages, n_speeches, year_of
from speechrag.types import Speech

_UNKNOWN_LATE, _UNKNOWN_EARLY = "~", ""  # sort behind and before every digit
_CLAUSE_REACH = 16  # characters beside a use that decide which words stand there
N_KEPT = 64  # phrases whose uses are remembered: variants and successors ask again


class Counting:
    """Counts phrases in one generation of the index."""

    def __init__(self, generation: Searchable) -> None:
        self.generation = generation
        self.narrowing = Narrowing(generation)
        self._known: OrderedDict[str, Uses] = OrderedDict()

    def uses(self, phrase: Phrase) -> Uses:
        """Every use of a phrase in the shown text: passages, headings and title lines."""
        if phrase.key in self._known:
            return self._known[phrase.key]
        store = self.generation.store
        numbers = self.narrowing.speech_numbers(phrase.key)
        first_rows = np.searchsorted(store.speech_of_row, numbers)
        found: list[Use] = []
        for row in first_rows.tolist():
            speech = store.located(row)[0]
            found += _uses_in(speech, phrase, row)
        kept = without_copies(found, store)
        uses = self._known[phrase.key] = Uses(tuple(kept), len(found) - len(kept))
        if len(self._known) > N_KEPT:
            self._known.popitem(last=False)
        return uses


def _uses_in(speech: Speech, phrase: Phrase, first_row: int) -> list[Use]:
    spans = phrase.find(speech)
    if not spans:
        return []
    ends = [passage.end for passage in speech.passages]
    uses = []
    for start, end in spans:
        at = min(bisect.bisect_right(ends, start), len(ends) - 1)
        passage = speech.passages[at]
        in_heading = not passage.start <= start < passage.end
        uses.append(Use(speech, passage, first_row + at, start, end, in_heading))
    return uses


def without_copies(uses: Sequence[Use], store: PassageStore) -> list[Use]:
    """The uses less those in further copies of a speech.

    Two passages are copies when they are nearly identical (docs/adr/0004, `groups`) *and* their
    speeches may be one: their dates agree as far as they are stated, or the year and the title
    do. A passage that returns word for word in the speech of another day is a use of its own.
    """
    by_group: defaultdict[int, dict[str, Use]] = defaultdict(dict)
    for use in uses:
        by_group[store.group(use.row)].setdefault(use.speech.id, use)
    copies: set[tuple[int, str]] = set()
    for group, firsts in by_group.items():
        if len(firsts) > 1:
            copies |= {(group, speech) for speech in _further_copies(firsts.values())}
    return [use for use in uses if (store.group(use.row), use.speech.id) not in copies]


def _further_copies(uses: Iterable[Use]) -> list[str]:
    """The ids of speeches that another of these speeches stands for: the best dated of them."""
    kept: list[Speech] = []
    copies = []
    for use in sorted(uses, key=lambda u: (-len(u.speech.date or ""), u.speech.date or "", u.row)):
        if any(_may_be_one(use.speech, other) for other in kept):
            copies.append(use.speech.id)
        else:
            kept.append(use.speech)
    return copies


def _may_be_one(a: Speech, b: Speech) -> bool:
    ours, theirs = a.date or "", b.date or ""
    if ours.startswith(theirs) or theirs.startswith(ours):
        return True
    return ours[:4] == theirs[:4] and _title_key(a) == _title_key(b)


def _title_key(speech: Speech) -> str:
    return fold_key(speech.title, ignore_punctuation=True)


def first_and_last(uses: Sequence[Use]) -> tuple[Use | None, Use | None]:
    """The earliest and the latest dated use; of one year, the one dated more exactly."""
    dated = [use for use in uses if use.year is not None]
    if not dated:
        return None, None
    first = min(dated, key=lambda u: (_padded(u, _UNKNOWN_LATE), u.row, u.start))
    last = max(dated, key=lambda u: (_padded(u, _UNKNOWN_EARLY), u.row, u.start))
    return first, last


def cuts_word(use: Use) -> bool:
    """Whether the phrase begins or ends inside a word there, as 新发展理念 in 创新发展理念.

    It is counted, for so it stands in the text, but a person should look at it. A word that is put
    together from others may be cut between them (科技|成果).
    """
    import rjieba

    text = use.speech.text
    low = max(text.rfind("\n", 0, use.start) + 1, use.start - _CLAUSE_REACH)
    key, offsets = fold_key_map(text[low : use.end + _CLAUSE_REACH].partition("\n\n")[0])
    start, end = (
        bisect.bisect_left(offsets, use.start - low),
        bisect.bisect_left(offsets, use.end - low),
    )
    cuts = {0, len(key)}
    for _word, begin, stop in rjieba.tokenize(key, "search"):
        cuts |= {begin, stop}
    return start not in cuts or end not in cuts


def _padded(use: Use, unknown: str) -> tuple[str, ...]:
    parts = (use.speech.date or "").split("-")
    return tuple(parts[at] if at < len(parts) else unknown for at in range(3))


def library_by_year(store: PassageStore) -> Counter[int]:
    """How many speeches of each year the library has."""
    years = (year_of(speech.date) for speech in store.speeches())
    return Counter(year for year in years if year is not None)


def count_years(uses: Sequence[Use], library: Counter[int]) -> tuple[Year, ...]:
    """Each year from the first use to the last, those without a use included."""
    by_year: defaultdict[int, list[Use]] = defaultdict(list)
    for use in uses:
        if use.year is not None:
            by_year[use.year].append(use)
    if not by_year:
        return ()
    return tuple(
        Year(
            year, len(by_year[year]), n_passages(by_year[year]), n_speeches(by_year[year]),
            library[year],
        )
        for year in range(min(by_year), max(by_year) + 1)
    )  # fmt: skip
