"""The speeches and passages of one generation, each found by its number or id.

Records lie in SQLite, one row a speech, as JSON; what filters and rankings ask of every passage at
once lies in arrays beside it, mapped from disk.
"""

from __future__ import annotations

import sqlite3
import threading
import weakref
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from speechrag.errors import IndexDamaged
from speechrag.index.arrays import open_array
from speechrag.index.filtering import Filtering
from speechrag.index.records import load_document, load_speech
from speechrag.index.signatures import signed_by_any
from speechrag.index.store_tables import STORE_FILE, FileRow, read_only_uri
from speechrag.types import (
    Filters,
    ParsedFile,
    Passage,
    Place,
    Skipped,
    Speech,
    Truncation,
)

N_SPEECHES_KEPT = 1_024
"""Speeches kept ready in memory: some 50 MB. One that is not costs 0.2 ms."""

_SUMMARY_COLUMNS = (
    *("id", "title", "date", "speaker", "occasion", "place", "kind", "source", "n_chars"),
    *("shown", "total", "truncated", "first_row", "n_rows"),
)


@dataclass(frozen=True, slots=True)
class SpeechSummary:
    """What a list of the library shows of a speech."""

    id: str
    title: str
    date: str | None
    speaker: str | None
    occasion: str | None
    place: str | None
    kind: str | None
    source: str
    n_chars: int
    truncated: Truncation | None
    first_row: int
    n_passages: int


