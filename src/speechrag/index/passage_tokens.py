"""The tokens of each passage, sentence by sentence, as numbers of the encoder's vocabulary.

Late interaction (search/late.py) asks for the tokens of a hundred and more passages a question;
reading and tokenizing them then would take longer than all the rest.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from speechrag.index.arrays import open_array, save_array
from speechrag.index.encoding import BATCH_ROWS

IDS_FILE = "tokens.ids.npy"
STARTS_FILE = "tokens.indptr.npy"
END = -1
"""Stands in a row's tokens behind those of each sentence; behind the last come the headings'."""
MAX_WAITING = 8 * BATCH_ROWS
"""Passages that wait for a batch of new ones among them to be full."""

Ids = NDArray[np.int32]


@runtime_checkable
class HasTokens(Protocol):
    """An encoder that cuts texts into tokens of a vocabulary."""

    def token_ids(self, texts: Sequence[str]) -> list[Ids]:
        """The distinct tokens of each text, as numbers, rising."""


def join_tokens(parts: Sequence[Ids]) -> Ids:
    """One row: the tokens of each sentence with `END` behind them, then those of the headings."""
    end = np.array([END], dtype=np.int32)
    joined = [piece for part in parts[:-1] for piece in (part, end)]
    return np.concatenate([*joined, *parts[-1:]]).astype(np.int32, copy=False)


def tokenize_parts(encoder: HasTokens, rows: Sequence[Sequence[str]]) -> list[Ids]:
    """The row of each passage, from its sentences and, last, the headings above it."""
    flat = [text for texts in rows for text in texts]
    found = iter(encoder.token_ids(flat) if flat else ())
    return [join_tokens([next(found) for _ in texts]) for texts in rows]


class PassageTokens:
    """Which tokens each passage and the headings above it hold: `ids[indptr[row]:indptr[row+1]]`.

    Args:
        indptr: int64, shape (n_rows + 1,).
        ids: int32, rows as `join_tokens` makes them.
    """

    def __init__(self, indptr: NDArray[np.int64], ids: Ids) -> None:
        self._indptr = indptr
        self._ids = ids

    @classmethod
    def open(cls, directory: Path) -> PassageTokens | None:
        """Those of a generation's folder; None where its encoder has no tokens."""
        if not (directory / STARTS_FILE).is_file():
            return None
        return cls(open_array(directory / STARTS_FILE), open_array(directory / IDS_FILE))

    @property
    def n_rows(self) -> int:
        """Passages."""
        return len(self._indptr) - 1

    def of(self, rows: Sequence[int] | NDArray[np.integer[Any]]) -> list[Ids]:
        """Each row's tokens, as `join_tokens` makes them."""
        wanted = np.asarray(rows, dtype=np.int64)
        starts, stops = self._indptr[wanted].tolist(), self._indptr[wanted + 1].tolist()
        return [self._ids[start:stop] for start, stop in zip(starts, stops, strict=True)]


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
        self._waiting: list[Sequence[str] | Ids] = []
        self._n_texts = 0

    def add_texts(self, texts: Sequence[str]) -> None:
        """The next row has the tokens of these texts, sentences and then headings."""
        self._waiting.append(texts)
        self._n_texts += 1
        self._flush_when_full()

    def add_ids(self, rows: Sequence[Ids]) -> None:
        """The next rows have these tokens."""
        self._waiting += rows
        self._flush_when_full()

    def finish(self, directory: Path) -> None:
        """Write the two arrays of `PassageTokens` into a folder."""
        self._flush()
        self._file.close()
        indptr = np.concatenate([[0], np.cumsum(self._counts, dtype=np.int64)]).astype(np.int64)
        save_array(directory / STARTS_FILE, indptr)
        empty = np.zeros(0, dtype=np.int32)
        ids = np.memmap(self._path, dtype=np.int32, mode="r") if indptr[-1] else empty
        save_array(directory / IDS_FILE, ids)

    def close(self) -> None:
        """Give the file up."""
        self._file.close()

    def _flush_when_full(self) -> None:
        if self._n_texts >= BATCH_ROWS or len(self._waiting) >= MAX_WAITING:
            self._flush()

    def _flush(self) -> None:
        new = [item for item in self._waiting if not isinstance(item, np.ndarray)]
        made = iter(tokenize_parts(self._encoder, new))
        rows = [item if isinstance(item, np.ndarray) else next(made) for item in self._waiting]
        self._counts.extend(map(len, rows))
        if rows:
            self._file.write(np.concatenate(rows).astype(np.int32, copy=False).tobytes())
        self._waiting, self._n_texts = [], 0
