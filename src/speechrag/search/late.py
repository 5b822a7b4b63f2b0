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

from speechrag.search.candidates import Searchable
from speechrag.types import Vectors

N_LATE = 150  # candidates looked at word by word; 400 changed no figure
N_PASSAGES_KEPT = 20_000  # tokens of so many passages are kept in memory: some 10 MB

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
    flat = np.concatenate([passages[at] for at in filled])
    known, places = np.unique(flat, return_inverse=True)
    rows = encoder.token_rows(known)
    lengths = np.linalg.norm(rows, axis=1)
    similar = np.maximum((query / norms[:, None]) @ rows.T / np.maximum(lengths, 1e-9), 0)
    starts = np.cumsum([0, *(len(passages[at]) for at in filled[:-1])])
    best = np.maximum.reduceat(similar[:, places], starts, axis=1)
    scores[filled] = weights @ best / weights.sum()
    return scores


class TokenMatcher:
    """`best_matches` over the passages of a library; keeps the tokens of those it has met."""

    def __init__(self, encoder: TokenRows, generation: Searchable) -> None:
        self._encoder = encoder
        self._generation = generation
        self._kept: dict[int, Ids] = {}
        self._keeping = threading.Lock()

    def match(self, question: str, rows: NDArray[np.int64]) -> Floats:
        """How well each row's passage matches the question word by word: float32 in [0, 1]."""
        tokens = self._tokens([int(row) for row in rows])
        return best_matches(self._encoder, question, tokens, self._generation.lexical.idf)

    def _tokens(self, rows: list[int]) -> list[Ids]:
        found = {row: self._kept[row] for row in rows if row in self._kept}
        new = [row for row in rows if row not in found]
        texts = [self._text(row) for row in new]
        met = dict(zip(new, self._encoder.token_ids(texts), strict=True))
        with self._keeping:
            if len(self._kept) + len(met) > N_PASSAGES_KEPT:
                self._kept = {}
            self._kept = self._kept | met
        found |= met
        return [found[row] for row in rows]

    def _text(self, row: int) -> str:
        """A passage's words with those of the headings above it: both say what it is about."""
        speech, passage = self._generation.store.located(row)
        return "\n".join((speech.text[passage.start : passage.end], *passage.section_path))
