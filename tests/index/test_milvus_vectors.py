"""Generations whose vectors are in Milvus: built, switched, rolled back, and what can go wrong."""

import json

import numpy as np
import pytest

from index_fakes import HashEncoder, write_library, write_speech
from speechrag.errors import IndexIncompatible, StoreError, StoreUnreachable
from speechrag.index import live
from speechrag.index.generation import open_current
from speechrag.index.lexical import LexicalIndex
from speechrag.index.live import list_generations, read_current
from speechrag.index.milvus.client import MilvusOptions
from speechrag.index.milvus.store import MilvusStore
from speechrag.index.milvus.vectors import MilvusVectors, Placement
from speechrag.index.milvus.words import inner_product, passage_words, question_words
from speechrag.index.upkeep import diagnose, rollback, status
from speechrag.types import Filters

WEIGHTS = {"body": 1.0, "heading": 0.4, "title": 0.3}


@pytest.fixture
def remote(tmp_path):
    remote = MilvusVectors(MilvusOptions(str(tmp_path / "库.db"), consistency="Strong"))
    yield remote
    remote.close()


@pytest.fixture
def build_there(build, remote):
    return lambda *given, **more: build(*given, remote=remote, **more)


@pytest.fixture
def generation(build_there, index_dir, remote):
    build_there()
    return open_current(index_dir, remote=remote)


def collections(remote):
    return sorted(remote._connection.call("list_collections"))


def alias_target(remote):
    return remote._connection.call("describe_alias", "speechrag")["collection_name"]


def placement(index_dir, name=None):
    return Placement.read(index_dir / (name or read_current(index_dir)))


def names(faults):
    return [fault.name for fault in faults]


def test_vectors_go_to_milvus_and_not_into_the_folder(generation, index_dir, remote):
    folder = generation.directory
    assert not list(folder.glob("*.faiss"))
    assert "milvus.json" in generation.manifest.files
    assert collections(remote) == [placement(index_dir).contexts, placement(index_dir).passages]
    assert alias_target(remote) == placement(index_dir).passages
    assert (generation.body.n_vectors, generation.context.n_vectors) == (36, 12)


def test_searching_there_finds_what_files_find(generation, build, tmp_path):
    build(index_dir=tmp_path / "files")
    here = open_current(tmp_path / "files")
    rows = np.array([0, 35, 7])
    for there, beside in ((generation.body, here.body), (generation.context, here.context)):
        rows %= there.n_vectors
        np.testing.assert_allclose(there.vectors(rows), beside.vectors(rows), atol=1e-6)
        queries = beside.vectors(rows)
        scores, found = there.search(queries, 12)
        expected_scores, expected = beside.search(queries, 12)
        assert found.tolist() == expected.tolist()
        np.testing.assert_allclose(scores, expected_scores, atol=1e-5)


def test_sparse_vectors_give_the_scores_of_bm25(generation):
    lexical = generation.lexical
    terms = {"人才": 1.0, "培养": 0.5, "第": 2.0, "没有的词": 1.0}
    expected = lexical.scores(terms, WEIGHTS)
    question = question_words(lexical, terms, WEIGHTS)
    batches = list(passage_words(lexical, 10))
    assert [len(batch) for batch in batches] == [10, 10, 10, 6]
    found = [inner_product(question, words) for batch in batches for words in batch]
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert expected.max() > 0


def test_weights_of_nothing_leave_nothing(generation):
    assert question_words(generation.lexical, {"人才": 0.0}, WEIGHTS) == {}
    assert question_words(generation.lexical, {"没有的词": 1.0}, WEIGHTS) == {}
    assert question_words(generation.lexical, {"人才": 1.0}, {}) == {}


def test_a_passage_without_words_can_be_stored(tmp_path):
    LexicalIndex.build(tmp_path / "l", {"body": [["甲"], []], "heading": [[], []]})
    lexical = LexicalIndex.open(tmp_path / "l")
    (batch,) = passage_words(lexical, 5)
    assert batch[1] == {0: 1.0}
    assert inner_product(question_words(lexical, {"甲": 1.0}, WEIGHTS), batch[1]) == 0


FILTERS = [
    Filters(),
    Filters(date_from="2020", date_to="2022-06"),
    Filters(kinds=frozenset({"报告"})),
    Filters(kinds=frozenset({"没有这类"})),
    Filters(roles=frozenset({"开场"})),
    Filters(sources=frozenset({"speech003.txt"}), roles=frozenset({"开场", "举措"})),
    Filters(date_from="1990", kinds=frozenset({"讲话"}), sources=frozenset({"speech000.txt"})),
    Filters(speakers=frozenset({"林知远"})),
    Filters(speakers=frozenset({"周副市长", "许知远"}), roles=frozenset({"举措"})),
    Filters(speakers=frozenset({"没有此人"})),
]


