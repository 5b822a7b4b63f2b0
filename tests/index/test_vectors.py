"""The FAISS store, in each of the forms it takes by size."""

import os
from pathlib import Path

import numpy as np
import pytest

from contracts.vector_store import VectorStoreContract, brute_force, unit_vectors
from speechrag.errors import IndexDamaged
from speechrag.index import faiss_files, quick_pass
from speechrag.index import vectors as module
from speechrag.index.vectors import FaissStore


class TestFlat(VectorStoreContract):
    def make_store(self, vectors):
        return FaissStore.build(vectors)


class TestFlatReopened(VectorStoreContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path):
        self.folder = tmp_path / "中文 目录"
        self.folder.mkdir()

    def make_store(self, vectors):
        FaissStore.build(vectors).save(self.folder / "向量.faiss")
        return FaissStore.open(self.folder / "向量.faiss")


class TestFlatMapped(TestFlatReopened):
    @pytest.fixture(autouse=True)
    def _mapped(self, monkeypatch):
        monkeypatch.setattr(faiss_files, "MAPPED_MIN_BYTES", 0)


class TestFloat16(VectorStoreContract):
    TOLERANCE = 1e-3

    @pytest.fixture(autouse=True)
    def _small_threshold(self, monkeypatch):
        monkeypatch.setattr(module, "FLOAT16_MIN_ROWS", 1)

    def make_store(self, vectors):
        # Rows that float16 holds exactly, so that the ranking is brute force's.
        return FaissStore.build(vectors)

    @pytest.fixture
    def vectors(self):
        return unit_vectors(400).astype(np.float16).astype(np.float32)


