"""Late interaction: each word of the question against its best match among the passage's words.

The sum of maximal similarities of Khattab and Zaharia, "ColBERT" (SIGIR 2020), with the token
vectors of the static encoder in the place of a transformer's. A mean vector blurs a long passage;
here one close word is enough for each word asked, in whatever language. A question's tokens count
by the norm of their vectors, which training made their importance, times the root of their rarity
in this library. What it adds is in benchmarks/results/retrieval.md.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from speechrag.index.encoding import token_text_for_matching
from speechrag.search.candidates import Searchable
from speechrag.types import Vectors

N_LATE = 150  # candidates looked at word by word; 400 changed no figure
N_PASSAGES_KEPT = 20_000  # tokens of so many passages are kept in memory: some 10 MB

_ONE_THREAD = 65_536 * 4  # multiplications up to which OpenBLAS's gemm keeps to one thread
_LEAST_BLOCK = 16  # rows; a question of over 64 tokens may take more threads

Ids = NDArray[np.int32]
Floats = NDArray[np.float32]


@runtime_checkable
class TokenRows(Protocol):
    """An encoder with one vector a token, whatever stands around it."""

    def token_ids(self, texts: Sequence[str]) -> list[Ids]:
        """The distinct tokens of each text, as numbers."""

    def token_rows(self, ids: Ids) -> Vectors:
        """The vectors of tokens: float32, shape (len(ids), dim)."""

    def token_names(self, ids: Ids) -> list[str]:
        """The tokens as words."""


def best_matches(
    encoder: TokenRows, question: str, passages: Sequence[Ids], idf: Callable[[str], float]
) -> Floats:
    """How well each passage matches the question word by word: float32 in [0, 1].

    Args:
        encoder: Gives the token vectors.
        question: The question's text.
        passages: The distinct tokens of each passage.
        idf: The inverse document frequency of a word in the library, ≥ 0.
    """
    scores = np.zeros(len(passages), dtype=np.float32)
    (asked,) = encoder.token_ids([question])
    filled = [at for at, ids in enumerate(passages) if len(ids)]
    if not len(asked) or not filled:
        return scores
    query = encoder.token_rows(asked)
    norms = np.linalg.norm(query, axis=1)
    rarity = np.sqrt([max(idf(name), 0.0) for name in encoder.token_names(asked)])
    weights = (norms * rarity).astype(np.float32)
    if not weights.sum() > 0:
        return scores
    known, places = _distinct(np.concatenate([passages[at] for at in filled]))
    similar = np.maximum(_cosines(encoder, known, query / norms[:, None]), 0)
    starts = np.cumsum([0, *(len(passages[at]) for at in filled[:-1])])
    best = np.maximum.reduceat(similar[places], starts, axis=0)
    scores[filled] = best @ (weights / weights.sum())
    return scores


def _distinct(ids: Ids) -> tuple[Ids, Ids]:
    """The distinct numbers, rising, and the place of each number among them.

    As `np.unique`, without its sorting: the numbers are below the size of a vocabulary.
    """
    met = np.zeros(int(ids.max()) + 1, dtype=np.bool_)
    met[ids] = True
    known = np.flatnonzero(met).astype(np.int32)
    place = np.empty(len(met), dtype=np.int32)
    place[known] = np.arange(len(known), dtype=np.int32)
    return known, place[ids]


def _cosines(encoder: TokenRows, ids: Ids, units: Vectors) -> Floats:
    """Cosines of tokens with unit vectors: shape (len(ids), len(units)).

    In blocks that OpenBLAS multiplies in one thread. Above that it wakes its others, which makes
    0.2 ms of work 5 ms where the processors are busy, and one question wait for another.
    """
    n_units, dim = units.shape
    size = max(_LEAST_BLOCK, _ONE_THREAD // (dim * n_units))
    filled = np.concatenate([ids, np.repeat(ids[:1], -len(ids) % size)])  # whole blocks
    rows = encoder.token_rows(filled)
    lengths = np.sqrt(np.einsum("rd,rd->r", rows, rows))
    products = (rows.reshape(-1, size, dim) @ units.T).reshape(-1, n_units)
    cosines: Floats = (products / np.maximum(lengths, 1e-9)[:, None])[: len(ids)]
    return cosines


class TokenMatcher:
    """`best_matches` over the passages of a library.

    Their tokens stand in the index; where they do not (an index of format 1, another encoder than
    its own), those of the passages met are kept.
    """

    def __init__(self, encoder: TokenRows, generation: Searchable) -> None:
        self._encoder = encoder
        self._generation = generation
        self._stored = generation.tokens
        self._kept: dict[int, Ids] = {}
        self._keeping = threading.Lock()

    def match(self, question: str, rows: NDArray[np.int64]) -> Floats:
        """How well each row's passage matches the question word by word: float32 in [0, 1]."""
        tokens = self._stored.of(rows) if self._stored else self._tokens(rows.tolist())
        return best_matches(self._encoder, question, tokens, self._generation.lexical.idf)

    def _tokens(self, rows: list[int]) -> list[Ids]:
        found = {row: self._kept[row] for row in rows if row in self._kept}
        new = [row for row in rows if row not in found]
        store = self._generation.store
        texts = [token_text_for_matching(*store.located(row)) for row in new]
        met = dict(zip(new, self._encoder.token_ids(texts), strict=True))
        with self._keeping:
            if len(self._kept) + len(met) > N_PASSAGES_KEPT:
                self._kept = {}
            self._kept = self._kept | met
        found |= met
        return [found[row] for row in rows]
