"""Whether a generation that was just written can be promoted: it is opened and asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from speechrag.errors import IndexDamaged
from speechrag.index.generation import Generation, open_generation
from speechrag.index.manifest import REBUILD_FULL
from speechrag.index.vector_store import RemoteVectors


def validate(directory: Path, remote: RemoteVectors | None = None) -> None:
    """Whether a generation that was just written answers: counts agree and probe queries run.

    Raises:
        IndexDamaged: It does not.
    """
    generation = open_generation(directory, verify=False, remote=remote)
    try:
        n_rows = generation.manifest.n_passages
        if (generation.body.n_vectors, generation.context.n_vectors) != (
            n_rows,
            generation.info.n_contexts,
        ):
            raise IndexDamaged(f"{directory} 的向量数与段落数不符。", REBUILD_FULL)
        for row in {0, n_rows // 2, n_rows - 1} if n_rows else set():
            _probe(generation, row)
    finally:
        generation.close()


def _probe(generation: Generation, row: int) -> None:
    """A passage must be found by its own vector, and its text must be there."""
    vector = generation.body.vectors(np.asarray([row]))
    scores, rows = generation.body.search(vector, 1)
    itself = float(vector[0] @ vector[0])
    if rows[0, 0] < 0 or (generation.body.is_exact and scores[0, 0] < itself - 0.01):
        raise IndexDamaged(f"{generation.directory} 的试查询没有找到第 {row} 段。", REBUILD_FULL)
    if not generation.store.text(row):
        raise IndexDamaged(f"{generation.directory} 的第 {row} 段是空的。", REBUILD_FULL)
