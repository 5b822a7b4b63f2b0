"""Writing the encoder's tokens of each passage, in the order of the rows."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
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
    Floats,
    HasTokens,
    Ids,
    PassageTokens,
    sentence_norms,
    tokenize_parts,
)

MAX_WAITING = 8 * BATCH_ROWS
"""Rows, or stretches of rows taken over, that wait for a batch of new ones among them."""


class _TakenOver(NamedTuple):
    tokens: PassageTokens
    rows: NDArray[np.integer[Any]]


_Made = deque[tuple[Ids, Floats]]
"""Rows that are ready, each with the norms of its sentences."""


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
        self._cut: _Made = deque()
        self._given: _Made = deque()
        self._waiting: deque[_TakenOver | _Made] = deque()  # of a new row, where it will be found

    @property
    def is_full(self) -> bool:
        """Whether `give` should be called soon, though a batch is not full."""
        return len(self._waiting) >= MAX_WAITING

    def add_texts(self, texts: Sequence[str]) -> None:
        """The next row has the tokens of these texts, sentences and then headings."""
        self._texts.append(texts)
        self._waiting.append(self._cut)
        if len(self._texts) >= BATCH_ROWS or self.is_full:
            self._flush()

    def expect(self) -> None:
        """The next row will be given."""
        self._waiting.append(self._given)

    def give(self, rows: Sequence[Ids]) -> None:
        """The next of the rows expected, as `join_tokens` makes them."""
        self._given.extend(zip(rows, sentence_norms(self._encoder, rows), strict=True))
        self._write_ready()

    def add_rows(
        self, tokens: PassageTokens, rows: Sequence[int] | NDArray[np.integer[Any]]
    ) -> None:
        """The next rows are these of an earlier index."""
        self._waiting.append(_TakenOver(tokens, np.asarray(rows, dtype=np.int64)))
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

    def _flush(self) -> None:
        ids = tokenize_parts(self._encoder, self._texts)
        self._cut.extend(zip(ids, sentence_norms(self._encoder, ids), strict=True))
        self._texts = []
        self._write_ready()

    def _write_ready(self) -> None:
        while self._waiting:
            first = self._waiting[0]
            if isinstance(first, _TakenOver):
                self._take_over(*first)
            elif first:
                ids, norms = first.popleft()
                self._write(ids, norms, [len(ids)], [len(norms)])
            else:
                return
            self._waiting.popleft()

    def _take_over(self, tokens: PassageTokens, rows: NDArray[np.integer[Any]]) -> None:
        if len(rows) and int(rows[-1]) - int(rows[0]) == len(rows) - 1:  # one after the other
            self._write(*tokens.stretch(int(rows[0]), int(rows[-1]) + 1))
            return
        for ids, norms in zip(tokens.of(rows), tokens.norms(rows), strict=True):
            self._write(ids, norms, [len(ids)], [len(norms)])

    def _write(
        self, ids: Ids, norms: Floats, counts: Sequence[int], n_sentences: Sequence[int]
    ) -> None:
        self._counts.extend(counts)
        self._sentences.extend(n_sentences)
        self._norms.frombytes(norms.tobytes())
        self._file.write(ids.astype(np.int32, copy=False).tobytes())


def _starts(counts: array[int]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)