@pytest.mark.parametrize("filters", FILTERS)
def test_filters_there_let_through_what_the_mask_does(generation, filters):
    store, body = generation.store, generation.body
    mask = store.mask(filters)
    allowed = np.arange(36) if mask is None else np.flatnonzero(mask)
    vector = body.vectors(np.array([20]))[0]
    every = body.find({"第": 1.0}, WEIGHTS, vector, 40, filters)
    assert every.tolist() == allowed.tolist()


def test_finding_takes_the_best_of_both_kinds(generation):
    body, lexical = generation.body, generation.lexical
    vector = body.vectors(np.array([20]))[0]
    terms = {"人才": 1.0}
    by_words = lexical.search(terms, 3, WEIGHTS)[1]
    by_meaning = body.search(vector[None, :], 3)[1][0]
    found = body.find(terms, WEIGHTS, vector, 3, Filters())
    assert found.tolist() == sorted({*by_words.tolist(), *by_meaning.tolist()})
    nothing = np.zeros_like(vector)
    assert set(body.find(terms, WEIGHTS, nothing, 3, Filters())) == set(by_words.tolist())
    assert body.find({"没有的词": 1.0}, WEIGHTS, nothing, 3, Filters()).tolist() == []
    words, cosines = body.weigh(found, terms, WEIGHTS, vector)
    np.testing.assert_allclose(words, lexical.scores(terms, WEIGHTS)[found], atol=1e-5)
    np.testing.assert_allclose(cosines, body.vectors(found) @ vector, atol=1e-6)


def test_an_open_generation_stays_whole_while_the_next_takes_over(
    generation, build_there, sources, index_dir, remote
):
    before = generation.body.vectors(np.arange(36))
    write_speech(sources / "speech000.txt", seed=77)
    assert build_there().n_reused_files == 5
    fresh = open_current(index_dir, remote=remote)
    assert alias_target(remote) == placement(index_dir, "gen-000002").passages
    assert generation.body.name == placement(index_dir, "gen-000001").passages
    np.testing.assert_array_equal(generation.body.vectors(np.arange(36)), before)
    assert np.abs(fresh.body.vectors(np.arange(6)) - before[:6]).max() > 0.01
    np.testing.assert_allclose(fresh.body.vectors(np.arange(6, 36)), before[6:], atol=1e-6)


def test_rolling_back_moves_the_alias_too(build_there, sources, index_dir, remote):
    build_there()
    write_speech(sources / "speech009.txt", seed=78)
    build_there()
    assert rollback(index_dir, remote) == "gen-000001"
    assert alias_target(remote) == placement(index_dir, "gen-000001").passages
    assert open_current(index_dir, remote=remote).body.n_vectors == 36
    assert diagnose(index_dir, remote=remote) == []


def test_collections_go_with_their_generation(build_there, sources, index_dir, remote):
    for number in range(5):
        write_library(sources, 2, seed=number + 2)
        build_there()
    kept = list_generations(index_dir)
    assert kept == ["gen-000003", "gen-000004", "gen-000005"]
    wanted = [placement(index_dir, name) for name in kept]
    assert collections(remote) == sorted(
        name for place in wanted for name in (place.passages, place.contexts)
    )
    states = [
        remote._connection.call("get_load_state", place.passages)["state"].name for place in wanted
    ]
    assert states == ["NotLoad", "Loaded", "Loaded"]
    assert rollback(index_dir, remote) == "gen-000004"
    assert rollback(index_dir, remote) == "gen-000003"
    assert open_current(index_dir, remote=remote).body.search(np.eye(1, 48, dtype="f4"), 1)[1] >= 0


def test_a_switch_that_milvus_refuses_leaves_everything_as_it_was(
    build_there, sources, index_dir, remote, monkeypatch
):
    build_there()
    write_speech(sources / "speech009.txt", seed=78)
    publish = remote.publish

    def fail(directory):
        raise StoreUnreachable("没有应答", "再试")

    monkeypatch.setattr(remote, "publish", fail)
    with pytest.raises(StoreUnreachable):
        build_there()
    monkeypatch.setattr(remote, "publish", publish)
    assert list_generations(index_dir) == ["gen-000001"]
    assert alias_target(remote) == placement(index_dir).passages
    assert open_current(index_dir, remote=remote).body.n_vectors == 36
    assert names(diagnose(index_dir, remote=remote)) == ["milvus-leftovers"]
    assert build_there().n_passages == 42
    assert diagnose(index_dir, remote=remote) == []


