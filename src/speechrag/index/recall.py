"""How many of the ten nearest rows an index finds, measured when it is built, by rows compared.

The questions are made of rows of the index; what is exact is a scan of the float32 rows. A row by
itself would be too easy: its nearest are much nearer than the rest, where a real question's are
next to many others. So each row is moved away in a direction that the rows vary in, as far as
a question is from the passage that answers it; benchmarks/results/vector_recall.md has what is
found for such, for the beginnings of passages and for questions side by side.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from speechrag.errors import IndexDamaged
from speechrag.index.faiss_files import load_faiss
from speechrag.index.quick_pass import has_quick_pass
from speechrag.types import Vectors

DEPTH = 10
"""Recall is of the first ten, which is what a person is shown."""

MOVED = 1.5
"""How far a row is moved, its own length being 1: to a cosine of 0.55 with it. Among real passages
the beginning of one has 0.61 to 0.64 with its nearest, a question 0.45 to 0.52. At 30,000 rows,
128 of 512 clusters find 0.968 for these, 0.966 for beginnings, 0.961 for questions and 0.987 for
rows as they are (benchmarks/results/vector_recall.md)."""

N_DIRECTIONS = 2_048
"""Rows that a direction is summed up from, with weights of a normal distribution."""

ROUNDING = 1e-6
"""So far apart are cosines of float32 rows that are the same, summed up in another order."""

WHOLE = 0.9995
"""From this recall on, comparing more rows is not measured any more."""

MOST_COMPARED = 50
"""For each of the ten best; beyond, next to nothing more is found."""

DEEPER = 8
"""At most so many are compared for each row beyond the tenth: of 200 real rows 0.997 are then found
among 100,000, and 0.984 among a million."""

_SUFFIX = ".recall.json"


class NearestOfSample:
    """Made questions, and the rows nearest to each, found exactly while all rows pass by.

    Args:
        vectors: float32, shape (n, dim), unit norm; may be mapped from a file.
        n_sample: How many questions are made, of rows spread evenly; the same each time.

    Attributes:
        asked: The questions, float32, shape (n_sample, dim), unit norm.
        nearest: The rows nearest to each, best first, shape (n_sample, DEPTH); -1 where there are
            fewer rows.

    """

    def __init__(self, vectors: Vectors, n_sample: int) -> None:
        chance = np.random.default_rng(20_261_122)
        rows = vectors[_spread(len(vectors), n_sample)]
        varying = vectors[_spread(len(vectors), N_DIRECTIONS)]
        weights = chance.standard_normal((len(rows), len(varying)), dtype=np.float32)
        self.asked = _unit(rows + MOVED * _unit(weights @ varying))
        self._vectors = vectors
        self._scores = np.full((len(rows), DEPTH), -np.inf, dtype=np.float32)
        self.nearest = np.full((len(rows), DEPTH), -1, dtype=np.int64)

    def look_at(self, start: int, block: Vectors) -> None:
        """Take in rows `start` and after, shape (n, dim)."""
        scores = self.asked @ block.T
        reach = min(DEPTH, len(block))
        best = np.argpartition(-scores, reach - 1, axis=1)[:, :reach]
        rows = np.concatenate([self.nearest, best + start], axis=1)
        values = np.concatenate([self._scores, np.take_along_axis(scores, best, 1)], axis=1)
        kept = np.argsort(-values, axis=1, kind="stable")[:, :DEPTH]
        self.nearest = np.take_along_axis(rows, kept, 1)
        self._scores = np.take_along_axis(values, kept, 1)

    def share_found(self, found: NDArray[np.int64]) -> float:
        """The share of the exact nearest that a search found, given its rows, shape (n, DEPTH).

        A row that is as near as the last of them counts as one: the same sentence stands in many
        speeches, and which of its copies comes first is nobody's loss.
        """
        n_nearest = (self.nearest >= 0).sum(axis=1)
        if not n_nearest.any():
            return 0.0
        last = self._scores[np.arange(len(found)), n_nearest - 1]
        rows = self._vectors[np.maximum(found, 0)]
        scores = np.einsum("nd,nkd->nk", self.asked, rows, dtype=np.float32)
        as_near = (scores >= last[:, None] - ROUNDING) & (found >= 0)
        return float(np.minimum(as_near.sum(axis=1), n_nearest).sum() / n_nearest.sum())


def _spread(n_rows: int, n: int) -> NDArray[np.int64]:
    """Up to n of the numbers below n_rows, evenly."""
    return np.unique(np.linspace(0, n_rows - 1, min(n_rows, n)).astype(np.int64))


def _unit(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)


def count_compared(k: int, factor: int) -> int:
    """How many rows are compared exactly when k are asked for, `factor` for each of the first."""
    return factor * min(k, DEPTH) + min(factor, DEEPER) * max(k - DEPTH, 0)


def measure_recall(index: Any, nearest: NearestOfSample) -> dict[int, float]:
    """recall@10 of a FAISS index by how many rows are compared exactly for each of the ten best.

    They grow by half each time, until everything is found or `MOST_COMPARED` is reached; under 0
    for an index that compares all.
    """
    if len(nearest.asked) == 0:
        return {}
    if not has_quick_pass(index):
        return {0: _recall(index, nearest, None)}
    recall: dict[int, float] = {}
    factor = 1
    while factor <= MOST_COMPARED:
        k_factor = count_compared(DEPTH + 1, factor) / (DEPTH + 1)
        parameters = load_faiss().IndexRefineSearchParameters(k_factor=k_factor)
        recall[factor] = _recall(index, nearest, parameters)
        if recall[factor] >= WHOLE:
            break
        factor = max(factor + 1, factor * 3 // 2)
    return recall


def _recall(index: Any, nearest: NearestOfSample, parameters: Any) -> float:
    # One more, as a search of `FaissStore` asks for.
    found = index.search(nearest.asked, DEPTH + 1, params=parameters)[1]
    return round(nearest.share_found(found[:, :DEPTH]), 4)


def write_recall(index_file: Path, recall: dict[int, float]) -> None:
    """Write what was measured beside the index."""
    document = {"recall_at": DEPTH, "by_compared": {str(n): found for n, found in recall.items()}}
    text = json.dumps(document, indent=1) + "\n"
    index_file.with_suffix(_SUFFIX).write_text(text, encoding="utf-8")


def read_recall(index_file: Path) -> dict[int, float]:
    """What was measured; empty for an index of before.

    Raises:
        IndexDamaged: The file is not what was written.
    """
    path = index_file.with_suffix(_SUFFIX)
    if not path.is_file():
        return {}
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if "by_compared" in document:
            return {int(n): float(found) for n, found in document["by_compared"].items()}
        found_by_clusters = document["by_clusters"].items()  # format 2; "0" is without clusters
        return {int(n): float(found) for n, found in found_by_clusters if n == "0"}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexDamaged(f"{path} 读不出来：{error}", "请运行：speechrag index --full") from error
