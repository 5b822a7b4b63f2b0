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
    beside = [
        (at, int(row) + step)
        for at, row in enumerate(rows)
        for step in (-1, 1)
        if 0 <= row + step <= last
        and store.speech_number(int(row) + step) == store.speech_number(int(row))
    ]
    if beside:
        places = np.array([at for at, _ in beside])
        wanted, positions = np.unique([row for _, row in beside], return_inverse=True)
        cosines = (generation.body.vectors(wanted) @ vector)[positions]
        np.maximum.at(scores, places, cosines.astype(np.float32))
    return scores
