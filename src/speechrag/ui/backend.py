"""What the page asks of the library behind it; `search.library.LiveLibrary` is the real one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from speechrag.types import Filters, Hit, Passage, SearchResult, Skipped, Speech, Truncation


class Progress(Protocol):
    """A step of a build."""

    @property
    def fraction(self) -> float | None:
        """Share done in [0, 1]; None when it cannot be told."""

    def describe(self, lang: str) -> str:
        """The step in words."""


class Report(Protocol):
    """What a build did."""

    def as_json(self) -> dict[str, Any]:
        """The document of `speechrag index --json`."""


class Explained(Protocol):
    """Why a hit was found."""

    def lines(self, lang: str = "zh") -> list[str]:
        """A few lines a person can read."""


class SpeechSummary(Protocol):
    """What the list of speeches shows of each."""

    @property
    def id(self) -> str:
        """As in `Speech`."""

    @property
    def title(self) -> str:
        """As in `Speech`."""

    @property
    def date(self) -> str | None:
        """As in `Speech`."""

    @property
    def kind(self) -> str | None:
        """As in `Speech`."""

    @property
    def source(self) -> str:
        """As in `Speech`."""

    @property
    def n_passages(self) -> int:
        """How many passages it has."""

    @property
    def truncated(self) -> Truncation | None:
        """As in `Speech`."""


class Answering(Protocol):
    """One generation of the index."""

    def search(
        self,
        question: str,
        *,
        k: int | None = None,
        filters: Filters | None = None,
        per_speech: int | None = None,
    ) -> SearchResult:
        """The passages that answer a question; raises QuestionError."""

    def explain(self, question: str, hit: Hit) -> Explained:
        """Why a hit was found."""

    def context(self, passage_id: str, before: int = 2, after: int = 2) -> Sequence[Passage]:
        """A passage with its neighbours in the speech, in reading order; raises LookupError."""

    def speech(self, speech_id: str) -> Speech:
        """One speech; raises LookupError."""

    def speeches(self) -> Sequence[SpeechSummary]:
        """Every speech of the library."""

    def asks_nothing(self, text: str) -> bool:
        """Whether a text says nothing that could be looked for."""

    def notices(self) -> Sequence[str]:
        """What went wrong on the way to opening it; usually nothing."""

    def skipped(self) -> Sequence[Skipped]:
        """The files that could not be read."""

    def removed(self, speech_id: str) -> Sequence[tuple[str, str]]:
        """What cleaning took out of the speech's file: text and reason, in order."""


class Library(Protocol):
    """The library as the page uses it."""

    def engine(self) -> Answering:
        """The current generation; raises IndexMissing when there is none."""

    def rebuild(self, progress: Callable[[Progress], None]) -> Report:
        """Build the next generation and make it the current one."""

    def folders(self) -> Sequence[Path]:
        """The folders that the speeches are read from."""

    def add_files(self, paths: Sequence[Path]) -> Sequence[Path]:
        """Copy files into the library's folder; returns where each went."""
