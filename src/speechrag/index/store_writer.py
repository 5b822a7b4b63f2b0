"""Writing the store of a generation: new files record by record, unchanged ones copied."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from speechrag.index.arrays import save_array, save_json
from speechrag.index.filtering import date_range
from speechrag.index.records import dump_document, dump_speech
from speechrag.index.store import PassageStore
from speechrag.index.store_tables import ROLES, SCHEMA, STORE_FILE, FileRow, read_only_uri
from speechrag.types import ParsedFile, Role, Skipped, Speech

_INSERT_FILE = "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_SPEECH = "INSERT INTO speeches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ROLE_CODES: dict[Role | None, int] = {None: 0} | {role: n for n, role in enumerate(ROLES, 1)}
_COPY_FILE = (
    "INSERT INTO files SELECT ?, name, sha256, ?, ?, ?, n_speeches, ?, n_rows, document "
    "FROM old.files WHERE file_no = ?"
)
_COPY_SPEECHES = (
    "INSERT INTO speeches SELECT speech_no + ?, id, ?, title, date, speaker, occasion, place, "
    "kind, source, n_chars, shown, total, truncated, first_row + ?, n_rows, record "
    "FROM old.speeches WHERE speech_no >= ? AND speech_no < ?"
)


class SpeechRecord(NamedTuple):
    """What the store keeps of a speech, but for its place among the others."""

    id: str
    columns: tuple[Any, ...]  # what lists show, in the order of the table
    n_rows: int
    record: bytes

    @classmethod
    def of(cls, speech: Speech) -> SpeechRecord:
        """That of a speech."""
        truncated = speech.truncated
        columns = (
            *(speech.title, speech.date, speech.speaker, speech.occasion, speech.place),
            *(speech.kind, speech.source, len(speech.text)),
            *((truncated.shown, truncated.total) if truncated else (None, None)),
            int(truncated is not None),
        )
        return cls(speech.id, columns, len(speech.passages), dump_speech(speech))


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What the store keeps of a file, but for its place among the others.

    Attributes:
        document: The file as it was decoded, with what cleaning took out.
        speeches: Its speeches.
        roles: The code of each passage's role, a byte each.
    """

    document: bytes
    speeches: tuple[SpeechRecord, ...]
    roles: bytes

    @classmethod
    def of(cls, parsed: ParsedFile) -> FileRecord:
        """That of a file that was parsed."""
        document = zlib.compress(dump_document(parsed), 1)
        speeches = tuple(map(SpeechRecord.of, parsed.speeches))
        roles = (passage.role for speech in parsed.speeches for passage in speech.passages)
        return cls(document, speeches, bytes(_ROLE_CODES[role] for role in roles))


class StoreWriter:
    """Collects files in the order of their names and writes a `PassageStore`.

    Args:
        directory: Where it is to stand; exists and holds no store.
        previous: The store of an earlier generation, from whose files rows may be copied.
    """

    def __init__(self, directory: Path, previous: PassageStore | None = None) -> None:
        self._directory = directory
        self._previous = previous
        self._connection = sqlite3.connect(
            (directory / STORE_FILE).resolve().as_uri(), uri=True, isolation_level=None
        )
        # The folder is thrown away if this is interrupted: no journal, and one fsync at the end.
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.executescript(SCHEMA)
        if previous is not None:
            uri = read_only_uri(previous.directory / STORE_FILE)
            self._connection.execute("ATTACH ? AS old", (uri,))
        self._connection.execute("BEGIN")
        self._roles: list[NDArray[np.uint8]] = []
        self.n_files = self.n_speeches = self.n_rows = 0

    def add_file(self, file: FileRow, record: FileRecord) -> None:
        """The next file, newly parsed."""
        n_rows = len(record.roles)
        self._connection.execute(
            _INSERT_FILE,
            (
                *(self.n_files, file.name, file.sha256, file.size, file.mtime_ns),
                *(self.n_speeches, len(record.speeches), self.n_rows, n_rows, record.document),
            ),
        )
        row = self.n_rows
        for number, speech in enumerate(record.speeches, self.n_speeches):
            values = (number, speech.id, self.n_files, *speech.columns, row, speech.n_rows)
            self._connection.execute(_INSERT_SPEECH, (*values, speech.record))
            row += speech.n_rows
        self._roles.append(np.frombuffer(record.roles, dtype=np.uint8))
        self._count(len(record.speeches), n_rows)

    def copy_file(self, old: FileRow, file: FileRow) -> None:
        """The next file, unchanged since the previous generation, where it was `old`."""
        assert self._previous is not None
        numbers = (self.n_files, file.size, file.mtime_ns, self.n_speeches, self.n_rows)
        self._connection.execute(_COPY_FILE, (*numbers, old.file_no))
        first, stop = old.first_speech, old.first_speech + old.n_speeches
        shifts = (self.n_speeches - first, self.n_files, self.n_rows - old.first_row)
        self._connection.execute(_COPY_SPEECHES, (*shifts, first, stop))
        codes = self._previous.role_codes[old.first_row : old.first_row + old.n_rows]
        self._roles.append(codes)
        self._count(old.n_speeches, old.n_rows)

    def add_skipped(self, file: FileRow, skipped: Skipped) -> None:
        """A file that could not be indexed; with a digest it is not tried again until changed."""
        values = (file.name, file.sha256, file.size, file.mtime_ns, skipped.reason, skipped.hint)
        self._connection.execute("INSERT INTO skipped VALUES (?, ?, ?, ?, ?, ?)", values)

    def finish(self) -> None:
        """Write the arrays and close the file."""
        query = "SELECT date, kind, source, first_row FROM speeches ORDER BY speech_no"
        told = self._connection.execute(query).fetchall()
        self._connection.execute("COMMIT")
        self._connection.close()
        first_rows = np.asarray([row[3] for row in told] + [self.n_rows], dtype=np.int32)
        numbers = np.arange(self.n_speeches, dtype=np.int32)
        dates = np.asarray([date_range(row[0]) for row in told], dtype=np.int32).reshape(-1, 2)
        kind_codes, kinds = _encode(row[1] for row in told)
        source_codes, sources = _encode(row[2] for row in told)
        arrays: dict[str, NDArray[Any]] = {
            "row_speech": np.repeat(numbers, np.diff(first_rows)),
            "speech_row": first_rows,
            "speech_dates": dates,
            "speech_kinds": kind_codes,
            "speech_sources": source_codes,
            "roles": np.concatenate([np.zeros(0, dtype=np.uint8), *self._roles]),
        }
        for name, array in arrays.items():
            save_array(self._directory / f"{name}.npy", array)
        save_json(self._directory / "names.json", {"kind": kinds, "source": sources})

    def close(self) -> None:
        """Give the file up, unfinished."""
        self._connection.close()

    def _count(self, n_speeches: int, n_rows: int) -> None:
        self.n_files += 1
        self.n_speeches += n_speeches
        self.n_rows += n_rows


def _encode(values: Iterable[str | None]) -> tuple[NDArray[np.int32], list[str | None]]:
    """Numbers for values, in order of first appearance, and the values."""
    codes: dict[str | None, int] = {}
    encoded = [codes.setdefault(value, len(codes)) for value in values]
    return np.asarray(encoded, dtype=np.int32), list(codes)
