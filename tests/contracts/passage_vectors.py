"""What every PassageVectors does: vectors written and deleted by passage id, and found again."""

from abc import ABC, abstractmethod

import numpy as np
import pytest

from contracts.vector_store import brute_force, unit_vectors

IDS = [f"speech{number // 10}-{number % 10:04d}" for number in range(60)]


class PassageVectorsContract(ABC):
    """Inherited by the tests of every implementation; `dim` is 24."""

    TOLERANCE = 1e-5

    @abstractmethod
    def make_empty(self):
        """An empty store of 24 columns."""

    @abstractmethod
    def reopen(self, store):
        """The same store, closed and opened again as another process would."""

    @pytest.fixture
    def vectors(self):
        return unit_vectors(len(IDS))

    @pytest.fixture
    def store(self, vectors):
        store = self.make_empty()
        store.upsert(IDS, vectors)
        return store

    def test_ids_have_rows_in_the_order_given(self, store):
        assert store.n_vectors == 60
        assert store.rows_of(IDS).tolist() == list(range(60))
        assert store.ids_of(np.array([7, 0, 59])) == [IDS[7], IDS[0], IDS[59]]

    def test_vectors_come_back_by_row(self, store, vectors):
        rows = np.array([3, 59, 3])
        np.testing.assert_allclose(store.vectors(rows), vectors[rows], atol=self.TOLERANCE)
        assert store.vectors(np.array([], dtype=np.int64)).shape == (0, 24)

    def test_an_unknown_id_has_no_row(self, store):
        assert store.rows_of(["没有这一段", IDS[5]]).tolist() == [-1, 5]
        with pytest.raises(KeyError):
            store.ids_of(np.array([60]))

    def test_writing_a_known_id_changes_its_vector_and_nothing_else(self, store, vectors):
        fresh = unit_vectors(1, seed=11)
        store.upsert([IDS[20]], fresh)
        assert store.n_vectors == 60
        assert store.rows_of([IDS[20]]).tolist() == [20]
        vectors[20] = fresh[0]
        scores, rows = store.search(fresh, 5)
        expected_scores, expected_rows = brute_force(vectors, fresh[0], 5)
        assert rows[0].tolist() == expected_rows.tolist()
        np.testing.assert_allclose(scores[0], expected_scores, atol=self.TOLERANCE)

    def test_a_new_id_gets_the_next_row(self, store):
        fresh = unit_vectors(2, seed=12)
        store.upsert(["新篇-0000", IDS[1]], fresh)
        assert store.n_vectors == 61
        assert store.rows_of(["新篇-0000", IDS[1]]).tolist() == [60, 1]
        assert store.search(fresh, 1)[1].tolist() == [[60], [1]]

    def test_the_last_of_one_id_counts(self):
        store, vectors = self.make_empty(), unit_vectors(3)
        store.upsert(["a", "b", "a"], vectors)
        assert store.n_vectors == 2
        found = store.vectors(store.rows_of(["a", "b"]))
        np.testing.assert_allclose(found, vectors[[2, 1]], atol=self.TOLERANCE)

    def test_a_deleted_row_has_no_vector(self, store):
        store.delete([IDS[1]])
        with pytest.raises(KeyError):
            store.vectors(np.array([0, 1]))

    def test_a_deleted_passage_is_not_found(self, store, vectors):
        assert store.delete([IDS[4], "没有这一段", IDS[59], IDS[4]]) == 2
        assert store.n_vectors == 58
        assert store.rows_of([IDS[4], IDS[3]]).tolist() == [-1, 3]
        left = np.ones(60, dtype=bool)
        left[[4, 59]] = False
        _, rows = store.search(vectors[[4, 59]], 60)
        for number, query in enumerate(vectors[[4, 59]]):
            expected = brute_force(vectors, query, 60, left)[1].tolist()
            assert rows[number].tolist() == [*expected, -1, -1]

    def test_the_row_of_a_deleted_passage_is_not_given_again(self, store):
        store.delete([IDS[59], IDS[0]])
        store.upsert(["新篇-0000", IDS[0]], unit_vectors(2, seed=13))
        assert store.rows_of(["新篇-0000", IDS[0]]).tolist() == [60, 61]

    def test_a_filter_and_a_deletion_both_hold(self, store, vectors):
        store.delete([IDS[10]])
        allowed = np.zeros(60, dtype=bool)
        allowed[[10, 11, 12]] = True
        _, rows = store.search(vectors[10:11], 5, allowed)
        assert sorted(rows[0, :2].tolist()) == [11, 12]
        assert rows[0, 2:].tolist() == [-1, -1, -1]

    def test_what_was_written_is_there_after_reopening(self, store, vectors):
        store.delete([IDS[30]])
        store.upsert([IDS[31]], vectors[30:31])
        store = self.reopen(store)
        assert store.n_vectors == 59
        assert store.rows_of([IDS[30], IDS[31]]).tolist() == [-1, 31]
        assert store.search(vectors[30:31], 1)[1].tolist() == [[31]]

    def test_an_empty_store_finds_nothing(self):
        store = self.make_empty()
        assert store.n_vectors == 0
        assert store.rows_of(["一"]).tolist() == [-1]
        assert store.search(unit_vectors(1), 3)[1].tolist() == [[-1, -1, -1]]
        assert store.delete(["一"]) == 0

    @pytest.mark.parametrize("shape", [(1, 23), (2, 24)])
    def test_vectors_of_another_shape_are_refused(self, store, shape):
        with pytest.raises(ValueError, match="expected"):
            store.upsert(["一"], np.ones(shape, dtype=np.float32))
        assert store.n_vectors == 60

    def test_a_question_of_another_dimension_is_refused(self, store):
        with pytest.raises(ValueError, match="expected"):
            store.search(np.ones((1, 23), dtype=np.float32), 1)

    def test_ids_may_hold_any_character(self, store):
        ids = ['引"号', "反\\斜", "单'引", "𠀀汉字", "a in ['x']", "百分%_"]
        vectors = unit_vectors(len(ids), seed=14)
        store.upsert(ids, vectors)
        assert store.rows_of(ids).tolist() == list(range(60, 66))
        assert store.ids_of(store.search(vectors, 1)[1][:, 0]) == ids
        assert store.delete(ids[:3]) == 3
        assert store.rows_of(ids).tolist() == [-1, -1, -1, 63, 64, 65]

    def test_ties_are_broken_by_row_number(self, store, vectors):
        store.upsert([IDS[50], IDS[9], IDS[33]], np.repeat(vectors[40:41], 3, axis=0))
        assert store.search(vectors[40:41], 3)[1].tolist() == [[9, 33, 40]]
