"""How many of the ten nearest rows an index finds, measured when it is built, by clusters probed.

Some rows of the index itself are the questions; what is exact is a scan of the float32 rows. A row
is not counted among its own nearest, which every search finds.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from speechrag.errors import IndexDamaged
from speechrag.types import Vectors

DEPTH = 10
"""Recall is of the first ten, which is what a person is shown."""

WHOLE = 0.9995
"""From this recall on, looking into more clusters is not measured any more."""

_SUFFIX = ".recall.json"


class NearestOfSample:
    """The exact nearest rows of a few rows of an index, found while all rows pass by.

    Args:
        vectors: float32, shape (n, dim), unit norm; may be mapped from a file.
        n_sample: How many rows are asked for, spread evenly.

    """

    def __init__(self, vectors: Vectors, n_sample: int) -> None:
        n_rows = len(vectors)
        places = np.linspace(0, n_rows - 1, min(n_rows, n_sample)).astype(np.int64)
        self.rows = np.unique(places)
        self.asked = np.ascontiguousarray(vectors[self.rows], dtype=np.float32)
        self._scores = np.full((len(self.rows), DEPTH), -np.inf, dtype=np.float32)
        self.nearest = np.full((len(self.rows), DEPTH), -1, dtype=np.int64)

    def look_at(self, start: int, block: Vectors) -> None:
        """Take in rows `start` and after, shape (n, dim)."""
        scores = self.asked @ block.T
        own = self.rows - start
        here = (own >= 0) & (own < len(block))
        scores[here.nonzero()[0], own[here]] = -np.inf
        reach = min(DEPTH, len(block))
        best = np.argpartition(-scores, reach - 1, axis=1)[:, :reach]
        rows = np.concatenate([self.nearest, best + start], axis=1)
        values = np.concatenate([self._scores, np.take_along_axis(scores, best, 1)], axis=1)
        kept = np.argsort(-values, axis=1, kind="stable")[:, :DEPTH]
        self.nearest = np.take_along_axis(rows, kept, 1)
        self._scores = np.take_along_axis(values, kept, 1)

    def share_found(self, found: NDArray[np.int64]) -> float:
        """Of the exact nearest, the share among rows that a search found, shape (n, DEPTH + 1)."""
        others = np.where(found == self.rows[:, None], -1, found)
        # Where the row itself was missed, or has copies, there is one too many.
        order = np.argsort(others == -1, axis=1, kind="stable")
        others = np.take_along_axis(others, order, 1)[:, :DEPTH]
        shared = (self.nearest[:, :, None] == others[:, None, :]).any(axis=2)
        known = self.nearest >= 0
        return float((shared & known).sum() / max(known.sum(), 1))


def measure_recall(index: Any, nearest: NearestOfSample) -> dict[int, float]:
    """recall@10 of a FAISS index by clusters probed; under 0 where it has none.

    Clusters grow by half each time, until everything is found or all are looked into.
    """
    if len(nearest.rows) == 0:
        return {}
    if not hasattr(index, "nprobe"):
        return {0: _recall(index, nearest)}
    recall: dict[int, float] = {}
    chosen = index.nprobe
    n_probe = 1
    while True:
        index.nprobe = n_probe
        recall[n_probe] = _recall(index, nearest)
        if recall[n_probe] >= WHOLE or n_probe == index.nlist:
            break
        n_probe = min(index.nlist, max(n_probe + 1, n_probe * 3 // 2))
    index.nprobe = chosen
    return recall


def _recall(index: Any, nearest: NearestOfSample) -> float:
    return round(nearest.share_found(index.search(nearest.asked, DEPTH + 1)[1]), 4)


def write_recall(index_file: Path, recall: dict[int, float]) -> None:
    """Write what was measured beside the index."""
    document = {"recall_at": DEPTH, "by_clusters": {str(n): found for n, found in recall.items()}}
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
        return {int(n): float(found) for n, found in document["by_clusters"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexDamaged(f"{path} 读不出来：{error}", "请运行：speechrag index --full") from error
