"""The Milvus store, embedded (Milvus Lite), in the kinds of index it may have."""

import itertools

import numpy as np
import pytest

from contracts.passage_vectors import PassageVectorsContract
from contracts.vector_store import VectorStoreContract, brute_force, unit_vectors
from speechrag.errors import IndexDamaged, SettingsError, StoreError, StoreUnreachable
from speechrag.index.milvus import collections
from speechrag.index.milvus.client import Connection, MilvusOptions
from speechrag.index.milvus.collections import VectorIndex
from speechrag.index.milvus.store import MilvusStore

_NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def options(tmp_path_factory):
    folder = tmp_path_factory.mktemp("milvus") / "中文 目录"
    folder.mkdir()
    return MilvusOptions(uri=str(folder / "library.db"), consistency="Strong")


@pytest.fixture(scope="module")
def connection(options):
    connection = Connection(options)
    yield connection
    connection.close()


def new_store(connection, index, dim=24):
    return MilvusStore.create(connection, f"test_{next(_NUMBERS)}", dim, index)


class InMilvus:
    INDEX = VectorIndex("FLAT")

    @pytest.fixture(autouse=True)
    def _connection(self, connection):
        self.connection = connection

    def make_store(self, vectors):
        store = new_store(self.connection, self.INDEX)
        store.upsert([f"passage-{row:04d}" for row in range(len(vectors))], vectors)
        return store


class TestFlat(InMilvus, VectorStoreContract):
    pass


class TestClusters(InMilvus, VectorStoreContract):
    INDEX = VectorIndex("IVF_FLAT", n_lists=128)

    @pytest.fixture(autouse=True)
    def _look_into_all(self, monkeypatch):
        monkeypatch.setattr(collections, "LISTS_A_PROBE", 1)


class TestById(InMilvus, PassageVectorsContract):
    def make_empty(self):
        return new_store(self.connection, self.INDEX)

    def reopen(self, store):
        options = self.connection.options
        self.connection.close()
        return MilvusStore(Connection(options), store.name, 24, self.INDEX)


@pytest.mark.parametrize("n_allowed", [1, 7, 40])
def test_a_graph_finds_k_rows_though_a_filter_leaves_few(connection, n_allowed):
    vectors = unit_vectors(2_000, seed=21)
    store = new_store(connection, VectorIndex("HNSW"))
    store.upsert([f"p{row}" for row in range(2_000)], vectors)
    assert not store.is_exact
    allowed = np.zeros(2_000, dtype=bool)
    allowed[np.random.default_rng(n_allowed).choice(2_000, n_allowed, replace=False)] = True
    query = unit_vectors(1, seed=22)
    scores, rows = store.search(query, 10, allowed)
    n_found = min(10, n_allowed)
    expected_scores, expected_rows = brute_force(vectors, query[0], 10, allowed)
    assert rows[0, :n_found].tolist() == expected_rows.tolist()
    np.testing.assert_allclose(scores[0, :n_found], expected_scores, atol=1e-5)


@pytest.mark.parametrize(
    ("index_type", "n_rows", "expected"),
    [
        ("auto", 1_000, VectorIndex("FLAT")),
        ("auto", 1_000_000, VectorIndex("IVF_FLAT", 2_048)),
        ("IVF_SQ8", 100_000_000, VectorIndex("IVF_SQ8", 2_048)),
        ("DISKANN", 10, VectorIndex("DISKANN")),
    ],
)
def test_the_kind_of_index_follows_the_size(index_type, n_rows, expected):
    assert VectorIndex.choose(index_type, n_rows) == expected


def test_clusters_are_searched_further_the_fewer_rows_a_filter_leaves():
    index = VectorIndex("IVF_FLAT", 4_096)
    assert index.search_params(10, 1.0) == {"nprobe": 1_024}
    assert index.search_params(10, 0.5) == {"nprobe": 2_048}
    assert index.search_params(10, 1e-9) == {"nprobe": 4_096}


def test_too_long_an_id_is_refused_before_it_is_sent(connection):
    store = new_store(connection, VectorIndex("FLAT"))
    with pytest.raises(StoreError, match="129 字节"):
        store.upsert(["字" * 43], unit_vectors(1))
    with pytest.raises(StoreError, match="0 字节"):
        store.upsert([""], unit_vectors(1))
    assert store.n_vectors == 0


def test_a_collection_that_is_not_there_is_damage_with_a_remedy(connection):
    store = MilvusStore(connection, "never_made", 24, VectorIndex("FLAT"), n_vectors=5)
    with pytest.raises(IndexDamaged, match="never_made") as caught:
        store.search(unit_vectors(1), 3)
    assert caught.value.hint == "请运行：speechrag index --full"


def test_a_server_that_does_not_answer_is_named_without_the_token():
    options = MilvusOptions("http://127.0.0.1:9", timeout_s=2, token="root:very-secret")
    with pytest.raises(StoreUnreachable, match=r"Milvus 没有应答：http://127\.0\.0\.1:9") as caught:
        Connection(options).call("list_collections")
    assert "very-secret" not in f"{caught.value} {caught.value.__cause__!r} {options!r}"
    assert "milvus.uri" in caught.value.hint


def test_a_server_error_is_told_without_the_token(connection):
    class Refusing:
        def search(self, *args, **kwargs):
            raise RuntimeError("bad token root:very-secret")

    refusing = Connection(MilvusOptions("http://127.0.0.1:9", token="root:very-secret"))
    refusing._client = Refusing()
    with pytest.raises(StoreError, match=r"bad token \*\*\*") as caught:
        refusing.call("search")
    assert "SPEECHRAG_MILVUS_TOKEN" in caught.value.hint


@pytest.mark.parametrize(("n_replicas", "expected"), [(1, {}), (3, {"replica_number": 3})])
def test_a_cluster_is_told_how_many_replicas_to_load(n_replicas, expected):
    asked = []

    class Recording:
        def load_collection(self, name, timeout, **more):
            asked.append((name, more))

    connection = Connection(MilvusOptions("http://127.0.0.1:9", n_replicas=n_replicas))
    connection._client = Recording()
    connection.load("one")
    assert asked == [("one", expected)]


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    uri = str(tmp_path / "没有" / "x.db")
    with pytest.raises(StoreUnreachable, match="打不开"):
        Connection(MilvusOptions(uri)).call("list_collections")


def test_without_pymilvus_the_command_to_install_it_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pymilvus", None)
    with pytest.raises(SettingsError, match="没有安装 pymilvus") as caught:
        Connection(MilvusOptions("x.db")).call("list_collections")
    assert "speechrag[milvus]" in caught.value.hint
