"""Late interaction: each word of the question against its best match among the passage's words.

After Khattab and Zaharia, "ColBERT" (SIGIR 2020), with the token vectors of the static encoder in
the place of a transformer's. A mean vector blurs a long passage; here one close word is enough for
each word asked, in whatever language. Two things are taken from the same tokens:

* `every_word_matches`: the best matches' geometric mean, so that a passage which has nothing like
  one of the words falls behind one which has something like each;
* `best_sentences`: the cosine of the passage's best sentence, for a passage that answers in one.

What they add is in benchmarks/results/retrieval.md, and what was tried in docs/adr/0006-fusion.md.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from speechrag.index.encoding import token_texts_for_matching
from speechrag.index.passage_tokens import END, sentence_norms, tokenize_parts
from speechrag.index.token_table import multiply_rows
from speechrag.search.candidates import Searchable
from speechrag.types import Vectors

N_LATE = 96  # candidates looked at word by word; 150 changes no figure by more than 0.001
LATE_PER_HIT = (
    2  # and so many for each hit asked for: near copies and a speech's cap take some away
)
N_PASSAGES_KEPT = 20_000  # tokens of so many passages are kept in memory: some 10 MB
# What a word without any match counts for in the geometric mean; from 0.02 to 0.4 no figure moved
# by more than 0.006.
LEAST = 0.1

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


@runtime_checkable
class MultipliesTokens(Protocol):
    """An encoder that multiplies tokens' vectors without making all of them first."""

    def token_products(self, ids: Ids, others: Vectors) -> Floats:
        """The products of tokens' vectors with other vectors: shape (len(others), len(ids))."""

    def token_lengths(self, ids: Ids) -> Floats:
        """The lengths of tokens' vectors: shape (len(ids),)."""


def best_matches(
    encoder: TokenRows, question: str, passages: Sequence[Ids], idf: Callable[[str], float]
) -> Floats:
    """How well each passage matches the question word by word: float32 in [0, 1].

    The mean of the best cosines, each word counting by its norm times the root of its rarity.

    Args:
        encoder: Gives the token vectors.
        question: The question's text.
        passages: The tokens of each passage.
        idf: The inverse document frequency of a word in the library, ≥ 0.
    """
    asked, norms, rarity = _asked(encoder, question, idf)
    tokens = _Tokens(encoder, passages)
    scores = np.zeros(len(passages), dtype=np.float32)
    weights = norms * np.sqrt(rarity)
    if tokens.filled and weights.sum() > 0:
        best = tokens.best_cosines(tokens.products(asked))
        scores[tokens.filled] = (weights / weights.sum()) @ best
    return scores


def every_word_matches(
    encoder: TokenRows, question: str, passages: Sequence[Ids], idf: Callable[[str], float]
) -> Floats:
    """How well each passage matches every word of the question: float32 in [0, 1].

    The geometric mean of the best cosines, each word counting by the root of its norm times its
    rarity. Arguments as for `best_matches`.
    """
    asked, norms, rarity = _asked(encoder, question, idf)
    tokens = _Tokens(encoder, passages)
    return _every_word(tokens, tokens.products(asked), np.sqrt(norms) * rarity)


def best_sentences(
    encoder: TokenRows, vector: Vectors, passages: Sequence[Ids], norms: Sequence[Floats]
) -> Floats:
    """The cosine of each passage's best sentence with a question: float32, ≥ 0.

    Args:
        encoder: Gives the token vectors.
        vector: The question's, float32, shape (dim,), unit norm.
        passages: The tokens of each passage, as `passage_tokens.join_tokens` makes them.
        norms: `sentence_norms` of each passage.
    """
    tokens = _Tokens(encoder, passages)
    return _best_sentence(tokens, tokens.products(vector[None, :])[0], norms)


class _Tokens:
    """The tokens of some passages, each distinct one's vector once.

    Attributes:
        filled: Which passages have tokens at all.
    """

    def __init__(self, encoder: TokenRows, passages: Sequence[Ids]) -> None:
        self.n_passages = len(passages)
        self.filled = [at for at, ids in enumerate(passages) if len(ids)]
        flat = np.concatenate([np.zeros(0, np.int32), *(passages[at] for at in self.filled)])
        self._ends = np.flatnonzero(flat == END)
        self._starts = np.cumsum([0, *(len(passages[at]) for at in self.filled)])[:-1]
        self._known, self._places = _distinct(flat)
        self._vectors = as_multiplier(encoder)

    def products(self, others: Vectors) -> Floats:
        """The tokens' products with other vectors, and 0 for `END`: (len(others), n_known + 1)."""
        products = np.zeros((len(others), len(self._known) + 1), np.float32)
        products[:, :-1] = self._vectors.token_products(self._known, others)
        return products

    def best_cosines(self, products: Floats) -> Floats:
        """Of products with unit vectors, each passage's best cosine, ≥ 0: (n_units, n_filled)."""
        lengths = np.ones(len(self._known) + 1, np.float32)
        np.maximum(self._vectors.token_lengths(self._known), 1e-9, out=lengths[:-1])
        cosines = products / lengths
        best: Floats = np.maximum.reduceat(cosines.take(self._places, axis=1), self._starts, axis=1)
        return np.maximum(best, 0, out=best)

    def sentence_sums(self, products: Floats) -> NDArray[np.float64]:
        """Of products with one vector, the sum of each sentence's, one after the other."""
        # A sentence begins behind the one before, or where its passage does; at its own mark where
        # it is empty, which counts 0.
        before = np.searchsorted(self._starts, self._ends, side="right") - 1
        begins = np.maximum(np.concatenate([[0], self._ends[:-1] + 1]), self._starts[before])
        bounds = np.column_stack([begins, self._ends]).ravel()
        each = products.take(self._places).astype(np.float64)
        totals: NDArray[np.float64] = np.add.reduceat(each, bounds)[::2]
        return totals


