"""A server over Milvus: it takes the next generation when it is there, and never mixes two."""

import threading
from dataclasses import replace

import pytest

from index_fakes import write_speech
from speechrag.config import Settings
from speechrag.search.library import LiveLibrary, build_library


@pytest.fixture
def settings(tmp_path):
    """Three speeches, indexed into Milvus Lite."""
    settings = replace(
        Settings(),
        index=tmp_path / "index",
        seeds=tmp_path / "speeches",
        store="milvus",
        milvus_uri=str(tmp_path / "m.db"),
    )
    settings.seeds.mkdir()
    rewrite(settings, 1)
    build_library([settings.seeds], settings)
    return settings


def rewrite(settings, edition):
    """All speeches anew; the edition is in every passage."""
    for number in range(3):
        write_speech(settings.seeds / f"{number}.txt", seed=edition)


def editions(result):
    """Which editions an answer's passages are of."""
    return {hit.text[:3] for hit in result.hits}


def test_a_server_changes_over_between_requests(settings):
    library = LiveLibrary(settings)
    first = library.engine()
    question = "第1篇第2段"
    assert editions(first.search(question, per_speech=0)) == {"第1篇"}
    rewrite(settings, 2)
    assert library.rebuild().generation == "gen-000002"
    assert editions(first.search(question, per_speech=0)) == {"第1篇"}
    second = library.engine()
    assert second.generation.name == "gen-000002"
    assert editions(second.search("第2篇第2段", per_speech=0)) == {"第2篇"}


def test_no_request_fails_or_mixes_while_generations_change(settings):
    library = LiveLibrary(settings)
    library.engine()
    answers, errors, done = [], [], threading.Event()

    def ask():
        while not done.is_set():
            try:
                engine = library.engine()
                answers.append(
                    (engine.generation.name, editions(engine.search("数字政府平台建设")))
                )
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told below
                errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for edition in (2, 3):
            rewrite(settings, edition)
            library.rebuild()
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert errors == []
    expected = {f"gen-{n:06d}": {f"第{n}篇"} for n in (1, 2, 3)}
    wrong = [(name, seen) for name, seen in answers if seen not in (expected[name], set())]
    assert wrong == []
    assert {name for name, seen in answers if seen} >= {"gen-000001", "gen-000002"}
