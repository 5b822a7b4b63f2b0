"""What a collection holds, and the kinds of index over its vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from speechrag.errors import StoreError
from speechrag.index.milvus.client import Connection, load_pymilvus

ID, ROW, VECTOR, WORDS = "id", "row", "vector", "words"
FILTERED = ("first_day", "last_day", "kind", "source", "role", "context")
"""Whole-number columns of the passages, by which a search is restricted."""

MAX_ID_BYTES = 128
"""Checked here: some versions of Milvus Lite cut longer ones without a word."""

SEGMENT_ROWS = 500_000
"""Milvus clusters each segment by itself; by its defaults (1 GiB) one has about so many rows."""

LISTS = ("IVF_FLAT", "IVF_SQ8")

CLUSTERED_MIN_ROWS = 300_000
"""From here "auto" clusters the rows, which Milvus trains anew for each generation."""

LISTS_A_PROBE = 4
"""One cluster in so many is looked into; Milvus takes the number with each search, and nothing
measures there what it finds. Of FAISS's clusters of 300,000 real passages a quarter found 0.993 of
the ten nearest (docs/adr/0004-lexical-engine.md)."""


@dataclass(frozen=True, slots=True)
class VectorIndex:
    """A kind of index over vectors, with the number of clusters where there are any."""

    kind: str
    n_lists: int = 0

    @classmethod
    def choose(cls, index_type: str, n_rows: int) -> VectorIndex:
        """The kind asked for; "auto" compares every row as long as that is fast, as FAISS does."""
        if index_type == "auto":
            index_type = "FLAT" if n_rows < CLUSTERED_MIN_ROWS else "IVF_FLAT"
        if index_type not in LISTS:
            return cls(index_type)
        n_lists = 2 ** round(np.log2(4 * np.sqrt(np.clip(n_rows, 1, SEGMENT_ROWS))))
        return cls(index_type, int(n_lists))

    @property
    def build_params(self) -> dict[str, int]:
        """What Milvus builds it with."""
        if self.kind in LISTS:
            return {"nlist": self.n_lists}
        return {"M": 32, "efConstruction": 200} if self.kind.startswith("HNSW") else {}

    def search_params(self, k: int, share_allowed: float) -> dict[str, int]:
        """How far a search looks, further where a filter leaves a small share of the rows."""
        if self.kind in LISTS:
            n_probe = self.n_lists / LISTS_A_PROBE / max(share_allowed, 1e-6)
            return {"nprobe": max(1, min(self.n_lists, int(n_probe)))}
        if self.kind.startswith("HNSW"):
            return {"ef": max(256, 2 * k)}
        return {"search_list": max(100, 2 * k)} if self.kind == "DISKANN" else {}


def create_collection(
    connection: Connection, name: str, dim: int, index: VectorIndex, *, of_passages: bool
) -> None:
    """An empty collection; of passages, with words and the columns that filters read."""
    types = load_pymilvus().DataType
    client = connection.client()
    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field(ID, types.VARCHAR, is_primary=True, max_length=MAX_ID_BYTES)
    schema.add_field(ROW, types.INT64)
    schema.add_field(VECTOR, types.FLOAT_VECTOR, dim=dim)
    indexes = client.prepare_index_params()
    indexes.add_index(VECTOR, index_type=index.kind, metric_type="IP", params=index.build_params)
    indexes.add_index(ROW, index_type="INVERTED")
    if of_passages:
        schema.add_field(WORDS, types.SPARSE_FLOAT_VECTOR)
        indexes.add_index(WORDS, index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
        for column in FILTERED:
            schema.add_field(column, types.INT64)
            indexes.add_index(column, index_type="INVERTED")
    connection.call(
        "create_collection",
        name,
        schema=schema,
        consistency_level=connection.options.consistency,
    )
    # Not waited for, index by index with half a second between looks: loading waits for all.
    connection.call("create_index", name, index_params=indexes, sync=False)


def check_ids(ids: Any) -> None:
    """Whether ids can be primary keys.

    Raises:
        StoreError: One is empty or too long.
    """
    for passage_id in ids:
        if not 0 < len(passage_id.encode()) <= MAX_ID_BYTES:
            raise StoreError(
                f"段落编号 {passage_id[:40]!r} 有 {len(passage_id.encode())} 字节，"
                f"Milvus 里只能有 1 到 {MAX_ID_BYTES}。",
                "这是程序的错误，请报告。",
            )