class _Multiplied:
    """`MultipliesTokens` for any encoder."""

    def __init__(self, encoder: TokenRows) -> None:
        self._encoder = encoder

    def token_products(self, ids: Ids, others: Vectors) -> Floats:
        products = np.empty((len(ids), len(others)), np.float32)
        multiply_rows(self._encoder.token_rows(ids), others, products)
        return products.T

    def token_lengths(self, ids: Ids) -> Floats:
        lengths: Floats = np.linalg.norm(self._encoder.token_rows(ids), axis=1)
        return lengths


def as_multiplier(encoder: TokenRows) -> MultipliesTokens:
    """The encoder where it multiplies tokens itself, or what makes their vectors and does so."""
    return encoder if isinstance(encoder, MultipliesTokens) else _Multiplied(encoder)


def _every_word(tokens: _Tokens, products: Floats, weights: Floats) -> Floats:
    """The geometric mean of each passage's best cosines."""
    scores = np.zeros(tokens.n_passages, dtype=np.float32)
    if tokens.filled and weights.sum() > 0:
        logs = np.log(tokens.best_cosines(products) + np.float32(LEAST))
        mean = np.einsum("u,up->p", weights / weights.sum(), logs)
        scores[tokens.filled] = np.clip(np.exp(mean) - LEAST, 0, 1)
    return scores


def _best_sentence(tokens: _Tokens, products: Floats, norms: Sequence[Floats]) -> Floats:
    """Each passage's best sentence."""
    scores = np.zeros(tokens.n_passages, dtype=np.float32)
    counts = [len(lengths) for lengths in norms]
    cut = [at for at, count in enumerate(counts) if count]
    if cut:
        cosines = tokens.sentence_sums(products) / np.maximum(np.concatenate(norms), 1e-9)
        firsts = np.cumsum([0, *(counts[at] for at in cut[:-1])])
        scores[cut] = np.maximum(np.maximum.reduceat(cosines, firsts), 0)
    return scores


def _asked(
    encoder: TokenRows, question: str, idf: Callable[[str], float]
) -> tuple[Vectors, Floats, Floats]:
    """The unit vectors of the question's tokens, their lengths, and how rare each is, ≥ 0."""
    (ids,) = encoder.token_ids([question])
    rows = encoder.token_rows(ids)
    norms = np.maximum(np.linalg.norm(rows, axis=1), 1e-9).astype(np.float32)
    rarity = np.array([max(idf(name), 0.0) for name in encoder.token_names(ids)], np.float32)
    return rows / norms[:, None], norms, rarity


def _distinct(ids: Ids) -> tuple[Ids, NDArray[np.intp]]:
    """The distinct tokens, rising, and the place of each among them; `END` comes behind the last.

    As `np.unique`, without its sorting: the numbers are below the size of a vocabulary.
    """
    places = ids.astype(np.intp)  # `END`, being -1, marks the last
    met = np.zeros(int(ids.max(initial=-1)) + 2, dtype=np.bool_)
    met[places] = True
    known = np.flatnonzero(met[:-1])
    place = np.empty(len(met), dtype=np.intp)
    place[known] = np.arange(len(known))
    place[END] = len(known)
    return known.astype(np.int32), place[places]


class TokenMatcher:
    """`every_word_matches` and `best_sentences` over the passages of a library.

    Their tokens stand in the index; where they do not (an index of format 1, another encoder than
    its own), those of the passages met are kept.
    """

    def __init__(self, encoder: TokenRows, generation: Searchable) -> None:
        self._encoder = encoder
        self._generation = generation
        self._stored = generation.tokens
        self._kept: dict[int, tuple[Ids, Floats]] = {}
        self._keeping = threading.Lock()

    def match(
        self, question: str, vector: Vectors, rows: NDArray[np.int64]
    ) -> tuple[Floats, Floats]:
        """How well each row's passage matches: every word, and its best sentence.

        Args:
            question: The question's text.
            vector: Its vector, float32, shape (dim,), unit norm.
            rows: Which passages.
        """
        ids, norms = self._stored_or_met(rows)
        tokens = _Tokens(self._encoder, ids)
        asked, lengths, rarity = _asked(self._encoder, question, self._generation.lexical.idf)
        products = tokens.products(np.concatenate([asked, vector[None, :]]))
        words = _every_word(tokens, products[:-1], np.sqrt(lengths) * rarity)
        return words, _best_sentence(tokens, products[-1], norms)

    def _stored_or_met(self, rows: NDArray[np.int64]) -> tuple[list[Ids], list[Floats]]:
        if self._stored is not None:
            return self._stored.of(rows), self._stored.norms(rows)
        wanted = rows.tolist()
        found = {row: self._kept[row] for row in wanted if row in self._kept}
        new = [row for row in wanted if row not in found]
        store = self._generation.store
        texts = [token_texts_for_matching(*store.located(row)) for row in new]
        ids = tokenize_parts(self._encoder, texts)
        norms = sentence_norms(self._encoder, ids)
        met = dict(zip(new, zip(ids, norms, strict=True), strict=True))
        with self._keeping:
            if len(self._kept) + len(met) > N_PASSAGES_KEPT:
                self._kept = {}
            self._kept = self._kept | met
        found |= met
        return [found[row][0] for row in wanted], [found[row][1] for row in wanted]
