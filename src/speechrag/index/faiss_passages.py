"""Vectors written and deleted by passage id, in FAISS: what passages in Milvus can do, in a folder.

A generation's own vectors are never changed and need no ids (`FaissStore`). This is for those who
keep one store up to date in place, and what the contract of `PassageVectors` is held against.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from speechrag.index.arrays import open_json, save_json
from speechrag.index.vector_store import Mask, Rows
from speechrag.index.vectors import FaissStore
from speechrag.types import Vectors

VECTORS_FILE, IDS_FILE = "passages.faiss", "passages.json"


class FaissPassages:
    """A `PassageVectors` over a `FaissStore`; a deleted row stays in it, and is never found.

    Args:
        store: The vectors.
        ids: The id of each row, None for a deleted one.
    """

    def __init__(self, store: FaissStore, ids: Sequence[str | None]) -> None:
        self._store = store
        self._ids = list(ids)
        self._rows = {name: row for row, name in enumerate(ids) if name is not None}

    @classmethod
    def empty(cls, dim: int) -> Self:
        """A store without rows."""
        return cls(FaissStore.build(np.zeros((0, dim), dtype=np.float32)), [])

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Read a store that `save` wrote.

        Raises:
            IndexDamaged: The file of vectors cannot be read.
        """
        store = FaissStore.open(directory / VECTORS_FILE, writable=True)
        return cls(store, open_json(directory / IDS_FILE))

    def save(self, directory: Path) -> None:
        """Write the store into a folder that exists."""
        self._store.save(directory / VECTORS_FILE)
        save_json(directory / IDS_FILE, self._ids)

    @property
    def n_vectors(self) -> int:
        """Passages stored, without the deleted ones."""
        return len(self._rows)

    @property
    def dim(self) -> int:
        """Columns of the vectors."""
        return self._store.dim

    @property
    def is_exact(self) -> bool:
        """Whether every row is compared."""
        return self._store.is_exact

    @property
    def description(self) -> str:
        """The kind of index, for people."""
        return self._store.description

    def upsert(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Write vectors under ids, over what these ids had; ValueError for another dimension."""
        if vectors.shape != (len(ids), self.dim):
            raise ValueError(f"{vectors.shape}: expected ({len(ids)}, {self.dim})")
        last = {name: at for at, name in enumerate(ids)}  # the last of one id counts
        known = [name for name in last if name in self._rows]
        if known:
            rows = self.rows_of(known)
            self._store.overwrite(rows, vectors[[last[name] for name in known]])
        fresh = [name for name in last if name not in self._rows]
        if fresh:
            self._store.append(vectors[[last[name] for name in fresh]])
            self._rows |= {name: row for row, name in enumerate(fresh, len(self._ids))}
            self._ids += fresh

    def delete(self, ids: Sequence[str]) -> int:
        """Take passages out, and tell how many there were; unknown ids are passed over."""
        rows = [self._rows.pop(name) for name in dict.fromkeys(ids) if name in self._rows]
        for row in rows:
            self._ids[row] = None
        return len(rows)

    def rows_of(self, ids: Sequence[str]) -> Rows:
        """The row of each id, -1 where it is unknown."""
        return np.array([self._rows.get(name, -1) for name in ids], dtype=np.int64)

    def ids_of(self, rows: NDArray[np.integer[Any]]) -> list[str]:
        """The id of each row; KeyError where there is no such row."""
        found = []
        for row in rows.tolist():
            name = self._ids[row] if 0 <= row < len(self._ids) else None
            if name is None:
                raise KeyError(row)
            found.append(name)
        return found

    def vectors(self, rows: NDArray[np.integer[Any]]) -> Vectors:
        """The rows asked for: float32, shape (len(rows), dim); KeyError for one not there."""
        self.ids_of(rows)
        return self._store.vectors(rows)

    def search(self, queries: Vectors, k: int, allowed: Mask | None = None) -> tuple[Vectors, Rows]:
        """Scores (n, k), falling, and rows (n, k), -1 where fewer than k were found."""
        if queries.ndim != 2 or queries.shape[1] != self.dim:
            raise ValueError(f"{queries.shape}: expected (n, {self.dim})")
        if self.n_vectors < len(self._ids):
            alive = np.array([name is not None for name in self._ids], dtype=bool)
            allowed = alive if allowed is None else alive & allowed
        return self._store.search(queries, k, allowed)