def test_death_between_the_two_switches_is_named_and_mended(
    build_there, sources, index_dir, remote, monkeypatch
):
    build_there()
    write_speech(sources / "speech009.txt", seed=78)

    def die(index_dir, name):
        raise KeyboardInterrupt

    monkeypatch.setattr(live, "point_current", die)
    with pytest.raises(KeyboardInterrupt):
        build_there()
    monkeypatch.undo()
    assert open_current(index_dir, remote=remote).body.n_vectors == 36
    assert "milvus-alias" in names(diagnose(index_dir, remote=remote))
    (sources / "speech009.txt").unlink()
    assert build_there().generation == "gen-000001"  # nothing to build, but the alias to mend
    assert alias_target(remote) == placement(index_dir, "gen-000001").passages


def test_faults_in_milvus_are_named_with_their_remedy(build_there, sources, index_dir, remote):
    build_there()
    write_speech(sources / "speech009.txt", seed=78)
    build_there()
    assert diagnose(index_dir, remote=remote) == []
    old, new = placement(index_dir, "gen-000001"), placement(index_dir, "gen-000002")
    remote._connection.call("drop_collection", old.contexts)
    MilvusStore(remote._connection, new.passages, new.dim, new.index).delete(
        [open_current(index_dir, remote=remote).store.passage(3).id]
    )
    faults = diagnose(index_dir, remote=remote)
    assert names(faults) == ["milvus-collection", "milvus-count"]
    assert "不影响使用" in faults[0].remedy
    assert "41 行，应有 42 行" in faults[1].message
    assert "speechrag index --full" in faults[1].remedy
    build_there(full=True)
    assert open_current(index_dir, remote=remote).body.n_vectors == 42


def test_a_lost_collection_is_damage_and_the_generation_before_serves(
    build_there, sources, index_dir, remote
):
    build_there()
    write_speech(sources / "speech009.txt", seed=78)
    build_there()
    remote._connection.call("drop_alias", "speechrag")
    remote._connection.call("drop_collection", placement(index_dir).passages)
    generation = open_current(index_dir, remote=remote)
    assert generation.name == "gen-000001"
    assert len(generation.notices) == 1
    assert build_there().n_passages == 42
    assert open_current(index_dir, remote=remote).notices == ()


def test_two_libraries_do_not_take_the_same_alias(build, build_there, remote, tmp_path):
    build_there()
    with pytest.raises(StoreError, match="另一个文库") as caught:
        build(index_dir=tmp_path / "other", remote=remote)
    assert "milvus.collection" in caught.value.hint
    assert len(collections(remote)) == 4  # the other's are left, and named by its doctor
    other = MilvusVectors(MilvusOptions(remote.options.uri, "another", consistency="Strong"))
    assert build(index_dir=tmp_path / "other", remote=other).n_passages == 36
    assert len(collections(remote)) == 4


def test_moving_to_milvus_and_back(build, build_there, index_dir, remote, tokenizer):
    encoder = HashEncoder()
    build(encoder=encoder)
    n_encoded = encoder.n_encoded
    report = build_there(encoder=encoder)
    assert encoder.n_encoded == n_encoded  # the vectors are taken over
    assert (report.n_reused_passages, report.n_passages) == (36, 36)
    assert "store" in [reason.key for reason in report.reasons]
    with pytest.raises(IndexIncompatible, match="store 不是 milvus"):
        open_current(index_dir)
    assert names(diagnose(index_dir)) == ["incompatible"]
    build(encoder=encoder)
    assert open_current(index_dir).body.description == "Flat"


def test_status_tells_where_the_vectors_are(build_there, index_dir, remote):
    build_there()
    told = status(index_dir, remote)["store"]
    assert (told["engine"], told["alias"], told["n_passages"]) == ("milvus", "speechrag", 36)
    assert "token" not in json.dumps(told)


def test_a_server_that_is_away_is_a_fault_with_a_remedy(build_there, index_dir, remote, sources):
    build_there()
    write_speech(sources / "speech009.txt", seed=78)
    build_there()
    away = MilvusVectors(MilvusOptions("http://127.0.0.1:9", timeout_s=2, token="geheim"))
    (fault,) = diagnose(index_dir, remote=away)
    assert fault.name == "milvus-unreachable"
    assert "http://127.0.0.1:9" in fault.message
    assert "milvus.uri" in fault.remedy
    for attempt in (open_current, rollback):
        with pytest.raises(StoreUnreachable):
            attempt(index_dir, remote=away)
    assert read_current(index_dir) == "gen-000002"
