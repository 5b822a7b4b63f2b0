"""What every VectorStore does, checked against brute force in numpy."""

from abc import ABC, abstractmethod

import numpy as np
import pytest


def unit_vectors(n_rows, dim=24, seed=3):
    vectors = np.random.default_rng(seed).normal(size=(n_rows, dim)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def brute_force(vectors, query, k, allowed=None):
    """Rows by falling cosine, ties by row number."""
    scores = vectors.astype(np.float64) @ query.astype(np.float64)
    rows = np.arange(len(vectors)) if allowed is None else np.flatnonzero(allowed)
    order = np.lexsort((rows, -np.round(scores[rows], 6)))[:k]
    return scores[rows][order], rows[order]


class VectorStoreContract(ABC):
    """Inherited by the tests of every implementation."""

    TOLERANCE = 1e-5

    @abstractmethod
    def make_store(self, vectors):
        """A store that holds these rows."""

    @pytest.fixture
    def vectors(self):
        return unit_vectors(400)

    @pytest.fixture
    def store(self, vectors):
        return self.make_store(vectors)

    def test_it_counts_its_rows(self, store):
        assert store.n_vectors == 400

    def test_it_finds_what_brute_force_finds(self, store, vectors):
        queries = unit_vectors(7, seed=4)
        scores, rows = store.search(queries, 10)
        assert scores.shape == rows.shape == (7, 10)
        assert scores.dtype == np.float32
        assert rows.dtype == np.int64
        for number, query in enumerate(queries):
            expected_scores, expected_rows = brute_force(vectors, query, 10)
            assert rows[number].tolist() == expected_rows.tolist()
            np.testing.assert_allclose(scores[number], expected_scores, atol=self.TOLERANCE)

    @pytest.mark.parametrize("n_allowed", [1, 3, 10, 200, 399])
    def test_it_searches_only_what_is_allowed(self, store, vectors, n_allowed):
        chosen = np.random.default_rng(n_allowed).choice(400, size=n_allowed, replace=False)
        allowed = np.zeros(400, dtype=bool)
        allowed[chosen] = True
        query = unit_vectors(1, seed=5)
        scores, rows = store.search(query, 10, allowed)
        expected_scores, expected_rows = brute_force(vectors, query[0], 10, allowed)
        n_found = min(10, n_allowed)
        assert rows[0, :n_found].tolist() == expected_rows.tolist()
        np.testing.assert_allclose(scores[0, :n_found], expected_scores, atol=self.TOLERANCE)
        assert rows[0, n_found:].tolist() == [-1] * (10 - n_found)

    def test_nothing_allowed_finds_nothing(self, store):
        _, rows = store.search(unit_vectors(2, seed=6), 3, np.zeros(400, dtype=bool))
        assert rows.tolist() == [[-1] * 3] * 2

    def test_fewer_rows_than_asked_for_are_filled_with_minus_one(self):
        store = self.make_store(unit_vectors(2))
        _, rows = store.search(unit_vectors(1, seed=7), 4)
        assert sorted(rows[0, :2].tolist()) == [0, 1]
        assert rows[0, 2:].tolist() == [-1, -1]

    def test_ties_are_broken_by_row_number(self, vectors):
        vectors[[300, 20, 150, 7, 399]] = vectors[20]
        store = self.make_store(vectors)
        _, rows = store.search(vectors[20][None, :], 3)
        assert rows[0].tolist() == [7, 20, 150]
        allowed = np.ones(400, dtype=bool)
        allowed[[7, 150]] = False
        _, rows = store.search(vectors[20][None, :], 2, allowed)
        assert rows[0].tolist() == [20, 300]

    def test_a_row_finds_itself(self, store, vectors):
        scores, rows = store.search(vectors[:50], 1)
        assert rows[:, 0].tolist() == list(range(50))
        np.testing.assert_allclose(scores[:, 0], 1, atol=self.TOLERANCE)
