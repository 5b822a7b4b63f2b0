"""Nearest neighbours by cosine, in FAISS: by all rows, or by all rows after a quick first look.

The sizes at which the kind of index changes were measured on vectors of real passages, by
`python -m benchmarks.vector_recall` (benchmarks/results/vector_recall.md); why it is these kinds
is in docs/adr/0004-lexical-engine.md.
"""

from __future__ import annotations

import math
import mmap
import os
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from speechrag.errors import IndexDamaged
from speechrag.index.faiss_files import load_faiss, read_index, write_index
from speechrag.index.quick_pass import (
    BITS,
    COLUMNS,
    empty_rows,
    empty_with_quick_pass,
    has_quick_pass,
    is_possible,
    rows_of,
    without_clusters,
)
from speechrag.index.recall import (
    NearestOfSample,
    count_compared,
    measure_recall,
    read_recall,
    write_recall,
)
from speechrag.index.vector_store import VectorStore
from speechrag.types import Vectors

FLOAT16_MIN_ROWS = 10_000
"""From here rows are kept as float16: half the memory, twice the speed, recall@10 0.995 to 1."""

QUICK_PASS_MIN_ROWS = 30_000
"""From here all rows are looked at quickly first. Below, a scan of all takes 0.4 ms at most."""

N_RECALL_ROWS, N_RECALL_ROWS_QUICKLY = 50, 100
"""Questions whose ten nearest are looked for when an index is built, to tell how many it finds. The
standard error of a recall of 0.99 is then about 0.004 after a quick look; a scan misses next to
none."""

SCAN_SHARE = 16
"""Where more than one in so many rows would be compared after the quick look, all are at once: a
row apart takes about as much time as sixteen that follow each other."""

DEFAULT_FACTOR = 16
"""So many are compared for each of the ten best where no recall was measured."""

FILTER_MARGIN = 1.5
"""So many times more are asked for than a filter lets through on average."""


