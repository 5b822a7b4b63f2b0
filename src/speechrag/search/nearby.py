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
    speeches, last = generation.store.speech_of_row, generation.manifest.n_passages - 1
    beside = np.stack([rows - 1, rows + 1])
    places = np.clip(beside, 0, last)
    near = (beside == places) & (speeches[places] == speeches[rows])
    cosines = np.zeros(beside.shape, dtype=np.float32)
    # Not `@`, for which OpenBLAS would wake its other threads.
    cosines[near] = np.einsum("rd,d->r", generation.body.vectors(places[near]), vector)
    scores: NDArray[np.float32] = np.maximum(cosines.max(axis=0), 0)
    return scores
