"""What stands beside a passage in its speech: an answer seldom stands alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from speechrag.search.candidates import Searchable
from speechrag.types import Vectors


def nearby_scores(
    generation: Searchable, vector: Vectors, rows: NDArray[np.int64]
) -> NDArray[np.float32]:
    """The cosine of a question with the better of each row's two neighbours, ≥ 0.

    Args:
        generation: The index.
        vector: The question's vector, float32, shape (dim,).
        rows: Which passages.

    Returns:
        float32, shape (len(rows),); 0 for a passage that is a whole speech.

    """
    scores = np.zeros(len(rows), dtype=np.float32)
    if not len(rows):
        return scores
    store, last = generation.store, generation.manifest.n_passages - 1
    speeches = store.speech_of_row
    beside = np.clip(np.concatenate([rows - 1, rows + 1]), 0, last)
    places = np.tile(np.arange(len(rows)), 2)
    near = (speeches[beside] == speeches[rows[places]]) & (beside != rows[places])
    wanted, positions = np.unique(beside[near], return_inverse=True)
    # Not `@`, for which OpenBLAS would wake its other threads.
    cosines = np.einsum("rd,d->r", generation.body.vectors(wanted), vector)
    np.maximum.at(scores, places[near], cosines[positions].astype(np.float32))
    return scores
