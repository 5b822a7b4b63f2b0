"""Recall as measured at build time, and as set, against brute force in numpy."""

import json

import numpy as np
import pytest

from contracts.vector_store import brute_force, unit_vectors
from speechrag.errors import IndexDamaged
from speechrag.index import vectors as module
from speechrag.index.recall import DEPTH, NearestOfSample
from speechrag.index.vectors import FaissStore


@pytest.fixture(autouse=True)
def _small_thresholds(monkeypatch):
    monkeypatch.setattr(module, "FLOAT16_MIN_ROWS", 500)
    monkeypatch.setattr(module, "QUICK_PASS_MIN_ROWS", 1_000)


@pytest.fixture(scope="module")
def rows():
    """Rows that cluster little, so that a quick look misses much."""
    centres = unit_vectors(60, dim=32, seed=3)
    near = np.repeat(centres, 100, axis=0) + 1.2 * unit_vectors(6_000, dim=32, seed=4)
    return (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)


def recall_by_hand(store, rows, asked):
    """recall@10 of questions, one at a time, by a scan of the float32 rows."""
    found = 0
    for question in asked:
        nearest = brute_force(rows, question, DEPTH)[1].tolist()
        found += len(set(nearest) & set(store.search(question[None], DEPTH)[1][0].tolist()))
    return found / (DEPTH * len(asked))


def test_the_nearest_of_a_sample_are_those_of_brute_force_block_by_block(rows):
    nearest = NearestOfSample(rows, 20)
    for start in range(0, len(rows), 700):
        nearest.look_at(start, rows[start : start + 700])
    for question, found in zip(nearest.asked, nearest.nearest, strict=True):
        assert found.tolist() == brute_force(rows, question, DEPTH)[1].tolist()


def test_questions_are_rows_moved_as_far_as_questions_are_from_passages(rows):
    asked = NearestOfSample(rows, 20).asked
    sample = rows[np.linspace(0, len(rows) - 1, 20).astype(int)]
    np.testing.assert_allclose(np.linalg.norm(asked, axis=1), 1, atol=1e-6)
    cosines = (asked * sample).sum(axis=1)
    # A direction at right angles would leave 1 / sqrt(1 + 1.5^2).
    assert cosines.mean() == pytest.approx(1 / np.sqrt(3.25), abs=0.1)
    np.testing.assert_array_equal(asked, NearestOfSample(rows, 20).asked)


def test_what_a_search_found_is_counted(rows):
    nearest = NearestOfSample(rows[:30], 2)
    nearest.look_at(0, rows[:30])
    assert nearest.share_found(nearest.nearest[:, ::-1]) == 1.0
    half = nearest.nearest.copy()
    half[:, 5:] = -1
    assert nearest.share_found(half) == 0.5
    others = nearest.nearest.copy()
    others[:, 0] = [row for line in others for row in range(30) if row not in line][:1]
    assert nearest.share_found(others) == 0.9
    few = NearestOfSample(rows[:4], 2)
    few.look_at(0, rows[:4])
    assert few.share_found(few.nearest) == 1.0


def test_a_copy_of_the_last_row_is_as_good(rows):
    copied = np.concatenate([rows, rows[:50]])  # each of the first fifty stands there twice
    nearest = NearestOfSample(copied, 20)
    nearest.look_at(0, copied)
    first = nearest.nearest % len(rows)
    swapped = np.where(nearest.nearest < len(rows), first + len(rows), first)
    swapped = np.where(first < 50, swapped, first)
    assert (swapped != nearest.nearest).any()
    assert nearest.share_found(swapped) == 1.0


@pytest.mark.parametrize("wanted", [0.7, 0.9, 0.99])
def test_a_search_finds_the_share_that_is_set(rows, wanted):
    store = FaissStore.build(rows)
    store.aim(wanted)
    assert store.measured_recall >= wanted
    sample = NearestOfSample(rows, module.N_RECALL_ROWS_QUICKLY).asked
    assert store.measured_recall == pytest.approx(recall_by_hand(store, rows, sample), abs=0.002)
    others = NearestOfSample(rows, 330).asked[7::3]  # that were not measured on
    assert recall_by_hand(store, rows, others) >= wanted - 0.02
    # Rows themselves are easier.
    assert recall_by_hand(store, rows, rows[7::61]) >= wanted


def test_more_recall_compares_more_rows_and_all_take_all(rows):
    store = FaissStore.build(rows)
    compared = []
    for wanted in (0.5, 0.8, 0.95, 0.99):
        store.aim(wanted)
        compared.append(int(store.description.rpartition(" ")[2]))
    assert compared == sorted(set(compared))
    assert compared[0] < 4
    store.aim(1.0)
    assert (store.is_exact, store.description) == (True, "float16")
    assert recall_by_hand(store, rows, rows[::61]) >= 0.995


def test_where_rounding_keeps_it_from_the_recall_set_it_stops_where_more_gains_nothing(rows):
    store = FaissStore(FaissStore.build(rows)._index, {1: 0.5, 8: 0.97, 64: 0.985, 256: 0.985})
    for wanted, expected in ((0.9, 8), (0.985, 64), (0.99, 64)):
        store.aim(wanted)
        assert store.description.endswith(f"factor {expected}")
        assert store.measured_recall == {8: 0.97, 64: 0.985}[expected]


def test_what_was_measured_is_kept_beside_the_index(rows, tmp_path):
    FaissStore.build(rows).save(tmp_path / "body.faiss")
    document = json.loads((tmp_path / "body.recall.json").read_text())
    assert document["recall_at"] == 10
    shares = list(document["by_compared"].values())
    assert shares[0] < 0.7 < 0.99 < shares[-1]
    store = FaissStore.open(tmp_path / "body.faiss")
    store.aim(0.9)
    fewest = min(int(n) for n, share in document["by_compared"].items() if share >= 0.9)
    assert store.description.endswith(f"factor {fewest}")


def test_rows_that_are_all_compared_are_not_touched_by_the_setting(rows):
    flat, rounded = FaissStore.build(rows[:499]), FaissStore.build(rows[:999])
    for store in (flat, rounded):
        store.aim(0.5)
        assert store.is_exact
    assert flat.measured_recall == 1.0
    by_hand = recall_by_hand(rounded, rows[:999], NearestOfSample(rows[:999], 50).asked)
    assert rounded.measured_recall == pytest.approx(by_hand, abs=0.005)  # ties after rounding


def test_an_index_of_before_tells_nothing_and_searches_as_it_was_built(rows, tmp_path):
    FaissStore.build(rows).save(tmp_path / "body.faiss")
    (tmp_path / "body.recall.json").unlink()
    store = FaissStore.open(tmp_path / "body.faiss")
    before = store.description
    store.aim(0.5)
    assert store.description == before
    assert FaissStore.open(tmp_path / "body.faiss").measured_recall is None


@pytest.mark.parametrize("content", ["", "[]", '{"by_compared": {"a": 1}}', '{"by_compared": 3}'])
def test_a_file_that_is_no_measurement_is_named(rows, tmp_path, content):
    FaissStore.build(rows).save(tmp_path / "body.faiss")
    (tmp_path / "body.recall.json").write_text(content)
    with pytest.raises(IndexDamaged, match=r"body\.recall\.json"):
        FaissStore.open(tmp_path / "body.faiss")
