"""Writing the encoder's tokens of each passage, in the order of the rows."""

from __future__ import annotations

import itertools
from array import array
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from speechrag.index.arrays import save_array
from speechrag.index.encoding import BATCH_ROWS
from speechrag.index.passage_tokens import (
    IDS_FILE,
    NORMS_FILE,
    SENTENCES_FILE,
    STARTS_FILE,
    HasTokens,
    PassageTokens,
    TokenRows,
)

MAX_WAITING = 8 * BATCH_ROWS
"""Rows, or stretches of rows taken over, that wait for a batch of new ones among them."""


class _TakenOver(NamedTuple):
    tokens: PassageTokens
    rows: NDArray[np.integer[Any]]


class _Made:
    """New rows, made in batches and taken in their order."""

    def __init__(self) -> None:
        self._batches: deque[TokenRows] = deque()
        self._taken = 0  # of the first batch

    def add(self, rows: TokenRows) -> None:
        if rows.n_rows:
            self._batches.append(rows)

    def take(self, most: int) -> TokenRows | None:
        """The next rows, as many as are there together; None where there is none."""
        if not self._batches:
            return None
        first, start = self._batches[0], self._taken
        self._taken = min(start + most, first.n_rows)
        rows = first[start : self._taken]
        if self._taken == first.n_rows:
            self._batches.popleft()
            self._taken = 0
        return rows


@dataclass(slots=True)
class _Expected:
    """So many rows, one after the other, will be found there."""

    made: _Made
    n_rows: int


class TokenWriter:
    """Collects the tokens of rows in a file: of new texts, or taken over from an earlier index.

    Args:
        path: A file to work in.
        encoder: Gives the tokens.
    """

    def __init__(self, path: Path, encoder: HasTokens) -> None:
        self._file = path.open("w+b")
        self._path = path
        self._encoder = encoder
        self._counts = array("q")
        self._sentences = array("q")
        self._norms = array("f")
        self._texts: list[Sequence[str]] = []
        self._cut, self._given = _Made(), _Made()
        self._waiting: deque[_TakenOver | _Expected] = deque()
        self._n_waiting = 0

    @property
    def is_full(self) -> bool:
        """Whether `give` should be called soon, though a batch is not full."""
        return self._n_waiting >= MAX_WAITING

    def add_texts(self, texts: Sequence[str]) -> None:
        """The next row has the tokens of these texts, sentences and then headings."""
        self._texts.append(texts)
        self._expect(self._cut)
        if len(self._texts) >= BATCH_ROWS or self.is_full:
            self._flush()

    def expect(self) -> None:
        """The next row will be given."""
        self._expect(self._given)

    def give(self, rows: TokenRows) -> None:
        """The next of the rows expected."""
        self._given.add(rows)
        self._write_ready()

    def add_rows(
        self, tokens: PassageTokens, rows: Sequence[int] | NDArray[np.integer[Any]]
    ) -> None:
        """The next rows are these of an earlier index."""
        self._waiting.append(_TakenOver(tokens, np.asarray(rows, dtype=np.int64)))
        self._n_waiting += 1
        if self.is_full:
            self._flush()
        self._write_ready()

    def finish(self, directory: Path) -> None:
        """Write the arrays of `PassageTokens` into a folder; every row expected was given."""
        self._flush()
        self._file.close()
        assert not self._waiting
        indptr, sentences = _starts(self._counts), _starts(self._sentences)
        save_array(directory / STARTS_FILE, indptr)
        save_array(directory / SENTENCES_FILE, sentences)
        save_array(directory / NORMS_FILE, np.frombuffer(self._norms, dtype=np.float32))
        empty = np.zeros(0, dtype=np.int32)
        ids = np.memmap(self._path, dtype=np.int32, mode="r") if indptr[-1] else empty
        save_array(directory / IDS_FILE, ids)

    def close(self) -> None:
        """Give the file up; what is not written yet need not be, and may have no room."""
        with suppress(OSError):
            self._file.close()

    def _expect(self, made: _Made) -> None:
        last = self._waiting[-1] if self._waiting else None
        if isinstance(last, _Expected) and last.made is made:
            last.n_rows += 1
        else:
            self._waiting.append(_Expected(made, 1))
        self._n_waiting += 1

    def _flush(self) -> None:
        ids = self._encoder.token_ids(list(itertools.chain(*self._texts))) if self._texts else []
        found = iter(ids)
        parts, headings = [], []
        for texts in self._texts:
            *sentences, heading = itertools.islice(found, len(texts))
            parts += sentences
            headings.append(heading)
        n_parts = [len(texts) - 1 for texts in self._texts]
        self._cut.add(TokenRows.of(self._encoder, parts, n_parts, headings))
        self._texts = []
        self._write_ready()

    def _write_ready(self) -> None:
        while self._waiting:
            first = self._waiting[0]
            if isinstance(first, _TakenOver):
                self._take_over(*first)
                self._n_waiting -= 1
            else:
                rows = first.made.take(first.n_rows)
                if rows is None:
                    return
                self._write(rows)
                self._n_waiting -= rows.n_rows
                first.n_rows -= rows.n_rows
                if first.n_rows:
                    continue
            self._waiting.popleft()

    def _take_over(self, tokens: PassageTokens, rows: NDArray[np.integer[Any]]) -> None:
        for start, stop in _stretches(rows.tolist()):
            self._write(tokens.stretch(start, stop))

    def _write(self, rows: TokenRows) -> None:
        self._counts.frombytes(np.diff(rows.indptr).tobytes())
        self._sentences.frombytes(np.diff(rows.sentences).tobytes())
        self._norms.frombytes(rows.norms.tobytes())
        self._file.write(rows.ids.astype(np.int32, copy=False).tobytes())


def _stretches(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Rows as stretches (first, after the last) of those that follow each other."""
    stretches: list[tuple[int, int]] = []
    for row in rows:
        if stretches and stretches[-1][1] == row:
            stretches[-1] = (stretches[-1][0], row + 1)
        else:
            stretches.append((row, row + 1))
    return stretches


def _starts(counts: array[int]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)
