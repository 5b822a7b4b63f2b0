"""Neighbours count within a speech only."""

import numpy as np
import pytest

from speechrag.search.nearby import nearby_scores

SPEECHES = [0, 0, 0, 1, 2, 2]
VECTORS = np.array([[1, 0], [0, 1], [0.6, 0.8], [1, 0], [-1, 0], [0.8, 0.6]], dtype=np.float32)


class Library:
    """Six passages of three speeches."""

    def __init__(self):
        self.store = self.manifest = self.body = self
        self.n_passages = len(SPEECHES)

    @property
    def speech_of_row(self):
        return np.array(SPEECHES, dtype=np.int32)

    def vectors(self, rows):
        return VECTORS[rows]


def test_a_passage_counts_by_the_better_of_its_two_neighbours():
    vector = np.array([1, 0], dtype=np.float32)
    found = nearby_scores(Library(), vector, np.arange(6))
    # first: the second's 0; second: the better of 1 and 0.6; a speech of one passage: none; the
    # last: its neighbour's cosine is negative
    assert found == pytest.approx([0.0, 1.0, 0.0, 0.0, 0.8, 0.0])
    assert nearby_scores(Library(), vector, np.array([4, 1])) == pytest.approx([0.8, 1.0])
    assert nearby_scores(Library(), vector, np.array([], dtype=np.int64)).tolist() == []
