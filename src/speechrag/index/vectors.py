"""Nearest neighbours by cosine, in FAISS, exact for as long as exact is fast.

The sizes at which the kind of index changes were measured on vectors of real passages
(docs/adr/0004-lexical-engine.md; again, by `python -m benchmarks.vector_recall`, in
benchmarks/results/vector_recall.md): with 256 dimensions and one thread, a scan of 77,000 rows
takes 3.0 ms as float32 and 1.5 ms as float16; of 300,000, 10.8 and 5.6 ms, where clusters (IVF) of
which a quarter is looked into take 2.6 ms.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from speechrag.errors import IndexDamaged
from speechrag.index.recall import NearestOfSample, measure_recall, read_recall, write_recall
from speechrag.types import Vectors

FLOAT16_MIN_ROWS = 10_000
"""From here rows are kept as float16: half the memory, twice the speed, recall@10 0.995 to 1."""

IVF_MIN_ROWS = 300_000
"""From here the rows are clustered, which is trained with each build. At 100,000 it gains nothing
(benchmarks/results/vector_recall.md)."""

LISTS_A_PROBE = 4
"""One cluster in so many is looked into where recall was not measured: in indexes of before, and in
Milvus (docs/adr/0004-lexical-engine.md). Elsewhere it follows the setting `recall`."""

N_TRAIN_PER_LIST = 39
"""The least FAISS trains with without a warning."""


N_RECALL_ROWS, N_RECALL_ROWS_IN_CLUSTERS = 50, 200
"""Questions whose ten nearest are looked for when an index is built, to tell how many it finds. The
standard error of a recall of 0.99 is then about 0.003 in clusters; a scan misses next to none."""

FILTER_SCAN_ROWS = 20_000
"""A filter that leaves fewer rows of a clustered index is answered by comparing each of them."""


def _load_faiss() -> Any:
    """Import it where it is used: 0.3 s that a question answered by words need not pay."""
    import faiss

    return faiss


class FaissStore:
    """A `VectorStore` of unit-norm rows, numbered from 0 in the order given."""

    def __init__(self, index: Any, recall: dict[int, float] | None = None) -> None:
        self._index = index
        self._recall = recall or {}

    @classmethod
    def build(cls, vectors: Vectors) -> Self:
        """Choose the kind of index by the number of rows, fill it, and measure its recall.

        Args:
            vectors: float32, shape (n, dim), unit norm; may be mapped from a file.
        """
        faiss = _load_faiss()
        n_rows, dim = vectors.shape
        if n_rows < FLOAT16_MIN_ROWS:
            index = faiss.IndexFlatIP(dim)
        elif n_rows < IVF_MIN_ROWS:
            index = faiss.IndexScalarQuantizer(
                dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
            )
        else:
            index = train_clusters(vectors)
            index.nprobe = max(1, index.nlist // LISTS_A_PROBE)
        nearest = None
        if n_rows >= FLOAT16_MIN_ROWS:
            n_sample = N_RECALL_ROWS_IN_CLUSTERS if n_rows >= IVF_MIN_ROWS else N_RECALL_ROWS
            nearest = NearestOfSample(vectors, n_sample)
        step = 65_536  # a mapped file is read by and by
        for start in range(0, n_rows, step):
            block = np.ascontiguousarray(vectors[start : start + step], dtype=np.float32)
            index.add(block)
            if nearest is not None:
                nearest.look_at(start, block)
        return cls(index, measure_recall(index, nearest) if nearest is not None else None)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read a store from its file, through Python: any path will do, on any system."""
        faiss = _load_faiss()
        try:
            with path.open("rb") as file:
                index = faiss.read_index(faiss.PyCallbackIOReader(file.read))
            return cls(index, read_recall(path))
        except (RuntimeError, OSError) as error:
            message = f"{path} is not a vector index that can be read: {error}"
            raise IndexDamaged(message, "Run: speechrag doctor") from error

    def save(self, path: Path) -> None:
        """Write the store into one file."""
        faiss = _load_faiss()
        failed: list[OSError] = []
        with path.open("wb") as file:

            def write(data: bytes) -> int:
                try:
                    return file.write(data)
                except OSError as error:  # must not be raised through C++
                    failed.append(error)
                    return 0

            try:
                faiss.write_index(self._index, faiss.PyCallbackIOWriter(write))
            except RuntimeError as error:
                raise (failed[0] if failed else error) from error
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
        """Whether every row is compared, rather than those of the nearest clusters."""
        return not hasattr(self._index, "nprobe")

    @property
    def description(self) -> str:
        """The kind of index, for people: Flat, float16 or IVF4096."""
        if not self.is_exact:
            return f"IVF{self._index.nlist},float16,nprobe {self._index.nprobe}"
        return "Flat" if hasattr(self._index, "get_xb") else "float16"

    def aim(self, recall: float) -> None:
        """Look into as few clusters as find this share of the ten nearest (`measured_recall`).

        Where no number of clusters finds so much, because rows are rounded to float16: into as few
        as find the most. A recall of 1 looks into all. Where every row is compared, or nothing was
        measured, nothing changes.
        """
        if self.is_exact or not self._recall:
            return
        wanted = min(recall, max(self._recall.values()))
        enough = [n_probe for n_probe, found in self._recall.items() if found >= wanted]
        self._index.nprobe = self._index.nlist if recall >= 1 else min(enough)

    @property
    def measured_recall(self) -> float | None:
        """The share of the exact ten nearest that a search finds, as measured when it was built.

        Measured on questions made of its own rows; 1 where float32 rows are all compared, None
        for an index written before recall was measured.
        """
        if self.is_exact:
            return self._recall.get(0, 1.0 if hasattr(self._index, "get_xb") else None)
        most = max(self._recall.values(), default=None)  # of all, where that was not measured
        return self._recall.get(int(self._index.nprobe), most)

    def vectors(self, rows: NDArray[np.integer[Any]]) -> Vectors:
        """The rows asked for: float32, shape (len(rows), dim); rounded to float16 above a size."""
        wanted = np.ascontiguousarray(rows, dtype=np.int64)
        if len(wanted) == 0:
            return np.zeros((0, self.dim), dtype=np.float32)
        if not self.is_exact and self._index.direct_map.type == 0:
            self._index.make_direct_map()
        if self.is_exact:
            # A quarter of `reconstruct_batch`, which sets itself up anew for each row.
            _load_faiss().omp_set_num_threads(1)
            return np.asarray(self._index.sa_decode(self._codes().take(wanted, axis=0)))
        return np.asarray(self._index.reconstruct_batch(wanted), dtype=np.float32)

    def _codes(self) -> NDArray[np.uint8]:
        """The rows as FAISS holds them, where every row is compared; no copy."""
        codes = _load_faiss().rev_swig_ptr(self._index.codes.data(), self._index.codes.size())
        return np.asarray(codes).reshape(self._index.ntotal, -1)

    def append(self, vectors: Vectors) -> None:
        """Add rows after the last; clusters, where there are any, stay where they were trained."""
        self._index.add(np.ascontiguousarray(vectors, dtype=np.float32))

    def overwrite(self, rows: NDArray[np.integer[Any]], vectors: Vectors) -> None:
        """Put other vectors, shape (len(rows), dim), in the place of rows."""
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        if self.is_exact:
            self._codes()[rows] = self._index.sa_encode(vectors)
        else:
            self._index.make_direct_map()
            self._index.update_vectors(np.ascontiguousarray(rows, dtype=np.int64), vectors)

    def search(
        self, queries: Vectors, k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[Vectors, NDArray[np.int64]]:
        """Scores (n, k), falling; and row numbers (n, k), -1 where fewer than k were found.

        Scores are cosines in [-1, 1], ties broken by row number; -inf where the row is -1.
        """
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        n_allowed = self.n_vectors if allowed is None else int(np.count_nonzero(allowed))
        reach = min(k, n_allowed)
        scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
        rows = np.full((len(queries), k), -1, dtype=np.int64)
        if reach == 0 or len(queries) == 0:
            return scores, rows
        found, at = self._search(queries, reach, allowed, n_allowed)
        for number in range(len(queries)):
            order = np.lexsort((at[number], -found[number]))
            order = order[at[number][order] >= 0]
            scores[number, : len(order)] = found[number][order]
            rows[number, : len(order)] = at[number][order]
        return scores, rows

    def _search(
        self, queries: Vectors, k: int, allowed: NDArray[np.bool_] | None, n_allowed: int
    ) -> tuple[Vectors, NDArray[np.int64]]:
        """What FAISS finds, with as many more as it takes for ties at the end to be decided."""
        faiss = _load_faiss()
        # A question is one thread's work: a second, which only waits for it, holds up others'
        # questions. The number is the calling thread's own.
        faiss.omp_set_num_threads(1 if len(queries) == 1 else os.cpu_count() or 1)
        if allowed is not None and not self.is_exact and n_allowed <= FILTER_SCAN_ROWS:
            return self._scan(queries, k, np.flatnonzero(allowed))
        selector = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            selector = faiss.IDSelectorBitmap(bits)
        reach = k
        while True:
            more = min(reach + 1, n_allowed)
            found, rows = self._index.search(
                queries, more, params=self._parameters(selector, n_allowed)
            )
            tied = found[:, k - 1] == found[:, -1]
            if more == n_allowed or not self.is_exact or not tied.any():
                return _first_of_ties(found, rows, k)
            reach = min(reach * 4, n_allowed)

    def _scan(
        self, queries: Vectors, k: int, rows: NDArray[np.int64]
    ) -> tuple[Vectors, NDArray[np.int64]]:
        """Exact search among a few rows."""
        found = queries @ self.vectors(rows).T
        return _first_of_ties(found, np.broadcast_to(rows, found.shape), k)

    def _parameters(self, selector: Any, n_allowed: int) -> Any:
        faiss = _load_faiss()
        if self.is_exact:
            return faiss.SearchParameters(sel=selector) if selector is not None else None
        # A filter leaves each cluster with fewer rows: look into more of them.
        n_probe = min(self._index.nlist, self._index.nprobe * self.n_vectors // n_allowed)
        return faiss.SearchParametersIVF(sel=selector, nprobe=n_probe)


def _first_of_ties(
    found: Vectors, rows: NDArray[np.int64], k: int
) -> tuple[Vectors, NDArray[np.int64]]:
    """The first k of each line by falling score, then rising row; -1 rows last."""
    order = np.lexsort((rows, -found), axis=1)[:, :k]
    return np.take_along_axis(found, order, 1), np.take_along_axis(rows, order, 1)


def train_clusters(vectors: Vectors) -> Any:
    """An empty FAISS index of float16 rows in clusters, trained on some of the vectors."""
    faiss = _load_faiss()
    n_rows, dim = vectors.shape
    n_lists = 2 ** round(np.log2(4 * np.sqrt(n_rows)))
    quantizer = faiss.IndexFlatIP(dim)
    index = faiss.IndexIVFScalarQuantizer(
        quantizer, dim, n_lists, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    index.cp.seed = 20_240_607
    n_train = min(n_rows, max(N_TRAIN_PER_LIST * n_lists, 100_000))
    sample = np.linspace(0, n_rows - 1, n_train).astype(np.int64)
    index.train(np.ascontiguousarray(vectors[sample], dtype=np.float32))
    return index
