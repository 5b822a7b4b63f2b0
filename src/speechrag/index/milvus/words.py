"""BM25 as an inner product of sparse vectors, the same to the last digits as lexical.py's.

A passage's vector has tf / (tf + k1 · (1 - b + b · length / average length)) for each term of each
field; a question's has idf · weight · field weight. Their inner product is the score. Why not
Milvus's own BM25 function: docs/adr/0012-milvus.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from speechrag.index.lexical import Bm25, LexicalIndex

Sparse = dict[int, float]

NOTHING = 0
"""The dimension of a passage without words: Milvus refuses an empty vector. No term has it."""


def question_words(
    lexical: LexicalIndex, terms: Mapping[str, float], field_weights: Mapping[str, float]
) -> Sparse:
    """The sparse vector of a question's terms, empty where no passage holds any of them."""
    fields = list(lexical.fields)
    words: Sparse = {}
    for term, weight in terms.items():
        number = lexical.vocabulary.number(term)
        if number is None:
            continue
        for place, name in enumerate(fields):
            factor = weight * field_weights.get(name, 0.0)
            if factor and lexical.df(term, name):
                words[_dimension(number, place, len(fields))] = lexical.idf(term, name) * factor
    return words


def passage_words(lexical: LexicalIndex, batch_rows: int) -> Iterator[list[Sparse]]:
    """The sparse vectors of all passages in the order of their rows, a batch at a time."""
    fields = list(lexical.fields.values())
    norms = [field.norms(Bm25()) for field in fields]
    for start in range(0, lexical.n_rows, batch_rows):
        stop = min(start + batch_rows, lexical.n_rows)
        batch: list[Sparse] = [{} for _ in range(start, stop)]
        for place, field in enumerate(fields):
            at = np.flatnonzero((field.rows >= start) & (field.rows < stop))
            terms = np.searchsorted(field.indptr, at, side="right") - 1
            rows, tf = field.rows[at], field.frequencies[at]
            values = tf / (tf + norms[place][rows])
            dimensions = _dimension(terms, place, len(fields))
            for row, dimension, value in zip(
                (rows - start).tolist(), dimensions.tolist(), values.tolist(), strict=True
            ):
                batch[row][dimension] = value
        yield [words or {NOTHING: 1.0} for words in batch]


def inner_product(question: Sparse, passage: Mapping[int, float]) -> float:
    """The score of a passage for a question."""
    return sum(weight * passage[at] for at, weight in question.items() if at in passage)


def _dimension(number: Any, place: int, n_fields: int) -> Any:
    return 1 + number * n_fields + place
