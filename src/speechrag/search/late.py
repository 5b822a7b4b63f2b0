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
from speechrag.index.passage_tokens import END, tokenize_parts
from speechrag.search.candidates import Searchable
from speechrag.types import Vectors

N_LATE = 150  # candidates looked at word by word; 400 changed no figure
N_PASSAGES_KEPT = 20_000  # tokens of so many passages are kept in memory: some 10 MB
# What a word without any match counts for in the geometric mean; from 0.02 to 0.4 no figure moved
# by more than 0.006.
LEAST = 0.1

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

    The mean of the best cosines, each word counting by its norm times the root of its rarity.

    Args:
        encoder: Gives the token vectors.
        question: The question's text.
        passages: The tokens of each passage.
        idf: The inverse document frequency of a word in the library, ≥ 0.
    """
    asked, norms, rarity = _asked(encoder, question, idf)
    weights = norms * np.sqrt(rarity)
    scores = np.zeros(len(passages), dtype=np.float32)
    filled = [at for at, ids in enumerate(passages) if len(ids)]
    if filled and weights.sum() > 0:
        best = _best_cosines(encoder, asked, [passages[at] for at in filled])
        scores[filled] = best @ (weights / weights.sum())
    return scores


def every_word_matches(
    encoder: TokenRows, question: str, passages: Sequence[Ids], idf: Callable[[str], float]
) -> Floats:
    """How well each passage matches every word of the question: float32 in [0, 1].

    The geometric mean of the best cosines, each word counting by the root of its norm times its
    rarity. Arguments as for `best_matches`.
    """
    asked, norms, rarity = _asked(encoder, question, idf)
    weights = np.sqrt(norms) * rarity
    scores = np.zeros(len(passages), dtype=np.float32)
    filled = [at for at, ids in enumerate(passages) if len(ids)]
    if filled and weights.sum() > 0:
        best = _best_cosines(encoder, asked, [passages[at] for at in filled])
        logs = np.log(best + np.float32(LEAST)) @ (weights / weights.sum())
        scores[filled] = np.clip(np.exp(logs) - LEAST, 0, 1)
    return scores


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
    scores = np.zeros(len(passages), dtype=np.float32)
    filled = [at for at, lengths in enumerate(norms) if len(lengths)]
    if not filled:
        return scores
    flat = np.concatenate([passages[at] for at in filled])
    # One product a token there is, then sums: no sentence's vector is made again.
    known, places = _distinct(np.maximum(flat, 0))
    products = _products(encoder.token_rows(known), vector[None, :])[:, 0]
    sums = np.cumsum(np.where(flat == END, 0, products[places]), dtype=np.float64)
    # A passage's first sentence begins behind the headings of the passage before.
    ends = np.flatnonzero(flat == END)
    counts = [len(norms[at]) for at in filled]
    firsts = np.cumsum([0, *counts[:-1]])
    begins = np.concatenate([[0], ends[:-1]])
    begins[firsts] = np.cumsum([0, *(len(passages[at]) for at in filled[:-1])]) - 1
    before = np.where(begins < 0, 0.0, sums[begins])
    before[0] = 0.0
    cosines = (sums[ends] - before) / np.maximum(np.concatenate([norms[at] for at in filled]), 1e-9)
    scores[filled] = np.maximum(np.maximum.reduceat(cosines, firsts), 0)
    return scores


def sentence_norms(encoder: TokenRows, passage: Ids) -> Floats:
    """The length of each sentence's vector; infinite where the sentence has no known token.

    Args:
        encoder: Gives the token vectors.
        passage: Its tokens, as `passage_tokens.join_tokens` makes them.
    """
    ends = np.flatnonzero(passage == END)
    parts = np.split(passage, ends + 1)[:-1] if len(ends) else []
    lengths = [np.linalg.norm(encoder.token_rows(part[:-1]).sum(axis=0)) for part in parts]
    return np.array([length or np.inf for length in lengths], dtype=np.float32)


def _asked(
    encoder: TokenRows, question: str, idf: Callable[[str], float]
) -> tuple[Vectors, Floats, Floats]:
    """The unit vectors of the question's tokens, their lengths, and how rare each is, ≥ 0."""
    (ids,) = encoder.token_ids([question])
    rows = encoder.token_rows(ids)
    norms = np.maximum(np.linalg.norm(rows, axis=1), 1e-9).astype(np.float32)
    rarity = np.array([max(idf(name), 0.0) for name in encoder.token_names(ids)], np.float32)
    return rows / norms[:, None], norms, rarity


