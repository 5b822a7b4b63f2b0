"""What is done to one file by itself, in whatever process: read, split, roles, tokens, sketches.

All of it is the same whatever else is in the library, so that files can be prepared in parallel;
what depends on the others (numbers, vectors in batches, postings) is left to the build.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from speechrag.index.duplicates import sketch_texts
from speechrag.index.encoding import (
    context_text_for_encoding,
    passage_text_for_encoding,
    text_key,
)
from speechrag.index.store import FileRow, PassageStore
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
        parsed: The file; None where its speeches are those of the earlier generation.
        speeches: Its speeches, with roles.
        tokens: The tokens of its titles, heading paths and passages, by text.
        sketches: For each speech, those of its passages; see duplicates.py.
        seconds: What reading and tokenizing took.
    """

    parsed: ParsedFile | None
    speeches: tuple[Speech, ...]
    tokens: dict[str, list[str]]
    sketches: tuple[NDArray[np.uint64], ...]
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
    """

    tokenizer: Tokenizes
    assign_roles: Callable[[Speech], Speech] | None = None
    parse: Parse | None = None
    split: Split | None = None
    earlier: Path | None = None

    def __call__(self, task: Task) -> Prepared:
        """Prepare one file.

        Raises:
            SourceError: It cannot be read.
        """
        began = time.perf_counter()
        parsed, speeches = self._speeches(task)
        read = time.perf_counter()
        tokens = self._tokens(speeches, task.known)
        sketches = tuple(sketch_texts(_texts(speech)) for speech in speeches)
        seconds = {"read": read - began, "tokenize": time.perf_counter() - read}
        return Prepared(parsed, speeches, tokens, sketches, seconds)

    def _speeches(self, task: Task) -> tuple[ParsedFile | None, tuple[Speech, ...]]:
        if task.action is Action.KEEP:
            assert task.stored is not None
            return None, tuple(self._store().speeches_of(task.stored))
        if task.action is Action.SPLIT:
            assert task.stored is not None
            document = self._store().parsed_file(task.stored.name).document
            parsed = (self.split or _parse_document)(document)
        else:
            parsed = (self.parse or _parse_file)(task.path, task.name)
        if self.assign_roles is not None:
            parsed = replace(parsed, speeches=tuple(map(self.assign_roles, parsed.speeches)))
        return parsed, parsed.speeches

    def _store(self) -> PassageStore:
        assert self.earlier is not None
        return _open_store(self.earlier)

    def _tokens(self, speeches: tuple[Speech, ...], known: bytes) -> dict[str, list[str]]:
        keys = set(map(tuple, np.frombuffer(known, dtype=np.uint64).reshape(-1, 2).tolist()))
        tokens: dict[str, list[str]] = {}
        same: dict[str, str] = {}  # one object for equal tokens: sent to another process once
        for speech in speeches:
            for passage in speech.passages:
                body = passage_text_for_encoding(speech, passage)
                if keys and text_key(body, context_text_for_encoding(speech, passage)) in keys:
                    continue
                for text in (body, "\n".join(passage.section_path), speech.title):
                    if text not in tokens:
                        made = self.tokenizer.tokenize(text)
                        tokens[text] = [same.setdefault(token, token) for token in made]
        return tokens


def _texts(speech: Speech) -> list[str]:
    return [passage_text_for_encoding(speech, passage) for passage in speech.passages]


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
