"""What is done to one file by itself, in whatever process: read, split, roles, tokens, records.

All of it is the same whatever else is in the library, so that files can be prepared in parallel;
what depends on the others (numbers, vectors in batches, postings) is left to the build.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Protocol

from speechrag.index.rows import FileRows, make_rows
from speechrag.index.store import PassageStore
from speechrag.index.store_tables import FileRow
from speechrag.index.store_writer import FileRecord
from speechrag.types import Document, ParsedFile, Speech

Parse = Callable[[Path, str], ParsedFile]
"""Reads one file, given its path and its name in the library."""


Split = Callable[[Document], ParsedFile]
"""Makes speeches of a file that was read."""


class Tokenizes(Protocol):
    """A tokenizer, as a build uses it."""

    @property
    def digest(self) -> str:
        """What determines its tokens."""

    @property
    def user_terms(self) -> Sequence[str]:
        """The terms that it keeps whole."""

    def tokenize(self, text: str) -> list[str]:
        """The tokens of a text."""


class Action(StrEnum):
    """Where the speeches of a file are taken from."""

    READ = "read"  # the file itself
    SPLIT = "split"  # the text that an earlier generation keeps of it, cleaned and split anew
    KEEP = "keep"  # the speeches as an earlier generation has them


class Task(NamedTuple):
    """A file to prepare.

    `stored` is what the earlier generation knows of it (to SPLIT or KEEP); `known` are the keys of
    passages whose tokens need not be made: uint64 pairs, as bytes.
    """

    path: Path
    name: str
    action: Action = Action.READ
    stored: FileRow | None = None
    known: bytes = b""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What became of a file.

    Attributes:
        record: What the store keeps of it; None where it is that of the earlier generation.
        rows: Its passages.
        seconds: What reading and tokenizing took.
    """

    record: FileRecord | None
    rows: FileRows
    seconds: dict[str, float]


@dataclass(frozen=True, slots=True)
class Preparer:
    """Prepares files; can be sent to a worker process if its parts can.

    Args:
        tokenizer: Gives the tokens.
        assign_roles: Gives the passages of a speech their roles.
        parse: Reads one file; by default `speechrag.corpus` does.
        split: Splits what an earlier generation keeps of a file; likewise.
        earlier: The folder of the generation that `Task.stored` speaks of.
        with_sentences: Whether the encoder asks for the sentences of passages.
    """

    tokenizer: Tokenizes
    assign_roles: Callable[[Speech], Speech] | None = None
    parse: Parse | None = None
    split: Split | None = None
    earlier: Path | None = None
    with_sentences: bool = False

    def __call__(self, task: Task) -> Prepared:
        """Prepare one file.

        Raises:
            SourceError: It cannot be read.
        """
        began = time.perf_counter()
        parsed, speeches = self._speeches(task)
        read = time.perf_counter()
        rows = make_rows(
            speeches, self.tokenizer.tokenize, task.known, with_sentences=self.with_sentences
        )
        tokenized = time.perf_counter()
        record = FileRecord.of(parsed) if parsed is not None else None
        seconds = {
            "read": read - began,
            "tokenize": tokenized - read,
            "write": time.perf_counter() - tokenized,
        }
        return Prepared(record, rows, seconds)

    def _speeches(self, task: Task) -> tuple[ParsedFile | None, tuple[Speech, ...]]:
        if task.action is Action.KEEP:
            assert task.stored is not None
            return None, tuple(self._store().speeches_of(task.stored))
        if task.action is Action.SPLIT:
            assert task.stored is not None
            document = self._store().parsed_file(task.stored.name).document
            # a file may have another name by now
            parsed = (self.split or _parse_document)(replace(document, file=task.name))
        else:
            parsed = (self.parse or _parse_file)(task.path, task.name)
        if self.assign_roles is not None:
            parsed = replace(parsed, speeches=tuple(map(self.assign_roles, parsed.speeches)))
        return parsed, parsed.speeches

    def _store(self) -> PassageStore:
        assert self.earlier is not None
        return _open_store(self.earlier)


def _parse_file(path: Path, name: str) -> ParsedFile:
    from speechrag.corpus.clean import parse_file

    return parse_file(path, name)


def _parse_document(document: Document) -> ParsedFile:
    from speechrag.corpus.clean import parse_document

    return parse_document(document)


def forget_store() -> None:
    """Give back the earlier generation that this process opened, if it has."""
    _open_store.cache_clear()


@lru_cache(maxsize=1)
def _open_store(directory: Path) -> PassageStore:
    """The earlier generation's speeches, opened once by each process."""
    return PassageStore.open(directory)
