"""The passages of a generation in Milvus: found by meaning, by words and by heading, in one place.

The in-process search makes an array over all rows for each question, which a library of 10^8
passages cannot afford; here nothing is as long as the library.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from speechrag.index.lexical import LexicalIndex
from speechrag.index.milvus.client import Connection, load_pymilvus
from speechrag.index.milvus.collections import ROW, VECTOR, WORDS, VectorIndex
from speechrag.index.milvus.filters import filter_expression
from speechrag.index.milvus.store import MAX_FOUND, MilvusStore, read_hits
from speechrag.index.milvus.words import inner_product, question_words
from speechrag.index.store import PassageStore
from speechrag.index.vector_store import Rows
from speechrag.types import Filters, Vectors

Floats = NDArray[np.float32]


class MilvusPassages(MilvusStore):
    """A `MilvusStore` that knows the words and the filters of its generation.

    Args:
        connection: Where the collection is.
        name: The collection's own name.
        dim: Columns of the vectors.
        index: The kind of index the collection was made with.
        n_vectors: Passages.
        store: The generation's passages, which filters are read with.
        lexical: The generation's vocabulary and document frequencies.
    """

    def __init__(
        self,
        connection: Connection,
        name: str,
        dim: int,
        index: VectorIndex,
        n_vectors: int,
        store: PassageStore,
        lexical: LexicalIndex,
    ) -> None:
        super().__init__(connection, name, dim, index, n_vectors)
        self._passages = store
        self._lexical = lexical

    def find(
        self,
        terms: Mapping[str, float],
        field_weights: Mapping[str, float],
        vector: Vectors,
        k: int,
        filters: Filters,
    ) -> Rows:
        """The rows of the k best by words and the k best by meaning, in one call; rising.

        Args:
            terms: The weight of each term.
            field_weights: The weight of each lexical field.
            vector: The question's vector, float32, shape (dim,); zeros: words alone.
            k: How many of each kind.
            filters: What may be found.
        """
        pymilvus = load_pymilvus()
        expression = filter_expression(filters, self._passages)
        share = 1.0
        if expression and not self.is_exact:
            share = self.count(expression) / max(self.n_vectors, 1)
        requests = []
        if vector.any():
            params = self._index.search_params(k, share)
            requests.append(_request(pymilvus, [vector.tolist()], VECTOR, params, k, expression))
        words = question_words(self._lexical, terms, field_weights)
        if words:
            requests.append(_request(pymilvus, [words], WORDS, {}, k, expression))
        if not requests:
            return np.zeros(0, dtype=np.int64)
        # The ranks it fuses by are not used: the limit holds every row of both lists, and each is
        # weighed by the scores of all stages (docs/adr/0006-fusion.md).
        (hits,) = self._call(
            "hybrid_search",
            reqs=requests,
            ranker=pymilvus.RRFRanker(),
            limit=min(len(requests) * k, MAX_FOUND),
            output_fields=[ROW],
        )
        return np.unique(read_hits(hits)[1])

    def weigh(
        self,
        rows: Rows,
        terms: Mapping[str, float],
        field_weights: Mapping[str, float],
        vector: Vectors,
    ) -> tuple[Floats, Floats]:
        """The BM25 score and the cosine of each row: float32, shape (len(rows),) both."""
        words = question_words(self._lexical, terms, field_weights)
        found = self.fetch(rows, [VECTOR, WORDS])
        lexical = np.zeros(len(rows), dtype=np.float32)
        vectors = np.zeros((len(rows), self.dim), dtype=np.float32)
        for at, row in enumerate(rows.tolist()):
            lexical[at] = inner_product(words, found[row][WORDS])
            vectors[at] = found[row][VECTOR]
        return lexical, vectors @ vector


def _request(
    pymilvus: object, data: list[object], column: str, params: dict[str, int], k: int, expr: str
) -> object:
    return pymilvus.AnnSearchRequest(  # type: ignore[attr-defined]
        data=data, anns_field=column, param={"params": params}, limit=k, expr=expr or None
    )
