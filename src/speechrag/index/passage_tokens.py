"""The tokens of each passage, sentence by sentence, as numbers of the encoder's vocabulary.

Late interaction (search/late.py) asks for the tokens of a hundred and more passages a question;
reading and tokenizing them then would take longer than all the rest.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from speechrag.index.arrays import open_array
from speechrag.types import Vectors

STARTS_FILE = "tokens.indptr.npy"
IDS_FILE = "tokens.ids.npy"
SENTENCES_FILE = "tokens.sentences.npy"
NORMS_FILE = "tokens.norms.npy"
FILES = (STARTS_FILE, IDS_FILE, SENTENCES_FILE, NORMS_FILE)
END = -1
"""Stands in a row's tokens behind those of each sentence; behind the last come the headings'."""
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


@runtime_checkable
class EncodesWithTokens(Protocol):
    """An encoder that gives the vectors of texts and the tokens of their sentences at once."""

    def encode_with_tokens(
        self, texts: Sequence[str], parts: Sequence[Sequence[tuple[int, int]]]
    ) -> tuple[Vectors, list[Ids]]:
        """The vectors of texts, and the `token_ids` of stretches (start, end) of them."""


def join_tokens(parts: Sequence[Ids]) -> Ids:
    """One row: the tokens of each sentence with `END` behind them, then those of the headings."""
    end = np.array([END], dtype=np.int32)
    joined = [piece for part in parts[:-1] for piece in (part, end)]
    return np.concatenate([*joined, *parts[-1:]]).astype(np.int32, copy=False)


@dataclass(frozen=True, slots=True)
class TokenRows:
    """Rows as `join_tokens` makes them, one after the other, with the norms of their sentences.

    Attributes:
        indptr: int64, shape (n_rows + 1,): where each row begins in `ids`.
        ids: int32.
        sentences: int64, shape (n_rows + 1,): where each row's sentences begin in `norms`.
        norms: float32, as `sentence_norms` gives them.
    """

    indptr: NDArray[np.int64]
    ids: Ids
    sentences: NDArray[np.int64]
    norms: Floats

    @classmethod
    def of(
        cls,
        encoder: HasTokens,
        parts: Sequence[Ids],
        n_parts: Sequence[int],
        headings: Sequence[Ids],
    ) -> TokenRows:
        """The rows of passages.

        Args:
            encoder: Gives the token vectors.
            parts: The tokens of the sentences of all passages.
            n_parts: How many sentences each passage has.
            headings: The tokens of the headings above each passage.
        """
        end = np.array([END], dtype=np.int32)
        left, pieces, counts = iter(parts), [], []
        for n, heading in zip(n_parts, headings, strict=True):
            of_row = list(itertools.islice(left, n))
            pieces += [piece for part in of_row for piece in (part, end)]
            pieces.append(heading)
            counts.append(sum(map(len, of_row)) + n + len(heading))
        ids = np.concatenate(pieces) if pieces else np.zeros(0)
        return cls(
            indptr=_bounds(counts),
            ids=ids.astype(np.int32, copy=False),
            sentences=_bounds(n_parts),
            norms=_norms_of(encoder, parts),
        )

    @property
    def n_rows(self) -> int:
        """How many there are."""
        return len(self.indptr) - 1

    def __getitem__(self, rows: slice) -> TokenRows:
        """Rows that follow each other; both ends given."""
        indptr, sentences = (
            starts[rows.start : rows.stop + 1] for starts in (self.indptr, self.sentences)
        )
        return TokenRows(
            indptr - indptr[0],
            self.ids[indptr[0] : indptr[-1]],
            sentences - sentences[0],
            self.norms[sentences[0] : sentences[-1]],
        )


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
    norms = _norms_of(encoder, parts)
    return [norms[start:stop] for start, stop in itertools.pairwise(_bounds(counts).tolist())]


def _norms_of(encoder: HasTokens, parts: Sequence[Ids]) -> Floats:
    if isinstance(encoder, SumsTokens):
        norms = encoder.token_norms(parts) if parts else np.zeros(0, np.float32)
    else:
        lengths = [np.linalg.norm(encoder.token_rows(part).sum(axis=0)) for part in parts]
        norms = np.array(lengths, dtype=np.float32)
    return np.where(norms > 0, norms, np.float32(np.inf)).astype(np.float32)


def _bounds(counts: Sequence[int]) -> NDArray[np.int64]:
    return np.cumsum([0, *counts], dtype=np.int64)


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

    def stretch(self, start: int, stop: int) -> TokenRows:
        """Rows that follow each other."""
        rows = TokenRows(self._indptr, self._ids, self._sentences, self._norms)
        return rows[start:stop]


def _slices(
    indptr: NDArray[np.int64],
    values: NDArray[_Number],
    rows: Sequence[int] | NDArray[np.integer[Any]],
) -> list[NDArray[_Number]]:
    wanted = np.asarray(rows, dtype=np.int64)
    starts, stops = indptr[wanted].tolist(), indptr[wanted + 1].tolist()
    return [values[start:stop] for start, stop in zip(starts, stops, strict=True)]