class PassageStore:
    """Reads the store kept in a folder. Safe to use from several threads."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        # One connection for all threads, opened now: it outlives the file's name, which a later
        # rebuild takes away.
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, Speech] = OrderedDict()
        try:
            self._connection = sqlite3.connect(
                read_only_uri(directory / STORE_FILE), uri=True, check_same_thread=False
            )
            # a store that nobody needs any more is closed, without being told to
            weakref.finalize(self, self._connection.close)
            self.n_speeches = int(self._one("SELECT count(*) FROM speeches")[0])
        except sqlite3.Error as error:
            message = f"{directory / STORE_FILE} 不是完好的文库文件：{error}"
            raise IndexDamaged(message, "请运行 speechrag index --full 重建。") from error
        self._speech_of_row = open_array(directory / "row_speech.npy")
        self._first_rows = open_array(directory / "speech_row.npy")
        self._roles = open_array(directory / "roles.npy")
        self._filtering = Filtering(directory, self._speech_of_row, self._roles)

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Open the store kept in a folder."""
        return cls(directory)

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    @property
    def n_passages(self) -> int:
        """Passages, which are the rows of every array and of the lexical index."""
        return len(self._speech_of_row)

    def speech(self, speech_id: str) -> Speech:
        """A speech by its id; KeyError where there is none."""
        return self._speech_numbered(self._number(speech_id))

    def passage(self, row: int) -> Passage:
        """The passage of a row."""
        return self.located(row)[1]

    def passages(self, rows: Iterable[int]) -> list[Passage]:
        """The passages of rows, in their order."""
        return [self.passage(row) for row in rows]

    def located(self, row: int) -> tuple[Speech, Passage]:
        """The passage of a row with its speech; IndexError where there is no such row."""
        if not 0 <= row < self.n_passages:
            raise IndexError(f"row {row} of {self.n_passages}")
        number = int(self._speech_of_row[row])
        speech = self._speech_numbered(number)
        return speech, speech.passages[row - int(self._first_rows[number])]

    def text(self, row: int) -> str:
        """The text of a row's passage."""
        speech, passage = self.located(row)
        return speech.text[passage.start : passage.end]

    def place(self, row: int) -> Place:
        """The title and file of a row's speech, without reading the speech."""
        number = int(self._speech_of_row[row])
        return Place(*self._one("SELECT title, source FROM speeches WHERE speech_no = ?", number))

    def rows_of_speech(self, speech_id: str) -> range:
        """The rows of a speech's passages."""
        number = self._number(speech_id)
        return range(int(self._first_rows[number]), int(self._first_rows[number + 1]))

    def row_of(self, passage_id: str) -> int:
        """The row of a passage's id; KeyError where there is none."""
        rows = self.rows_of_speech(passage_id.rpartition("-")[0])
        for row in rows:
            if self.passage(row).id == passage_id:
                return row
        raise KeyError(passage_id)

    def speech_number(self, row: int) -> int:
        """Which speech, counted from 0 in the order of the library, a row belongs to."""
        return int(self._speech_of_row[row])

    @property
    def speech_of_row(self) -> NDArray[np.int32]:
        """The number of each row's speech."""
        return self._speech_of_row

    def speeches(self) -> list[SpeechSummary]:
        """Every speech in the order of the library (by file name, then place in the file)."""
        columns = ", ".join(_SUMMARY_COLUMNS)
        query = f"SELECT {columns} FROM speeches ORDER BY speech_no"  # noqa: S608 - our own names
        return [_summary(row) for row in self._all(query)]

    def iter_speeches(self) -> Iterator[Speech]:
        """Every speech whole, in the same order; nothing is kept in memory."""
        for number in range(self.n_speeches):
            yield self._read_speech(number)

    def speeches_of(self, file: FileRow) -> list[Speech]:
        """The speeches of a file, in order."""
        numbers = range(file.first_speech, file.first_speech + file.n_speeches)
        return [self._read_speech(number) for number in numbers]

    def files(self) -> list[FileRow]:
        """Every file that was indexed, by name."""
        query = (
            "SELECT name, sha256, size, mtime_ns, file_no, first_speech, n_speeches, first_row, "
            "n_rows FROM files ORDER BY name"
        )
        return [FileRow(*row) for row in self._all(query)]

    def skipped(self) -> list[tuple[FileRow, Skipped]]:
        """Every file that could not be indexed, and why."""
        rows = self._all(
            "SELECT name, sha256, size, mtime_ns, reason, hint FROM skipped ORDER BY 1"
        )
        return [(FileRow(*row[:4]), Skipped(row[0], row[4], row[5])) for row in rows]

    def parsed_file(self, name: str) -> ParsedFile:
        """A source file as it was decoded, with what cleaning took out; KeyError where unknown."""
        row = self._one("SELECT document, first_speech, n_speeches FROM files WHERE name = ?", name)
        if row is None:
            raise KeyError(name)
        numbers = range(row[1], row[1] + row[2])
        return load_document(zlib.decompress(row[0]), map(self._speech_numbered, numbers))

    def group(self, row: int) -> int:
        """The group of nearly identical passages of a row: the least row among them."""
        return int(self.groups[row])

    @cached_property
    def groups(self) -> NDArray[np.int32]:
        """The group of each row."""
        return open_array(self.directory / "groups.npy")

    def rows_of_group(self, group: int) -> NDArray[np.int64]:
        """The rows of a group of nearly identical passages, rising."""
        groups, rows = self._copies
        low, high = groups.searchsorted(group), groups.searchsorted(group, side="right")
        return np.concatenate([[group], rows[low:high]]).astype(np.int64)

    @cached_property
    def _copies(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The rows that are not the least of their group, a few in a hundred; their groups, rising.

        Those of a group rise too.
        """
        rows = np.flatnonzero(self.groups != np.arange(self.n_passages))
        groups = self.groups[rows].astype(np.int64)  # as what is looked for in them
        order = np.argsort(groups, kind="stable")
        return groups[order], rows[order]

    @property
    def role_codes(self) -> NDArray[np.uint8]:
        """The role of each row: its place in `ROLES` plus 1, or 0."""
        return self._roles

    def mask(self, filters: Filters | None) -> NDArray[np.bool_] | None:
        """Which rows the filters let through; None where there is no restriction."""
        mask = self._filtering.mask(filters)
        if mask is None or filters is None or not filters.speakers:
            return mask
        signed = np.zeros(self.n_speeches, dtype=bool)
        signed[self._signed_by(filters.speakers)] = True
        allowed: NDArray[np.bool_] = mask & signed[self._speech_of_row]
        return allowed

    @cached_property
    def speakers(self) -> dict[str, list[int]]:
        """The lines that speeches are signed with, in order; the numbers of the speeches."""
        query = "SELECT speaker, speech_no FROM speeches WHERE speaker IS NOT NULL ORDER BY 2"
        lines: dict[str, list[int]] = {}
        for line, number in self._all(query):
            lines.setdefault(line, []).append(number)
        return lines

    def row_ranges(self, speakers: Iterable[str]) -> list[tuple[int, int]]:
        """Where the passages of these speakers' speeches stand: (first row, row after the last)."""
        ranges: list[tuple[int, int]] = []
        for number in self._signed_by(speakers):
            start, stop = int(self._first_rows[number]), int(self._first_rows[number + 1])
            if ranges and ranges[-1][1] == start:
                start = ranges.pop()[0]
            ranges.append((start, stop))
        return ranges

    def _signed_by(self, speakers: Iterable[str]) -> list[int]:
        """The numbers of the speeches that any of them signs, rising."""
        lines = signed_by_any(self.speakers, speakers)
        return sorted(number for line in lines for number in self.speakers[line])

    def filter_codes(self, filters: Filters) -> dict[str, list[int]]:
        """The codes a filter lets through, by column of `filter_columns`; dates apart."""
        return self._filtering.codes(filters)

    def filter_columns(self, rows: NDArray[np.integer[Any]]) -> dict[str, NDArray[Any]]:
        """What `mask` reads, by row: first_day, last_day, kind, source and role, as numbers."""
        return self._filtering.columns(rows)

    def values(self, column: str) -> list[str]:
        """The distinct kinds or sources ("kind", "source"), for a list to choose from."""
        return self._filtering.values(column)

    def _number(self, speech_id: str) -> int:
        row = self._one("SELECT speech_no FROM speeches WHERE id = ?", speech_id)
        if row is None:
            raise KeyError(speech_id)
        return int(row[0])

    def _speech_numbered(self, number: int) -> Speech:
        with self._lock:
            kept = self._kept.get(number)
            if kept is not None:
                self._kept.move_to_end(number)
                return kept
        speech = self._read_speech(number)
        with self._lock:
            self._kept[number] = speech
            if len(self._kept) > N_SPEECHES_KEPT:
                self._kept.popitem(last=False)
        return speech

    def _read_speech(self, number: int) -> Speech:
        row = self._one("SELECT record FROM speeches WHERE speech_no = ?", number)
        return load_speech(row[0])

    def _one(self, query: str, *values: object) -> Any:
        with self._lock:
            return self._connection.execute(query, values).fetchone()

    def _all(self, query: str) -> list[Any]:
        with self._lock:
            return self._connection.execute(query).fetchall()


def _summary(row: Sequence[Any]) -> SpeechSummary:
    names = [field.name for field in fields(SpeechSummary)]
    values = dict(zip(_SUMMARY_COLUMNS, row, strict=True))
    truncation = Truncation(values["shown"], values["total"]) if values["truncated"] else None
    values |= {"truncated": truncation, "n_passages": values["n_rows"]}
    return SpeechSummary(**{name: values[name] for name in names})
