"""What the timeline of a phrase is made of. Nothing here is folded: texts are as they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from speechrag.types import Passage, Speech


class VariantKind(StrEnum):
    """How a wording differs from the phrase asked for."""

    INSERTED = "插字"
    OMITTED = "省字"
    SWAPPED = "换序"
    EXTENDED = "加限定"


@dataclass(frozen=True, slots=True)
class Use:
    """One place where a phrase stands: `speech.text[start:end]`.

    `passage` is the one that holds it, or the one under the heading that does; `row` is its row.
    """

    speech: Speech
    passage: Passage
    row: int
    start: int
    end: int
    in_heading: bool

    @property
    def year(self) -> int | None:
        """The year of the speech, None where it states no date."""
        return year_of(self.speech.date)

    @property
    def passage_text(self) -> str:
        """The passage as it stands."""
        return self.speech.text[self.passage.start : self.passage.end]


@dataclass(frozen=True, slots=True)
class Uses:
    """Every use of a phrase, by the order of the library; those in second copies apart."""

    kept: tuple[Use, ...]
    n_copies: int  # uses that stand in further copies of a speech, and are not among `kept`

    @property
    def n(self) -> int:
        """How often it is used, each speech once."""
        return len(self.kept)


@dataclass(frozen=True, slots=True)
class Year:
    """One year of a timeline; `n_library_speeches` 0 says that the library has nothing of it."""

    year: int
    n: int
    n_passages: int
    n_speeches: int
    n_library_speeches: int


@dataclass(frozen=True, slots=True)
class Variant:
    """Another wording of the phrase, and how often it stands for itself."""

    phrase: str
    kind: VariantKind
    n: int
    first_year: int | None
    last_year: int | None


@dataclass(frozen=True, slots=True)
class Era:
    """How often a phrase is used in the comparable speeches of the years `first` to `last`."""

    first: int
    last: int
    n: int
    n_speeches: int
    n_library_speeches: int
    n_chars: int

    @property
    def per_10k_chars(self) -> float:
        """Uses in ten thousand characters."""
        return 10_000 * self.n / self.n_chars if self.n_chars else 0.0


@dataclass(frozen=True, slots=True)
class Successor:
    """A phrase that took the place of another, and what shows it.

    `frames` are the places that both stood in, with ＿＿ for the phrase; `old` and `new` are an
    example of each.
    """

    phrase: str
    old_before: Era
    old_after: Era
    new_before: Era
    new_after: Era
    frames: tuple[str, ...]
    similarity: float
    old: Use
    new: Use


@dataclass(frozen=True, slots=True)
class PhraseTimeline:
    """A phrase followed through the library."""

    phrase: str
    uses: Uses
    first: Use | None
    last: Use | None
    by_year: tuple[Year, ...]
    undated: tuple[Use, ...]
    variants: tuple[Variant, ...] = ()
    successors: tuple[Successor, ...] = ()
    suggestions: tuple[str, ...] = ()  # what does occur, where the phrase does not

    @property
    def n(self) -> int:
        """How often it is used, undated speeches included, copies not."""
        return self.uses.n


def year_of(date: str | None) -> int | None:
    """The year of an ISO date."""
    return int(date[:4]) if date and date[:4].isdigit() else None


def n_passages(uses: Sequence[Use]) -> int:
    """Distinct passages among uses."""
    return len({use.row for use in uses})


def n_speeches(uses: Sequence[Use]) -> int:
    """Distinct speeches among uses."""
    return len({use.speech.id for use in uses})


def spread(uses: Sequence[Use], most: int) -> Sequence[Use]:
    """At most so many of the uses, evenly spread over them."""
    return uses[:: max(1, -(-len(uses) // most))]
