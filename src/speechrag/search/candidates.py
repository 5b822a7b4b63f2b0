"""Which passages could answer a question, and what each stage says of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from speechrag.index.lexical import LexicalIndex, top_rows
from speechrag.index.store import PassageStore
from speechrag.index.tokens import fold_key
from speechrag.index.vectors import FaissStore
from speechrag.search.fuse import Signals, Weights
from speechrag.search.query import Query
from speechrag.types import Manifest, Vectors

N_CANDIDATES = 200  # from each stage; 400 changed no figure on benchmarks/questions
N_CONTEXTS = 20  # heading paths whose passages become candidates

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
    def store(self) -> PassageStore:
        """Speeches and passages."""

    @property
    def lexical(self) -> LexicalIndex:
        """BM25 over the fields body, heading and title."""

    @property
    def body(self) -> FaissStore:
        """A vector for each passage."""

    @property
    def context(self) -> FaissStore:
        """A vector for each distinct title and heading path."""

    @property
    def context_of(self) -> NDArray[np.int32]:
        """The row in `context` of each passage."""


def gather_signals(
    generation: Searchable,
    query: Query,
    vector: Vectors,
    allowed: NDArray[np.bool_] | None,
    weights: Weights,
) -> Signals:
    """The union of what words and meaning find, with every stage's view of each candidate.

    Args:
        generation: The index.
        query: The question.
        vector: Its vector, float32, shape (dim,), unit norm (zeros: no known token).
        allowed: Which rows may be found; None for all.
        weights: Field weights and the weight of added terms.

    """
    terms = dict(query.terms) | {
        term: weight * weights.added_terms
        for term, weight in query.added.items()
        if term not in query.terms
    }
    lexical = generation.lexical.scores(terms, weights.fields)
    _, by_words = top_rows(lexical, N_CANDIDATES, allowed)
    most = sum(weight * generation.lexical.idf(term) for term, weight in query.terms.items())
    found = [by_words]
    queries = vector[None, :]
    if vector.any():
        found.append(_valid(generation.body.search(queries, N_CANDIDATES, allowed)[1][0]))
        contexts = _valid(generation.context.search(queries, N_CONTEXTS)[1][0])
        found.append(_rows_under(generation.context_of, contexts, allowed))
    rows = np.unique(np.concatenate(found)).astype(np.int64)
    return Signals(
        rows=rows,
        late=np.zeros(len(rows), dtype=np.float32),
        lexical=np.minimum(lexical[rows] / np.float32(max(most, 1e-6)), 1),
        dense=generation.body.vectors(rows) @ vector,
        context=generation.context.vectors(generation.context_of[rows]) @ vector,
        role=_role_matches(generation, rows, query),
        phrase=_phrase_matches(generation, rows, query.phrases),
    )


def _valid(rows: Rows) -> Rows:
    return rows[rows >= 0]


def _rows_under(
    context_of: NDArray[np.int32], contexts: Rows, allowed: NDArray[np.bool_] | None
) -> Rows:
    """Rows whose heading path is one of the contexts; the best contexts' rows first, bounded."""
    under = np.isin(context_of, contexts)
    if allowed is not None:
        under &= allowed
    return np.flatnonzero(under)[: 2 * N_CANDIDATES]


def _role_matches(generation: Searchable, rows: Rows, query: Query) -> NDArray[np.float32]:
    if query.intent is None:
        return np.zeros(len(rows), dtype=np.float32)
    roles = generation.store.roles_of(rows)
    return np.array([role == query.intent for role in roles], dtype=np.float32)


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
