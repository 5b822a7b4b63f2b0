"""The tokens of each passage, sentence by sentence, as numbers of the encoder's vocabulary.

Late interaction (search/late.py) asks for the tokens of a hundred and more passages a question;
reading and tokenizing them then would take longer than all the rest.
"""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from speechrag.index.arrays import open_array, save_array
from speechrag.index.encoding import BATCH_ROWS
from speechrag.types import Vectors

STARTS_FILE = "tokens.indptr.npy"
IDS_FILE = "tokens.ids.npy"
SENTENCES_FILE = "tokens.sentences.npy"
NORMS_FILE = "tokens.norms.npy"
FILES = (STARTS_FILE, IDS_FILE, SENTENCES_FILE, NORMS_FILE)
END = -1
"""Stands in a row's tokens behind those of each sentence; behind the last come the headings'."""
MAX_WAITING = 8 * BATCH_ROWS
"""Passages that wait for a batch of new ones among them to be full."""

Ids = NDArray[np.int32]
Floats = NDArray[np.float32]
_Number = TypeVar("_Number", bound=np.generic)


@runtime_checkable
class HasTokens(Protocol):
    """An encoder that cuts texts into tokens of a vocabulary."""

    def token_ids(self, texts: Sequence[str]) -> list[Ids]:
        """The distinct tokens of each text, as numbers, rising."""

    def token_rows(self, ids: Ids) -> Vectors:
        """The vectors of tokens: float32, shape (len(ids), dim)."""


@runtime_checkable
class SumsTokens(Protocol):
    """An encoder that adds up many tokens' vectors faster than one by one."""

    def token_norms(self, parts: Sequence[Ids]) -> Floats:
        """The length of the sum of the vectors of each part's tokens: shape (len(parts),)."""


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


def sentence_norms(encoder: HasTokens, rows: Sequence[Ids]) -> list[Floats]:
    """The length of each sentence's vector, row by row; infinite where no token has a vector.

    Args:
        encoder: Gives the token vectors.
        rows: Tokens as `join_tokens` makes them.
    """
    parts: list[Ids] = []
    counts: list[int] = []
    for ids in rows:
        starts = [0, *(np.flatnonzero(ids == END) + 1).tolist()]
        parts += [ids[start : stop - 1] for start, stop in itertools.pairwise(starts)]
        counts.append(len(starts) - 1)
    if isinstance(encoder, SumsTokens):
        norms = encoder.token_norms(parts) if parts else np.zeros(0, np.float32)
    else:
        lengths = [np.linalg.norm(encoder.token_rows(part).sum(axis=0)) for part in parts]
        norms = np.array(lengths, dtype=np.float32)
    norms = np.where(norms > 0, norms, np.float32(np.inf)).astype(np.float32)
    bounds = np.cumsum([0, *counts]).tolist()
    return [norms[start:stop] for start, stop in itertools.pairwise(bounds)]


class PassageTokens:
    """Which tokens each passage and the headings above it hold: `ids[indptr[row]:indptr[row+1]]`.

    Args:
        indptr: int64, shape (n_rows + 1,).
        ids: int32, rows as `join_tokens` makes them.
        sentences: int64, shape (n_rows + 1,): where each row's sentences begin in `norms`.
        norms: float32, as `sentence_norms` gives them.
    """

    def __init__(
        self, indptr: NDArray[np.int64], ids: Ids, sentences: NDArray[np.int64], norms: Floats
    ) -> None:
        self._indptr = indptr
        self._ids = ids
        self._sentences = sentences
        self._norms = norms

    @classmethod
    def open(cls, directory: Path) -> PassageTokens | None:
        """Those of a generation's folder; None where its encoder has no tokens."""
        if not (directory / STARTS_FILE).is_file():
            return None
        return cls(*(open_array(directory / name) for name in FILES))

    @property
    def n_rows(self) -> int:
        """Passages."""
        return len(self._indptr) - 1

    def of(self, rows: Sequence[int] | NDArray[np.integer[Any]]) -> list[Ids]:
        """Each row's tokens, as `join_tokens` makes them."""
        return _slices(self._indptr, self._ids, rows)

    def norms(self, rows: Sequence[int] | NDArray[np.integer[Any]]) -> list[Floats]:
        """The `sentence_norms` of each row."""
        return _slices(self._sentences, self._norms, rows)


def _slices(
    indptr: NDArray[np.int64],
    values: NDArray[_Number],
    rows: Sequence[int] | NDArray[np.integer[Any]],
) -> list[NDArray[_Number]]:
    wanted = np.asarray(rows, dtype=np.int64)
    starts, stops = indptr[wanted].tolist(), indptr[wanted + 1].tolist()
    return [values[start:stop] for start, stop in zip(starts, stops, strict=True)]


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
        self._waiting: list[Sequence[str] | tuple[Ids, Floats]] = []
        self._n_texts = 0

    def add_texts(self, texts: Sequence[str]) -> None:
        """The next row has the tokens of these texts, sentences and then headings."""
        self._waiting.append(texts)
        self._n_texts += 1
        self._flush_when_full()

    def add_rows(self, tokens: PassageTokens, rows: Sequence[int] | NDArray[np.int64]) -> None:
        """The next rows are these of an earlier index."""
        self._waiting += zip(tokens.of(rows), tokens.norms(rows), strict=True)
        self._flush_when_full()

    def finish(self, directory: Path) -> None:
        """Write the two arrays of `PassageTokens` into a folder."""
        self._flush()
        self._file.close()
        indptr, sentences = _starts(self._counts), _starts(self._sentences)
        save_array(directory / STARTS_FILE, indptr)
        save_array(directory / SENTENCES_FILE, sentences)
        save_array(directory / NORMS_FILE, np.frombuffer(self._norms, dtype=np.float32))
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
        new = [item for item in self._waiting if not isinstance(item, tuple)]
        ids = tokenize_parts(self._encoder, new)
        made = zip(ids, sentence_norms(self._encoder, ids), strict=True)
        rows = [item if isinstance(item, tuple) else next(made) for item in self._waiting]
        for ids_of_row, norms in rows:
            self._counts.append(len(ids_of_row))
            self._sentences.append(len(norms))
            self._norms.frombytes(norms.tobytes())
        if rows:
            flat = np.concatenate([ids_of_row for ids_of_row, _ in rows])
            self._file.write(flat.astype(np.int32, copy=False).tobytes())
        self._waiting, self._n_texts = [], 0


def _starts(counts: array[int]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)