@pytest.fixture
def rows():
    """Rows around 40 centres, as texts on 40 themes are."""
    centres = unit_vectors(40, dim=32, seed=8)
    near = np.repeat(centres, 100, axis=0) + 0.4 * unit_vectors(4_000, dim=32, seed=9)
    return (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def small(monkeypatch):
    """Sizes at which the kind of index changes, for tests."""
    monkeypatch.setattr(module, "QUICK_PASS_MIN_ROWS", 1_000)
    monkeypatch.setattr(module, "FLOAT16_MIN_ROWS", 500)


@pytest.fixture(params=["read", "mapped"])
def quick(request, rows, small, tmp_path, monkeypatch):
    monkeypatch.setattr(faiss_files, "MAPPED_MIN_BYTES", 0 if request.param == "mapped" else 2**40)
    FaissStore.build(rows).save(tmp_path / "快")
    return FaissStore.open(tmp_path / "快")


class TestQuickPass(VectorStoreContract):
    """Where all that looks best at first is compared, the ranking is brute force's."""

    TOLERANCE = 1e-3

    @pytest.fixture(autouse=True)
    def _all_compared(self, small, monkeypatch):
        monkeypatch.setattr(module, "FLOAT16_MIN_ROWS", 100)
        monkeypatch.setattr(module, "QUICK_PASS_MIN_ROWS", 100)
        monkeypatch.setattr(module, "SCAN_SHARE", 1)

    def make_store(self, vectors):
        store = FaissStore.build(vectors)
        assert store.is_exact == (len(vectors) < 100)
        return store

    @pytest.fixture
    def vectors(self):
        return unit_vectors(400).astype(np.float16).astype(np.float32)


def test_the_kind_of_index_follows_the_size(quick):
    assert FaissStore.build(unit_vectors(499)).description == "Flat"
    assert FaissStore.build(unit_vectors(600)).description == "float16"
    assert FaissStore.build(unit_vectors(1_200, dim=25)).description == "float16"
    assert quick.description == "PQ16x4fs,float16,factor 16"
    assert not quick.is_exact


def share_found(store, rows, queries, k, allowed=None):
    """The share of brute force's k nearest among the k that a store finds."""
    found = store.search(queries, k, allowed)[1]
    shared = [
        len(set(line.tolist()) & set(brute_force(rows, query, k, allowed)[1].tolist()))
        for line, query in zip(found, queries, strict=True)
    ]
    return sum(shared) / (k * len(queries))


def test_a_quick_look_finds_nearly_all_that_brute_force_finds(quick, rows):
    assert share_found(quick, rows, rows[::97], 10) >= 0.98


def test_scores_after_a_quick_look_are_the_cosines_of_the_rows(quick, rows):
    scores, found = quick.search(rows[:3], 10)
    for number in range(3):
        expected = rows[found[number]] @ rows[number]
        np.testing.assert_allclose(scores[number], expected, atol=1e-3)
        order = np.lexsort((found[number], -scores[number]))
        assert order.tolist() == list(range(10))


@pytest.mark.parametrize("n_allowed", [2, 50, 1_000, 3_000])
def test_a_filter_leaves_all_that_brute_force_finds_among_the_allowed(quick, rows, n_allowed):
    allowed = np.zeros(len(rows), dtype=bool)
    allowed[np.random.default_rng(1).choice(len(rows), n_allowed, replace=False)] = True
    k = min(10, n_allowed)
    found = quick.search(rows[:40:13], 10, allowed)[1]
    assert (found[:, k:] == -1).all()
    assert allowed[found[:, :k]].all()
    assert share_found(quick, rows, rows[:40:13], k, allowed) >= 0.97


def test_a_filter_that_leaves_nothing_near_still_gives_k_rows(quick, rows):
    allowed = rows @ rows[0] < 0.3  # most rows, and none of those that look best at first
    assert allowed.sum() > 3_000
    found = quick.search(rows[:1], 10, allowed)[1][0]
    # Nearly equal cosines may change places by float16's rounding.
    np.testing.assert_allclose(
        rows[found] @ rows[0], brute_force(rows, rows[0], 10, allowed)[0], atol=1e-3
    )


def test_many_rows_asked_for_are_found_by_comparing_all(quick, rows):
    scores, found = quick.search(rows[:2], 2_000)
    for number in range(2):
        expected, _ = brute_force(rows, rows[number], 2_000)
        np.testing.assert_allclose(scores[number], expected, atol=1e-3)
        assert len(set(found[number].tolist())) == 2_000


def test_what_was_trained_is_taken_over(quick, rows, monkeypatch):
    other = unit_vectors(3_000, dim=32, seed=77)
    anew = FaissStore.build(other)
    monkeypatch.setattr(quick_pass, "N_TRAIN_ROWS", None)  # min(n, None) cannot be
    taken_over = FaissStore.build(rows[::-1].copy(), quick)
    assert share_found(taken_over, rows[::-1], rows[::97], 10) >= 0.98
    with pytest.raises(TypeError):
        FaissStore.build(np.concatenate([rows, rows, rows]), quick)  # more than twice as many
    with pytest.raises(TypeError):
        FaissStore.build(rows, FaissStore.build(rows[:600]))  # which has none
    with pytest.raises(TypeError):
        FaissStore.build(unit_vectors(1_200, dim=24), anew)


def test_clusters_of_an_earlier_format_are_read_as_rows(rows, tmp_path):
    """As format 2 kept 300,000 rows and more."""
    faiss = faiss_files.load_faiss()
    inner = faiss.METRIC_INNER_PRODUCT
    centres = faiss.IndexFlatIP(32)
    old = faiss.IndexIVFScalarQuantizer(centres, 32, 64, faiss.ScalarQuantizer.QT_fp16, inner)
    old.train(rows)
    old.add(rows)
    faiss.write_index(old, str(tmp_path / "body.faiss"))
    (tmp_path / "body.recall.json").write_text(
        '{"recall_at": 10, "by_clusters": {"1": 0.5, "16": 0.99}}'
    )
    store = FaissStore.open(tmp_path / "body.faiss")
    store.aim(0.9)
    assert (store.description, store.measured_recall) == ("float16", None)
    np.testing.assert_allclose(store.vectors(np.arange(0, 4_000, 7)), rows[::7], atol=1e-3)
    assert share_found(store, rows, rows[::97], 10) >= 0.99


def test_rows_are_given_back(rows, quick):
    wanted = np.asarray([5, 0, 3_999])
    flat = FaissStore.build(rows[:100])
    np.testing.assert_array_equal(flat.vectors(wanted[:2]), rows[wanted[:2]])
    np.testing.assert_allclose(quick.vectors(wanted), rows[wanted], atol=1e-3)
    assert flat.vectors(np.asarray([], dtype=np.int64)).shape == (0, 32)


def test_an_empty_store_finds_nothing():
    store = FaissStore.build(np.zeros((0, 8), dtype=np.float32))
    _, rows = store.search(unit_vectors(1, dim=8), 3)
    assert rows.tolist() == [[-1, -1, -1]]


def test_the_same_rows_give_the_same_file(tmp_path, rows, small):
    for name in "ab":
        FaissStore.build(rows).save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("mapped_from", [0, 2**40])
@pytest.mark.parametrize("content", [b"", b"nonsense", b"IxFI" + b"\xff" * 40])
def test_a_file_that_is_no_index_is_named(tmp_path, content, mapped_from, monkeypatch):
    monkeypatch.setattr(faiss_files, "MAPPED_MIN_BYTES", mapped_from)
    (tmp_path / "body.faiss").write_bytes(content)
    with pytest.raises(IndexDamaged, match=r"body\.faiss"):
        FaissStore.open(tmp_path / "body.faiss")


def test_a_folder_whose_name_is_no_text_is_read(tmp_path, rows, small, monkeypatch):
    monkeypatch.setattr(faiss_files, "MAPPED_MIN_BYTES", 0)
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xb9\xab\xce\xc4"))  # GBK
    folder.mkdir()
    FaissStore.build(rows).save(folder / "body.faiss")
    store = FaissStore.open(folder / "body.faiss")
    np.testing.assert_allclose(store.vectors(np.asarray([3]))[0], rows[3], atol=1e-3)


def test_what_is_mapped_outlives_its_file(tmp_path, rows, small, monkeypatch):
    """A rebuild takes the folder away under a server that searches in it."""
    monkeypatch.setattr(faiss_files, "MAPPED_MIN_BYTES", 0)
    FaissStore.build(rows).save(tmp_path / "body.faiss")
    store = FaissStore.open(tmp_path / "body.faiss")
    (tmp_path / "body.faiss").unlink()
    assert share_found(store, rows, rows[::97], 10) >= 0.98
