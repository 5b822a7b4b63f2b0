"""The library as a server has it: damage, and folders that a build is not told."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from speechrag.config import Settings
from speechrag.errors import IndexDamaged, IndexIncompatible
from speechrag.index import build
from speechrag.index.live import CURRENT_FILE, list_generations
from speechrag.index.manifest import MANIFEST_FILE, BuildInfo
from speechrag.index.upkeep import status
from speechrag.search.engine import Engine
from speechrag.search.library import LiveLibrary, build_library, sources_of


def write_speech(folder, name, sentence):
    folder.mkdir(exist_ok=True)
    text = f"在{name}工作会议上的讲话\n\n同志们：\n{sentence}\n要落实责任，抓实抓细，见到实效。\n"
    (folder / f"{name}.txt").write_text(text, encoding="utf-8")


@pytest.fixture
def settings(tmp_path):
    write_speech(tmp_path / "示例", "防汛", "要备足抢险物资，强化监测预警，守住安全底线。")
    return Settings(index=tmp_path / "index", seeds=tmp_path / "示例")


@pytest.fixture
def office(tmp_path):
    """The folder that the office named when it built its index."""
    write_speech(tmp_path / "本局", "成果转化", "要设立成果转化引导基金，简化审批流程。")
    return tmp_path / "本局"


@pytest.mark.parametrize("said", [None, "", "gen-000009\n", "../../etc\n", "\x00\xff"])
def test_a_lost_current_does_not_put_another_folder_in_the_librarys_place(settings, office, said):
    build_library([office], settings)
    write_speech(office, "人才", "要用好人才公寓，兑现安家补贴，留住青年人才。")
    current = settings.index / CURRENT_FILE
    if said is None:
        current.unlink()
    else:
        current.write_bytes(said.encode("latin-1"))
    report = build_library(None, settings)
    assert report.n_files == 2
    document = status(settings.index)
    assert document["sources"] == [str(office)]
    assert document["healthy"]


def test_nothing_is_built_where_no_generation_can_say_of_what(settings, office):
    build_library([office], settings)
    names = list_generations(settings.index)
    for name in names:
        (settings.index / name / MANIFEST_FILE).write_text("{", encoding="utf-8")
    with pytest.raises(IndexDamaged, match="不知道上次读的是哪些文件夹") as refused:
        build_library(None, settings)
    assert "speechrag index 文件夹" in refused.value.hint
    assert list_generations(settings.index) == names
    assert build_library([office], settings).n_files == 1


def test_the_settings_folder_is_read_where_nothing_was_ever_built(settings):
    assert sources_of(settings) == [settings.seeds]
    assert build_library(None, settings).n_files == 1
    assert [Path(source) for source in status(settings.index)["sources"]] == [settings.seeds]


def test_an_index_is_asked_with_the_user_terms_it_was_built_with(settings, office, caplog):
    write_speech(office, "园区", "要办好云岭智造谷，让企业拎包入驻，项目落地就开工。")
    build_library([office], replace(settings, user_terms=("云岭智造谷", "拎包入驻")))
    without = Engine.open(settings)
    assert "先按建索引时的查" in caplog.text
    assert "云岭智造谷" in without.tokenizer.tokenize("云岭智造谷")
    assert "云岭智造谷" in without.search("云岭智造谷", k=1).hits[0].text
    build_library(None, settings)
    assert "云岭智造谷" not in Engine.open(settings).tokenizer.tokenize("云岭智造谷")


def test_an_index_that_does_not_say_its_user_terms_is_refused(settings, office, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(build, "BuildInfo", lambda **info: BuildInfo(**info | {"user_terms": None}))
        build_library([office], replace(settings, user_terms=("云岭智造谷",)))
    with pytest.raises(IndexIncompatible, match="分词") as refused:
        Engine.open(settings)
    assert "speechrag index" in refused.value.hint


@pytest.mark.parametrize("damage", ["live generation", "CURRENT"])
def test_a_damaged_index_is_opened_once_not_for_every_question(
    settings, office, damage, monkeypatch
):
    build_library([office], settings)
    write_speech(office, "人才", "要用好人才公寓，兑现安家补贴，留住青年人才。")
    build_library(None, settings)
    if damage == "CURRENT":
        (settings.index / CURRENT_FILE).unlink()
    else:
        (settings.index / "gen-000002" / "body.faiss").unlink()
    opened = []
    really_open = Engine.open
    monkeypatch.setattr(
        Engine, "open", lambda *args: opened.append(args) or really_open(*args), raising=True
    )
    library = LiveLibrary(settings)
    engines = {id(library.engine()) for _ in range(3)}
    assert len(engines) == len(opened) == 1
    served = "gen-000002" if damage == "CURRENT" else "gen-000001"
    assert library.engine().generation.name == served

    library.rebuild()
    assert library.engine().generation.name == "gen-000003"
    assert len(opened) == 2


def test_an_index_deleted_and_built_again_under_a_running_server_is_the_new_one(
    settings, office, tmp_path
):
    build_library([office], settings)
    library = LiveLibrary(settings)
    before = library.engine()
    assert before.sources() == ["成果转化.txt"]
    shutil.rmtree(settings.index)
    write_speech(tmp_path / "新", "乡村振兴", "要发展特色产业，联农带农，壮大集体经济。")
    build_library([tmp_path / "新"], settings)
    after = library.engine()
    assert after.generation.name == before.generation.name == "gen-000001"
    assert after.sources() == ["乡村振兴.txt"]


@pytest.mark.parametrize("lost", ["folder", "all generations"])
def test_a_running_server_goes_on_when_its_index_is_lost(settings, office, lost, caplog):
    build_library([office], settings)
    library = LiveLibrary(settings)
    before = library.engine()
    (hit,) = before.search("成果转化基金", k=1).hits
    if lost == "folder":
        shutil.rmtree(settings.index)
    else:
        os.replace(settings.index / "gen-000001", settings.index / "moved")
    assert library.engine() is before
    assert "继续用已打开的 gen-000001" in caplog.text
    (again,) = library.engine().search("成果转化基金", k=1).hits
    assert again.passage == hit.passage
    caplog.clear()
    library.engine()
    assert not caplog.text  # told once, not for every question

    build_library([office], settings)
    assert library.engine() is not before


def test_files_added_on_the_page_go_where_the_library_is_read_from(settings, office, tmp_path):
    build_library([tmp_path / "本局" / "成果转化.txt", office], settings)
    library = LiveLibrary(settings)
    assert library.folders() == [office]
    write_speech(tmp_path / "下载", "人才", "要用好人才公寓，兑现安家补贴，留住青年人才。")
    (added,) = library.add_files([tmp_path / "下载" / "人才.txt"])
    assert added == office / "人才.txt"
    (again,) = library.add_files([tmp_path / "下载" / "人才.txt"])
    assert again == office / "人才(2).txt"
    library.rebuild()
    assert library.engine().sources() == ["人才(2).txt", "人才.txt", "成果转化.txt"]
    assert not (settings.seeds / "人才.txt").exists()


def test_the_settings_folder_is_the_first_where_it_is_one_of_the_librarys(settings, office):
    library = LiveLibrary(settings)
    assert library.folders() == [settings.seeds]  # nothing was built yet
    build_library([office, settings.seeds], settings)
    assert library.folders() == [settings.seeds, office]
