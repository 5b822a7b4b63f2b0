"""The FAISS store, in each of the forms it takes by size."""

import numpy as np
import pytest

from contracts.vector_store import VectorStoreContract, brute_force, unit_vectors
from speechrag.errors import IndexDamaged
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
def clustered():
    """Rows around 40 centres, as texts on 40 themes are."""
    centres = unit_vectors(40, dim=32, seed=8)
    near = np.repeat(centres, 100, axis=0) + 0.4 * unit_vectors(4_000, dim=32, seed=9)
    return (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def ivf(clustered, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "IVF_MIN_ROWS", 1_000)
    monkeypatch.setattr(module, "FLOAT16_MIN_ROWS", 500)
    FaissStore.build(clustered).save(tmp_path / "ivf")
    return FaissStore.open(tmp_path / "ivf")


def test_the_kind_of_index_follows_the_size(ivf):
    assert FaissStore.build(unit_vectors(499)).description == "Flat"
    assert FaissStore.build(unit_vectors(600)).description == "float16"
    assert ivf.description == "IVF256,float16,nprobe 64"
    assert not ivf.is_exact


def test_clusters_find_nearly_all_that_brute_force_finds(ivf, clustered):
    queries = clustered[::97]
    _, rows = ivf.search(queries, 10)
    found = [
        len(set(line.tolist()) & set(brute_force(clustered, query, 10)[1].tolist()))
        for line, query in zip(rows, queries, strict=True)
    ]
    assert sum(found) / (10 * len(queries)) >= 0.95


@pytest.mark.parametrize("n_allowed", [2, 50, 1_000])
def test_a_filter_on_clusters_still_finds_k_rows(ivf, clustered, n_allowed, monkeypatch):
    monkeypatch.setattr(module, "FILTER_SCAN_ROWS", 100)
    allowed = np.zeros(len(clustered), dtype=bool)
    allowed[np.random.default_rng(1).choice(len(clustered), n_allowed, replace=False)] = True
    _scores, rows = ivf.search(clustered[:3], 10, allowed)
    for number in range(3):
        kept = rows[number][rows[number] >= 0]
        assert len(kept) == min(10, n_allowed)
        assert allowed[kept].all()
    if n_allowed <= 100:
        expected = brute_force(clustered, clustered[0], 10, allowed)[1]
        assert rows[0, : len(expected)].tolist() == expected.tolist()


def test_rows_are_given_back(clustered, ivf):
    wanted = np.asarray([5, 0, 3_999])
    flat = FaissStore.build(clustered[:100])
    np.testing.assert_array_equal(flat.vectors(wanted[:2]), clustered[wanted[:2]])
    np.testing.assert_allclose(ivf.vectors(wanted), clustered[wanted], atol=1e-3)
    assert flat.vectors(np.asarray([], dtype=np.int64)).shape == (0, 32)


def test_an_empty_store_finds_nothing():
    store = FaissStore.build(np.zeros((0, 8), dtype=np.float32))
    _, rows = store.search(unit_vectors(1, dim=8), 3)
    assert rows.tolist() == [[-1, -1, -1]]


def test_the_same_rows_give_the_same_file(tmp_path, clustered, monkeypatch):
    monkeypatch.setattr(module, "IVF_MIN_ROWS", 1_000)
    for name in "ab":
        FaissStore.build(clustered).save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("content", [b"", b"nonsense", b"IxFI" + b"\xff" * 40])
def test_a_file_that_is_no_index_is_named(tmp_path, content):
    (tmp_path / "body.faiss").write_bytes(content)
    with pytest.raises(IndexDamaged, match=r"body\.faiss"):
        FaissStore.open(tmp_path / "body.faiss")
