"""Which passages could answer a question, and what each stage says of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from speechrag.index.lexical import LexicalIndex, top_rows
from speechrag.index.passage_tokens import PassageTokens
from speechrag.index.store import PassageStore
from speechrag.index.store_tables import ROLES
from speechrag.index.tokens import fold_key
from speechrag.index.vector_store import VectorStore
from speechrag.search.fuse import Signals, Weights
from speechrag.search.query import Query
from speechrag.types import Filters, Manifest, Vectors

N_CANDIDATES = 200  # from each stage; 400 changed no figure on benchmarks/questions

Rows = NDArray[np.int64]


class Searchable(Protocol):
    """What is searched: a `Generation`, or the same passages under another encoder."""

    @property
    def name(self) -> str:
        """The generation's folder name."""

    @property
    def manifest(self) -> Manifest:
        """What it holds."""

    @property
    def notices(self) -> tuple[str, ...]:
        """What went wrong on the way to opening it."""

    @property
    def store(self) -> PassageStore:
        """Speeches and passages."""

    @property
    def lexical(self) -> LexicalIndex:
        """BM25 over the fields body, heading and title."""

    @property
    def body(self) -> VectorStore:
        """A vector for each passage."""

    @property
    def context(self) -> VectorStore:
        """A vector for each distinct title and heading path."""

    @property
    def tokens(self) -> PassageTokens | None:
        """The encoder's tokens of each passage, where the index has them."""

    @property
    def context_of(self) -> NDArray[np.int32]:
        """The row in `context` of each passage."""


class Selection:
    """Which rows filters let through; the mask over all rows is made when it is asked for."""

    def __init__(self, store: PassageStore, filters: Filters) -> None:
        self.filters = filters
        self._store = store

    @cached_property
    def mask(self) -> NDArray[np.bool_] | None:
        """Shape (n_rows,); None where there is no restriction."""
        return self._store.mask(self.filters)


@runtime_checkable
class FindsPassages(Protocol):
    """A vector store that knows the passages' words and filters too (Milvus).

    It finds and weighs candidates itself, so that no array here is as long as the library.
    """

    def find(
        self,
        terms: Mapping[str, float],
        field_weights: Mapping[str, float],
        vector: Vectors,
        k: int,
        filters: Filters,
    ) -> Rows:
        """The rows of the k best by words and of the k best by meaning, rising."""

    def weigh(
        self,
        rows: Rows,
        terms: Mapping[str, float],
        field_weights: Mapping[str, float],
        vector: Vectors,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The BM25 score and the cosine of each row."""


def gather_signals(
    generation: Searchable,
    query: Query,
    vector: Vectors,
    allowed: Selection,
    weights: Weights,
) -> Signals:
    """The union of what words and meaning find, with every stage's view of each candidate.

    Args:
        generation: The index.
        query: The question.
        vector: Its vector, float32, shape (dim,), unit norm (zeros: no known token).
        allowed: Which rows may be found.
        weights: Field weights and the weight of added terms.

    """
    terms = dict(query.terms) | {
        term: weight * weights.added_terms
        for term, weight in query.added.items()
        if term not in query.terms
    }
    body = generation.body
    gather = _gather_remotely if isinstance(body, FindsPassages) else _gather_here
    rows, lexical, dense = gather(generation, terms, vector, allowed, weights.fields)
    most = sum(weight * generation.lexical.idf(term) for term, weight in query.terms.items())
    contexts, places = np.unique(generation.context_of[rows], return_inverse=True)
    return Signals(
        rows=rows,
        late=np.zeros(len(rows), dtype=np.float32),
        sentence=np.zeros(len(rows), dtype=np.float32),
        nearby=np.zeros(len(rows), dtype=np.float32),
        name=np.zeros(len(rows), dtype=np.float32),
        lexical=np.minimum(lexical / np.float32(max(most, 1e-6)), 1),
        dense=dense,
        context=_cosines(generation.context, contexts, vector)[places],
        role=_role_matches(generation, rows, query),
        phrase=_phrase_matches(generation, rows, query.phrases),
    )


def _gather_here(
    generation: Searchable,
    terms: Mapping[str, float],
    vector: Vectors,
    allowed: Selection,
    fields: Mapping[str, float],
) -> tuple[Rows, NDArray[np.float32], NDArray[np.float32]]:
    """The candidates' rows, rising, with their BM25 scores and cosines."""
    lexical = generation.lexical.scores(terms, fields)
    by_words = top_rows(lexical, N_CANDIDATES, allowed.mask)[1]
    if not vector.any():
        rows = np.sort(by_words)
        return rows, lexical[rows], np.zeros(len(rows), dtype=np.float32)
    scores, found = generation.body.search(vector[None, :], N_CANDIDATES, allowed.mask)
    # The search has told the cosines of what it found: only the others' vectors are read.
    by_meaning = found[0][found[0] >= 0]
    rest = np.setdiff1d(by_words, by_meaning, assume_unique=True)
    rows = np.concatenate([by_meaning, rest])
    cosines = _cosines(generation.body, rest, vector)
    order = np.argsort(rows)
    rows, dense = rows[order], np.concatenate([scores[0][: len(by_meaning)], cosines])[order]
    return rows, lexical[rows], dense


def _gather_remotely(
    generation: Searchable,
    terms: Mapping[str, float],
    vector: Vectors,
    allowed: Selection,
    fields: Mapping[str, float],
) -> tuple[Rows, NDArray[np.float32], NDArray[np.float32]]:
    """The same, found and weighed where the vectors are."""
    body = generation.body
    assert isinstance(body, FindsPassages)
    rows = body.find(terms, fields, vector, N_CANDIDATES, allowed.filters)
    return rows, *body.weigh(rows, terms, fields, vector)


def _cosines(
    store: VectorStore, rows: NDArray[np.integer[Any]], vector: Vectors
) -> NDArray[np.float32]:
    # Not `@`: OpenBLAS would wake its other threads for it, which takes longer than the product.
    cosines: NDArray[np.float32] = np.einsum("rd,d->r", store.vectors(rows), vector)
    return cosines


def _role_matches(generation: Searchable, rows: Rows, query: Query) -> NDArray[np.float32]:
    """For candidates with the role asked for, how telling it is: (1 - its share of them)²."""
    if query.intent is None or not len(rows):
        return np.zeros(len(rows), dtype=np.float32)
    wanted = ROLES.index(query.intent) + 1
    matches = (generation.store.role_codes[rows] == wanted).astype(np.float32)
    telling: NDArray[np.float32] = matches * (1 - matches.mean(dtype=np.float32)) ** 2
    return telling


def _phrase_matches(
    generation: Searchable, rows: Rows, phrases: Iterable[str]
) -> NDArray[np.float32]:
    """1 where a quoted phrase stands exactly, 0.9 where it does but for punctuation."""
    wanted = [(fold_key(p), fold_key(p, ignore_punctuation=True)) for p in phrases]
    wanted = [(exact, blind) for exact, blind in wanted if blind]
    matches = np.zeros(len(rows), dtype=np.float32)
    if not wanted:
        return matches
    for at, row in enumerate(rows.tolist()):
        text = generation.store.text(row)
        key, blind_key = fold_key(text), fold_key(text, ignore_punctuation=True)
        scores = [1.0 if e in key else 0.9 if b in blind_key else 0.0 for e, b in wanted]
        matches[at] = sum(scores) / len(scores)
    return matches
