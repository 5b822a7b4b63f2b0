"""Vectors in one collection of Milvus."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from speechrag.index.milvus.client import Connection
from speechrag.index.milvus.collections import (
    ID,
    ROW,
    VECTOR,
    VectorIndex,
    check_ids,
    create_collection,
)
from speechrag.index.vector_store import Mask, Rows
from speechrag.types import Vectors

BATCH_ROWS = 1_000
"""Rows that go in or come out at a time: some megabytes, far below gRPC's limit of 64."""

MAX_FOUND = 16_384
"""The most that one search or query of Milvus gives."""

TIE_DECIMALS = 6
"""Scores that agree so far are ties: equal vectors differ in the last bits from block to block."""

Columns = Mapping[str, Sequence[Any]]


class MilvusStore:
    """A `PassageVectors` kept in one collection. Safe to use from several threads.

    Args:
        connection: Where the collection is.
        name: The collection's own name, not an alias: what is read stays one generation's.
        dim: Columns of the vectors.
        index: The kind of index the collection was made with.
        n_vectors: Rows stored, where that is known and nothing will be written.
    """

    def __init__(
        self,
        connection: Connection,
        name: str,
        dim: int,
        index: VectorIndex,
        n_vectors: int | None = None,
    ) -> None:
        self._connection = connection
        self.name = name
        self.dim = dim
        self._index = index
        self._n_vectors = n_vectors
        self._next_row: int | None = None

    @classmethod
    def create(cls, connection: Connection, name: str, dim: int, index: VectorIndex) -> MilvusStore:
        """A new, empty collection of nothing but vectors."""
        create_collection(connection, name, dim, index, of_passages=False)
        store = cls(connection, name, dim, index)
        store.flush()
        return store

    @property
    def n_vectors(self) -> int:
        """Rows stored."""
        return self.count() if self._n_vectors is None else self._n_vectors

    @property
    def is_exact(self) -> bool:
        """Whether every row is compared."""
        return self._index.kind == "FLAT"

    @property
    def description(self) -> str:
        """The engine and its kind of index, for people."""
        return f"Milvus {self._index.kind}"

    def count(self, expression: str = "") -> int:
        """Rows that an expression lets through, counted by Milvus, with all that was written."""
        found = self._call(
            "query", filter=expression, output_fields=["count(*)"], consistency_level="Strong"
        )
        return int(found[0]["count(*)"])

    def upsert(self, ids: Sequence[str], vectors: Vectors, columns: Columns | None = None) -> None:
        """Write vectors under ids, with further columns where the collection has them."""
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        if vectors.shape != (len(ids), self.dim):
            raise ValueError(f"{vectors.shape}: expected ({len(ids)}, {self.dim})")
        check_ids(ids)
        last = {name: at for at, name in enumerate(ids)}  # the last of one id counts
        places = list(last.values())
        columns = {name: [values[at] for at in places] for name, values in (columns or {}).items()}
        self._n_vectors = None
        self.insert(list(last), self._claim_rows(list(last)), vectors[places], columns)
        self.flush()

    def insert(
        self,
        ids: Sequence[str],
        rows: Sequence[int],
        vectors: Vectors,
        columns: Columns | None = None,
    ) -> None:
        """Write rows under numbers that are known; call `flush` after the last."""
        names = list(columns or {})
        for start in range(0, len(ids), BATCH_ROWS):
            part = range(start, min(start + BATCH_ROWS, len(ids)))
            # Upsert, never insert: a second row of the same id would not be refused.
            self._call(
                "upsert",
                data=[
                    {ID: ids[at], ROW: int(rows[at]), VECTOR: vectors[at]}
                    | {name: (columns or {})[name][at] for name in names}
                    for at in part
                ],
            )

    def flush(self) -> None:
        """Have all that was written indexed and loaded, without which a search is slow."""
        self._call("flush")
        self._connection.load(self.name)

    def delete(self, ids: Sequence[str]) -> int:
        """Take passages out, and tell how many there were."""
        known = [i for i, row in zip(ids, self.rows_of(ids).tolist(), strict=True) if row >= 0]
        known = list(dict.fromkeys(known))
        self._claim_rows([])  # before the greatest row may go: its number is not given again
        for start in range(0, len(known), BATCH_ROWS):
            # Not by `ids=`: pymilvus would put them into an expression unescaped.
            self._call("delete", filter=_among(known[start : start + BATCH_ROWS]))
        if known:
            self._n_vectors = None
        return len(known)

    def rows_of(self, ids: Sequence[str]) -> Rows:
        """The row of each id, -1 where it is unknown."""
        rows = {}
        for start in range(0, len(ids), BATCH_ROWS):
            for found in self._query(_among(ids[start : start + BATCH_ROWS]), [ID, ROW]):
                rows[found[ID]] = int(found[ROW])
        return np.array([rows.get(i, -1) for i in ids], dtype=np.int64)

    def ids_of(self, rows: NDArray[np.integer[Any]]) -> list[str]:
        """The id of each row; KeyError where there is no such row."""
        found = self.fetch(rows, [ID])
        return [str(found[row][ID]) for row in rows.tolist()]

    def vectors(self, rows: NDArray[np.integer[Any]]) -> Vectors:
        """The rows asked for: float32, shape (len(rows), dim); KeyError for one not there."""
        found = self.fetch(rows, [VECTOR])
        vectors = np.zeros((len(rows), self.dim), dtype=np.float32)
        for at, row in enumerate(np.asarray(rows).tolist()):
            vectors[at] = found[row][VECTOR]
        return vectors

    def fetch(
        self, rows: NDArray[np.integer[Any]], columns: Sequence[str]
    ) -> dict[int, dict[str, Any]]:
        """Columns of rows, by row number; those that are not there are left out."""
        wanted = np.unique(np.asarray(rows, dtype=np.int64)).tolist()
        found = {}
        for start in range(0, len(wanted), BATCH_ROWS):
            part = wanted[start : start + BATCH_ROWS]
            for record in self._query(f"{ROW} in {part}", [ROW, *columns]):
                found[int(record[ROW])] = record
        return found

    def search(self, queries: Vectors, k: int, allowed: Mask | None = None) -> tuple[Vectors, Rows]:
        """Scores (n, k), falling, and rows (n, k), -1 where fewer than k were found."""
        if allowed is None:
            return self.search_where(queries, k, "", self.n_vectors)
        chosen, left_out = np.flatnonzero(allowed), np.flatnonzero(~allowed)
        if len(chosen) <= len(left_out):
            expression = f"{ROW} in {chosen.tolist()}"
        else:
            expression = f"{ROW} not in {left_out.tolist()}" if len(left_out) else ""
        return self.search_where(queries, k, expression, len(chosen))

    def search_where(
        self, queries: Vectors, k: int, expression: str, n_allowed: int | None = None
    ) -> tuple[Vectors, Rows]:
        """The same among the rows that an expression of Milvus lets through.

        Args:
            queries: float32, shape (n, dim), unit norm.
            k: How many to find for each.
            expression: Milvus's own language; "" for all rows.
            n_allowed: How many rows that leaves at most; None where it was not counted.

        Raises:
            ValueError: The queries have another dimension.
        """
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        if queries.ndim != 2 or queries.shape[1] != self.dim:
            raise ValueError(f"{queries.shape}: expected (n, {self.dim})")
        scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
        rows = np.full((len(queries), k), -1, dtype=np.int64)
        if not len(queries) or not k or n_allowed == 0:
            return scores, rows
        share = 1.0 if n_allowed is None else n_allowed / max(self.n_vectors, 1)
        for number, found in enumerate(self._search(queries, k, expression, share)):
            if len(found[0]) < k and expression and not self.is_exact:
                found = self._search_exactly(queries[number], expression, found)
            order = np.lexsort((found[1], -np.round(found[0], TIE_DECIMALS)))[:k]
            scores[number, : len(order)] = found[0][order]
            rows[number, : len(order)] = found[1][order]
        return scores, rows

    def _search(
        self, queries: Vectors, k: int, expression: str, share: float
    ) -> list[tuple[Vectors, Rows]]:
        """What Milvus finds, with as many more as it takes for ties at the end to be decided."""
        reach = min(k + 1, MAX_FOUND)
        while True:
            answers = self._call(
                "search",
                data=list(queries),
                anns_field=VECTOR,
                limit=reach,
                filter=expression,
                output_fields=[ROW],
                search_params={"params": self._index.search_params(reach, share)},
            )
            found = [read_hits(hits) for hits in answers]
            undecided = any(
                len(scores) == reach and scores[k - 1] - scores[-1] < 10.0**-TIE_DECIMALS
                for scores, _rows in found
            )
            if not undecided or reach >= MAX_FOUND:
                return found
            reach = min(reach * 4, MAX_FOUND)

    def _search_exactly(
        self, query: Vectors, expression: str, found: tuple[Vectors, Rows]
    ) -> tuple[Vectors, Rows]:
        """All rows a filter leaves, compared here; a graph filtered afterwards misses some."""
        if not len(found[0]) < self.count(expression) <= MAX_FOUND:
            return found
        records = self._query(expression, [ROW, VECTOR])
        vectors = np.asarray([record[VECTOR] for record in records], dtype=np.float32)
        rows = np.asarray([record[ROW] for record in records], dtype=np.int64)
        return vectors @ query, rows

    def _query(self, expression: str, columns: list[str]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._call(
            "query", filter=expression, output_fields=columns, limit=MAX_FOUND
        )
        return found

    def _claim_rows(self, ids: Sequence[str]) -> list[int]:
        """The row of each id; the next ones for those that are new."""
        if self._next_row is None:
            self._next_row = self._greatest_row() + 1
        rows = dict(zip(ids, self.rows_of(ids).tolist(), strict=True))
        for passage_id, row in rows.items():
            if row < 0:
                rows[passage_id] = self._next_row
                self._next_row += 1
        return [rows[passage_id] for passage_id in ids]

    def _greatest_row(self) -> int:
        """The greatest row number in use, -1 where the collection is empty; by halving."""
        low, high = -1, 1
        while self.count(f"{ROW} >= {high}"):
            low, high = high, high * 2
        while high - low > 1:
            middle = (low + high) // 2
            if self.count(f"{ROW} >= {middle}"):
                low = middle
            else:
                high = middle
        return low

    def _call(self, method: str, **kwargs: Any) -> Any:
        return self._connection.call(method, self.name, **kwargs)


def _among(ids: Sequence[str]) -> str:
    """The expression that lets these ids through."""
    return f"{ID} in {json.dumps(list(ids), ensure_ascii=False)}"


def read_hits(hits: Sequence[Mapping[str, Any]]) -> tuple[Vectors, Rows]:
    """Scores and row numbers of what a search of Milvus gave for one query."""
    scores = np.array([hit["distance"] for hit in hits], dtype=np.float32)
    rows = np.array([hit["entity"][ROW] for hit in hits], dtype=np.int64)
    return scores, rows
