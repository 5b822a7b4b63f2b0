"""The tables of a store's file, and what they say of a source file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from speechrag.types import Role

STORE_FILE = "speeches.sqlite"
ROLES = tuple(Role)
"""A role's code in `roles.npy` is its place here plus 1; 0 is no role."""

SCHEMA = """
CREATE TABLE files (
    file_no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL,
    size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    first_speech INTEGER NOT NULL, n_speeches INTEGER NOT NULL,
    first_row INTEGER NOT NULL, n_rows INTEGER NOT NULL, document BLOB NOT NULL
) STRICT;
CREATE TABLE speeches (
    speech_no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, file_no INTEGER NOT NULL,
    title TEXT NOT NULL, date TEXT, speaker TEXT, occasion TEXT, place TEXT, kind TEXT,
    source TEXT NOT NULL, n_chars INTEGER NOT NULL, shown INTEGER, total INTEGER,
    truncated INTEGER NOT NULL, first_row INTEGER NOT NULL, n_rows INTEGER NOT NULL,
    record BLOB NOT NULL
) STRICT;
CREATE TABLE skipped (
    name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    reason TEXT NOT NULL, hint TEXT NOT NULL
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class FileRow:
    """What a generation knows of a source file: enough to tell whether it has changed."""

    name: str
    sha256: str
    size: int
    mtime_ns: int
    file_no: int = -1
    first_speech: int = 0
    n_speeches: int = 0
    first_row: int = 0
    n_rows: int = 0


def read_only_uri(path: Path) -> str:
    """How SQLite opens a file that nobody changes any more: without locks or journals."""
    return path.resolve().as_uri() + "?mode=ro&immutable=1"
