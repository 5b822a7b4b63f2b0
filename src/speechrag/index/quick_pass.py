"""A first look at all rows by four bits for each two columns, so that few are compared exactly.

FAISS's product quantizer in fast-scan layout (`IndexPQFastScan`) holds a row in an eighth of its
float16 bytes and compares with tables in registers; the best by it are then compared by their
float16 rows (`IndexRefine`). How many, is measured at each build (recall.py).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from speechrag.index.faiss_files import load_faiss
from speechrag.types import Vectors

BITS, COLUMNS = 4, 2
"""16 values for each two columns. For each four the first look is half as long and finds too
little: 0.90 of the ten nearest are among its first 200 of 100,000, against 0.999."""

N_TRAIN_ROWS = 20_000
"""Half a second for 256 columns; with more the recall stays what it is."""

GROWN = 2
"""A library that has grown by more than this since is looked at for its values anew."""


def empty_rows(dim: int) -> Any:
    """A FAISS index of float16 rows that compares all of them."""
    faiss = load_faiss()
    return faiss.IndexScalarQuantizer(
        dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )


def is_possible(dim: int) -> bool:
    """Whether columns come in twos."""
    return dim % COLUMNS == 0


def empty_with_quick_pass(vectors: Vectors, like: Any = None) -> Any:
    """An empty FAISS index of float16 rows behind a first look, trained on some of the vectors.

    Args:
        vectors: float32, shape (n, dim), unit norm; may be mapped from a file.
        like: An index of this kind, over vectors of the same encoder, whose values are taken over
            where it is not much smaller; None: they are trained.
    """
    faiss = load_faiss()
    n_rows, dim = vectors.shape
    first = faiss.IndexPQFastScan(dim, dim // COLUMNS, BITS, faiss.METRIC_INNER_PRODUCT)
    if has_quick_pass(like) and like.d == dim and n_rows <= GROWN * like.ntotal:
        known = faiss.downcast_index(like.base_index).pq.centroids
        faiss.copy_array_to_vector(faiss.vector_to_array(known), first.pq.centroids)
        first.is_trained = True
    else:
        sample = np.linspace(0, n_rows - 1, min(n_rows, N_TRAIN_ROWS)).astype(np.int64)
        first.train(np.ascontiguousarray(vectors[sample], dtype=np.float32))
    return faiss.IndexRefine(first, empty_rows(dim))


def has_quick_pass(index: Any) -> bool:
    """Whether a FAISS index looks at all rows quickly first."""
    return hasattr(index, "refine_index")


def rows_of(index: Any) -> Any:
    """The FAISS index that holds the rows themselves."""
    return load_faiss().downcast_index(index.refine_index) if has_quick_pass(index) else index


def without_clusters(index: Any) -> Any:
    """The rows of a clustered index, as large libraries had them up to format 2, not clustered."""
    rows = empty_rows(index.d)
    index.make_direct_map()
    step = 65_536
    for start in range(0, index.ntotal, step):
        rows.add(index.reconstruct_n(start, min(step, index.ntotal - start)))
    return rows
