"""Which files there are, and which have changed."""

import os
from dataclasses import replace

import pytest

from speechrag.errors import SourceError
from speechrag.index.scan import identify, list_files


@pytest.fixture
def folder(tmp_path):
    for name in (
        "b.txt",
        "子目录/a.docx",
        ".git/x.txt",
        ".隐藏.txt",
        "~$b.docx",
        "index/gen/x.npy",
    ):
        path = tmp_path / "库" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    return tmp_path / "库"


def names(sources, index_dir):
    return [found.row.name for found in list_files(sources, index_dir)]


def test_files_by_name_without_hidden_ones_and_the_index(folder):
    assert names([folder], folder / "index") == ["b.txt", "子目录/a.docx"]


def test_a_file_given_by_itself_is_known_by_its_name(folder, tmp_path):
    assert names([folder / "b.txt"], tmp_path) == ["b.txt"]


def test_the_same_file_given_twice_is_one(folder):
    assert names([folder, folder, folder / "b.txt"], folder / "index") == ["b.txt", "子目录/a.docx"]


def test_equal_names_in_two_sources_are_told_apart(folder, tmp_path):
    other = tmp_path / "另一库"
    other.mkdir()
    (other / "b.txt").write_text("x", encoding="utf-8")
    found = list_files([folder, other], folder / "index")
    assert [item.row.name for item in found] == ["b.txt", "另一库/b.txt", "子目录/a.docx"]
    assert found[1].path == other / "b.txt"


def test_a_source_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SourceError, match="没有这个"):
        list_files([tmp_path / "没有这个"], tmp_path)


def test_size_and_time_alone_decide_when_they_are_old_enough(folder):
    (found, _) = list_files([folder], folder / "index")
    known = replace(found.row, sha256="已知")
    later = found.row.mtime_ns + 10_000_000_000
    assert identify(found, known, later).row.sha256 == "已知"
    fresh = identify(found, known, found.row.mtime_ns + 1)  # changed while the build ran?
    assert len(fresh.row.sha256) == 64
    assert len(identify(found, None, later).row.sha256) == 64


def test_a_changed_size_or_time_is_read_again(folder):
    (found, _) = list_files([folder], folder / "index")
    later = found.row.mtime_ns + 10_000_000_000
    for known in (
        replace(found.row, sha256="已知", size=1),
        replace(found.row, sha256="已知", mtime_ns=5),
    ):
        assert len(identify(found, known, later).row.sha256) == 64


def test_a_file_that_went_away_in_between_is_reported(folder):
    (found, _) = list_files([folder], folder / "index")
    os.unlink(found.path)
    assert identify(found, None, 0).error