class FaissStore:
    """A `VectorStore` of unit-norm rows, numbered from 0 in the order given."""

    def __init__(self, index: Any, recall: dict[int, float] | None = None) -> None:
        self._index = index
        self._rows = rows_of(index)
        self._recall = recall or {}
        # How many rows are compared exactly for each of the ten best; None: all.
        self._factor = DEFAULT_FACTOR if has_quick_pass(index) else None

    @classmethod
    def build(cls, vectors: Vectors, like: VectorStore | None = None) -> Self:
        """Choose the kind of index by the number of rows, fill it, and measure its recall.

        Args:
            vectors: float32, shape (n, dim), unit norm; may be mapped from a file.
            like: A store of other vectors of the same encoder, from which what was trained for the
                quick look is taken over where it fits.
        """
        n_rows, dim = vectors.shape
        nearest = None
        if n_rows < FLOAT16_MIN_ROWS:
            index = load_faiss().IndexFlatIP(dim)
        elif n_rows < QUICK_PASS_MIN_ROWS or not is_possible(dim):
            index = empty_rows(dim)
            nearest = NearestOfSample(vectors, N_RECALL_ROWS)
        else:
            known = like._index if isinstance(like, FaissStore) else None
            index = empty_with_quick_pass(vectors, known)
            nearest = NearestOfSample(vectors, N_RECALL_ROWS_QUICKLY)
        step = 65_536  # a mapped file is read by and by
        for start in range(0, n_rows, step):
            block = np.ascontiguousarray(vectors[start : start + step], dtype=np.float32)
            index.add(block)
            if nearest is not None:
                nearest.look_at(start, block)
        return cls(index, measure_recall(index, nearest) if nearest is not None else None)

    @classmethod
    def open(cls, path: Path, *, writable: bool = False) -> Self:
        """Read a store from its file.

        Args:
            path: The file.
            writable: Whether `overwrite` will be called; rows of a large file are mapped otherwise.

        Raises:
            IndexDamaged: It is not there, or no store.
        """
        try:
            index = read_index(path, mapped=not writable)
            if hasattr(index, "nprobe"):
                index = without_clusters(index)
            store = cls(index, read_recall(path))
            # Every page of a mapped file is met here (10 ms for 100,000 rows), not by questions.
            store._codes().reshape(-1)[:: mmap.PAGESIZE].max(initial=0)
            return store
        except (RuntimeError, OSError) as error:
            message = f"{path} is not a vector index that can be read: {error}"
            raise IndexDamaged(message, "Run: speechrag doctor") from error

    def save(self, path: Path) -> None:
        """Write the store into one file."""
        write_index(self._index, path)
        if self._recall:
            write_recall(path, self._recall)

    @property
    def n_vectors(self) -> int:
        """Rows stored."""
        return int(self._index.ntotal)

    @property
    def dim(self) -> int:
        """Columns of the vectors."""
        return int(self._index.d)

    @property
    def is_exact(self) -> bool:
        """Whether every row is compared, rather than the best of a quick look."""
        return self._factor is None

    @property
    def description(self) -> str:
        """The kind of index, for people: Flat, float16, or what the quick look is made by."""
        if self._factor is not None:
            n_parts = self.dim // COLUMNS
            return f"PQ{n_parts}x{BITS}fs,float16,factor {self._factor}"
        return "Flat" if hasattr(self._rows, "get_xb") else "float16"

    def aim(self, recall: float) -> None:
        """Compare as few rows exactly as find this share of the ten nearest (`measured_recall`).

        Where no number finds so much, because rows are rounded to float16: as few as find the most.
        A recall of 1 compares all. Where there is no quick look, or nothing was measured, nothing
        changes.
        """
        if not has_quick_pass(self._index) or not self._recall:
            return
        wanted = min(recall, max(self._recall.values()))
        enough = min(factor for factor, found in self._recall.items() if found >= wanted)
        self._factor = None if recall >= 1 else enough

    @property
    def measured_recall(self) -> float | None:
        """The share of the exact ten nearest that a search finds, as measured when it was built.

        Measured on questions made of its own rows; 1 where float32 rows are all compared, None
        for an index written before recall was measured.
        """
        if self._factor is not None:
            return self._recall.get(self._factor)
        if hasattr(self._rows, "get_xb"):
            return 1.0
        most = max(self._recall.values(), default=None)  # of all, where that was not measured
        return self._recall.get(0, most if has_quick_pass(self._index) else None)

    def vectors(self, rows: NDArray[np.integer[Any]]) -> Vectors:
        """The rows asked for: float32, shape (len(rows), dim); rounded to float16 above a size."""
        wanted = np.ascontiguousarray(rows, dtype=np.int64)
        if len(wanted) == 0:
            return np.zeros((0, self.dim), dtype=np.float32)
        # A quarter of `reconstruct_batch`, which sets itself up anew for each row.
        load_faiss().omp_set_num_threads(1)
        return np.asarray(self._rows.sa_decode(self._codes().take(wanted, axis=0)))

    def _codes(self) -> NDArray[np.uint8]:
        """The rows as FAISS holds them; no copy."""
        codes = load_faiss().rev_swig_ptr(self._rows.codes.data(), self._rows.codes.size())
        return np.asarray(codes).reshape(self.n_vectors, -1)

    def append(self, vectors: Vectors) -> None:
        """Add rows after the last; what a quick look was trained on stays as it was."""
        self._index.add(np.ascontiguousarray(vectors, dtype=np.float32))

    def overwrite(self, rows: NDArray[np.integer[Any]], vectors: Vectors) -> None:
        """Put other vectors, shape (len(rows), dim), in the place of rows.

        A quick look cannot be written to in the middle; it is given up, and all rows are compared.
        """
        if has_quick_pass(self._index):
            self._index = load_faiss().clone_index(self._rows)
            self._rows, self._factor, self._recall = self._index, None, {}
        self._codes()[rows] = self._rows.sa_encode(np.ascontiguousarray(vectors, dtype=np.float32))

    def search(
        self, queries: Vectors, k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[Vectors, NDArray[np.int64]]:
        """Scores (n, k), falling; and row numbers (n, k), -1 where fewer than k were found.

        Scores are cosines in [-1, 1], ties broken by row number; -inf where the row is -1.
        """
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        n_allowed = self.n_vectors if allowed is None else int(np.count_nonzero(allowed))
        reach = min(k, n_allowed)
        if reach == 0 or len(queries) == 0:
            found = np.zeros((len(queries), 0), dtype=np.float32)
            rows = np.zeros((len(queries), 0), dtype=np.int64)
        else:
            found, rows = self._search(queries, reach, allowed, n_allowed)
        if reach == k:
            return found, rows
        missing = ((0, 0), (0, k - reach))
        return (
            np.pad(found, missing, constant_values=-np.inf),
            np.pad(rows, missing, constant_values=-1),
        )

    def _search(
        self, queries: Vectors, k: int, allowed: NDArray[np.bool_] | None, n_allowed: int
    ) -> tuple[Vectors, NDArray[np.int64]]:
        """The k best of those allowed, of which there are as many; sorted."""
        # A question is one thread's work: a second, which only waits for it, holds up others'
        # questions. The number is the calling thread's own.
        load_faiss().omp_set_num_threads(1 if len(queries) == 1 else os.cpu_count() or 1)
        found = self._search_quickly(queries, k, allowed, n_allowed)
        return found or self._search_all(queries, k, allowed, n_allowed)

    def _search_quickly(
        self, queries: Vectors, k: int, allowed: NDArray[np.bool_] | None, n_allowed: int
    ) -> tuple[Vectors, NDArray[np.int64]] | None:
        """The best of those that look best at first; None where comparing all takes no longer."""
        if self._factor is None:
            return None
        reach = k + 1  # one more, for ties at the end to be decided
        if allowed is not None:
            reach = math.ceil(FILTER_MARGIN * reach * self.n_vectors / n_allowed)
        while (n_compared := count_compared(reach, self._factor)) * SCAN_SHARE <= self.n_vectors:
            parameters = load_faiss().IndexRefineSearchParameters(k_factor=n_compared / reach)
            found, rows = self._index.search(queries, reach, params=parameters)
            last = found[:, -1]
            if allowed is not None:
                found = np.where(allowed[rows], found, -np.inf)
            found, rows = _first_of_ties(found, rows, k)
            if (found[:, -1] > last).all():
                return found, rows
            reach *= 4
        return None

    def _search_all(
        self, queries: Vectors, k: int, allowed: NDArray[np.bool_] | None, n_allowed: int
    ) -> tuple[Vectors, NDArray[np.int64]]:
        """A scan, with as many more as it takes for ties at the end to be decided."""
        faiss = load_faiss()
        parameters = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            selector = faiss.IDSelectorBitmap(bits)
            parameters = faiss.SearchParameters(sel=selector)
        reach = k
        while True:
            more = min(reach + 1, n_allowed)
            found, rows = self._rows.search(queries, more, params=parameters)
            tied = found[:, k - 1] == found[:, -1]
            if more == n_allowed or not tied.any():
                return _first_of_ties(found, rows, k)
            reach = min(reach * 4, n_allowed)


def _first_of_ties(
    found: Vectors, rows: NDArray[np.int64], k: int
) -> tuple[Vectors, NDArray[np.int64]]:
    """The first k of each line by falling score, then rising row."""
    order = np.lexsort((rows, -found), axis=1)[:, :k]
    return np.take_along_axis(found, order, 1), np.take_along_axis(rows, order, 1)
