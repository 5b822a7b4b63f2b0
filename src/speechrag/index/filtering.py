"""Which passages a filter lets through, told from arrays that are mapped from disk."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from speechrag.index.arrays import open_array, open_json
from speechrag.index.store_tables import ROLES
from speechrag.types import Filters


class Filtering:
    """Dates, kinds, sources and roles of a generation's passages.

    Args:
        directory: The generation's folder.
        speech_of_row: int32, shape (n_rows,): the number of each row's speech.
        roles: uint8, shape (n_rows,): the role of each row: its place in `ROLES` plus 1, or 0.
    """

    def __init__(
        self, directory: Path, speech_of_row: NDArray[np.int32], roles: NDArray[np.uint8]
    ) -> None:
        self._directory = directory
        self._speech_of_row = speech_of_row
        self._roles = roles
        self._dates = open_array(directory / "speech_dates.npy")
        self._kinds = open_array(directory / "speech_kinds.npy")
        self._sources = open_array(directory / "speech_sources.npy")

    def mask(self, filters: Filters | None) -> NDArray[np.bool_] | None:
        """Which rows the filters let through; None where there is no restriction.

        A speech dated only by its year or month passes where that period meets the range asked
        for; one without a date passes no range. A source is a file, or a folder of files.
        """
        if filters is None or filters == Filters():
            return None
        speeches = np.ones(len(self._dates), dtype=bool)
        if filters.date_from:
            speeches &= self._dates[:, 1] >= date_range(filters.date_from)[0]
        if filters.date_to:
            speeches &= self._dates[:, 0] <= date_range(filters.date_to)[1]
            speeches &= self._dates[:, 0] > 0
        if filters.kinds:
            speeches &= np.isin(self._kinds, self._codes("kind", filters.kinds))
        if filters.sources:
            speeches &= np.isin(self._sources, self._source_codes(filters.sources))
        rows: NDArray[np.bool_] = speeches[self._speech_of_row]
        if filters.roles:
            codes = [place + 1 for place, role in enumerate(ROLES) if role in filters.roles]
            rows &= np.isin(self._roles, codes)
        return rows

    def codes(self, filters: Filters) -> dict[str, list[int]]:
        """The codes a filter lets through, by column of `columns`; dates apart."""
        codes = {}
        if filters.kinds:
            codes["kind"] = self._codes("kind", filters.kinds)
        if filters.sources:
            codes["source"] = self._source_codes(filters.sources)
        if filters.roles:
            codes["role"] = [at + 1 for at, role in enumerate(ROLES) if role in filters.roles]
        return codes

    def columns(self, rows: NDArray[np.integer[Any]]) -> dict[str, NDArray[Any]]:
        """What `mask` reads, by row: first_day, last_day, kind, source and role, as numbers."""
        speeches = self._speech_of_row[rows]
        return {
            "first_day": self._dates[speeches, 0],
            "last_day": self._dates[speeches, 1],
            "kind": self._kinds[speeches],
            "source": self._sources[speeches],
            "role": self._roles[rows],
        }

    def values(self, column: str) -> list[str]:
        """The distinct kinds or sources ("kind", "source"), for a list to choose from."""
        return [value for value in self._names[column] if value is not None]

    @cached_property
    def _names(self) -> dict[str, list[str | None]]:
        """What the codes in the arrays of kinds and sources stand for."""
        names: dict[str, list[str | None]] = open_json(self._directory / "names.json")
        return names

    def _codes(self, column: str, wanted: Iterable[str]) -> list[int]:
        names = set(wanted)
        return [code for code, value in enumerate(self._names[column]) if value in names]

    def _source_codes(self, wanted: Iterable[str]) -> list[int]:
        folders = tuple(name.rstrip("/") + "/" for name in wanted)
        names = set(wanted)
        return [
            code
            for code, value in enumerate(self._names["source"])
            if value is not None and (value in names or value.startswith(folders))
        ]


def date_range(date: str | None) -> tuple[int, int]:
    """First and last day (proleptic ordinals) of a date given to the day, month or year.

    (0, 0) where there is none or it is not one.
    """
    match = re.fullmatch(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", date or "")
    if not match:
        return 0, 0
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        assert year is not None
        first = datetime.date(year, month or 1, day or 1)
        last_month = month or 12
        last_day = day or calendar.monthrange(year, last_month)[1]
        return first.toordinal(), datetime.date(year, last_month, last_day).toordinal()
    except ValueError:
        return 0, 0