def _best_cosines(encoder: TokenRows, asked: Vectors, passages: Sequence[Ids]) -> Floats:
    """Each passage's best cosine with each token asked, ≥ 0: shape (n_passages, n_asked).

    Args:
        encoder: Gives the token vectors.
        asked: Unit vectors.
        passages: Tokens, none without any.
    """
    flat = np.concatenate(passages)
    known, places = _distinct(np.maximum(flat, 0))
    rows = encoder.token_rows(known)
    lengths = np.sqrt(np.einsum("rd,rd->r", rows, rows))
    similar = np.maximum(_products(rows, asked) / np.maximum(lengths, 1e-9)[:, None], 0)[places]
    similar[flat == END] = 0
    starts = np.cumsum([0, *map(len, passages[:-1])])
    best: Floats = np.maximum.reduceat(similar, starts, axis=0)
    return best


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


def _products(rows: Vectors, others: Vectors) -> Floats:
    """`rows @ others.T`, in blocks that OpenBLAS multiplies in one thread.

    Above that it wakes its others, which makes 0.2 ms of work 5 ms where the processors are busy,
    and one question wait for another.
    """
    n_others, dim = others.shape
    size = max(_LEAST_BLOCK, _ONE_THREAD // (dim * max(n_others, 1)))
    filled = np.concatenate([rows, np.repeat(rows[:1], -len(rows) % size, axis=0)])  # whole blocks
    products = (filled.reshape(-1, size, dim) @ others.T).reshape(-1, n_others)
    blocked: Floats = products[: len(rows)]
    return blocked


class TokenMatcher:
    """`every_word_matches` and `best_sentences` over the passages of a library.

    Their tokens stand in the index; where they do not (an index of format 1, another encoder than
    its own), those of the passages met are kept. So are the lengths of sentences.
    """

    def __init__(self, encoder: TokenRows, generation: Searchable) -> None:
        self._encoder = encoder
        self._generation = generation
        self._stored = generation.tokens
        self._kept: dict[int, Ids] = {}
        self._norms: dict[int, Floats] = {}
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
        tokens = self._stored.of(rows) if self._stored else self._tokens(rows.tolist())
        norms = self._sentence_norms(rows.tolist(), tokens)
        words = every_word_matches(self._encoder, question, tokens, self._generation.lexical.idf)
        return words, best_sentences(self._encoder, vector, tokens, norms)

    def _tokens(self, rows: list[int]) -> list[Ids]:
        found = {row: self._kept[row] for row in rows if row in self._kept}
        new = [row for row in rows if row not in found]
        store = self._generation.store
        texts = [token_texts_for_matching(*store.located(row)) for row in new]
        met = dict(zip(new, tokenize_parts(self._encoder, texts), strict=True))
        with self._keeping:
            if len(self._kept) + len(met) > N_PASSAGES_KEPT:
                self._kept = {}
            self._kept = self._kept | met
        found |= met
        return [found[row] for row in rows]

    def _sentence_norms(self, rows: list[int], tokens: list[Ids]) -> list[Floats]:
        known = self._norms
        met = {
            row: sentence_norms(self._encoder, ids)
            for row, ids in zip(rows, tokens, strict=True)
            if row not in known
        }
        with self._keeping:
            self._norms = met if len(known) + len(met) > N_PASSAGES_KEPT else known | met
        return [met[row] if row in met else known[row] for row in rows]
