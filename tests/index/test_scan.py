"""Which files there are, and which have changed."""

import os
from dataclasses import replace

import pytest

from speechrag.errors import SourceError
from speechrag.index.scan import identify, list_files


@pytest.fixture
def folder(tmp_path):
    for name in ("b.txt", "子目录/a.docx", ".git/x.txt", "图.png"):
        path = tmp_path / "库" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    return tmp_path / "库"


def test_files_by_name_with_those_that_cannot_be_read(folder):
    found = list_files([folder])
    assert [item.row.name for item in found] == ["b.txt", "图.png", "子目录/a.docx"]
    assert [item.skipped is None for item in found] == [True, False, True]
    assert found[0].path == folder / "b.txt"
    assert found[0].row.size == 5


def test_a_source_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SourceError, match="没有这个"):
        list_files([tmp_path / "没有这个"])


def test_size_and_time_alone_decide_when_they_are_old_enough(folder):
    (found, *_) = list_files([folder])
    known = replace(found.row, sha256="已知")
    later = found.row.mtime_ns + 10_000_000_000
    assert identify(found, known, later).row.sha256 == "已知"
    fresh = identify(found, known, found.row.mtime_ns + 1)  # changed while the build ran?
    assert len(fresh.row.sha256) == 64
    assert len(identify(found, None, later).row.sha256) == 64


def test_a_changed_size_or_time_is_read_again(folder):
    (found, *_) = list_files([folder])
    later = found.row.mtime_ns + 10_000_000_000
    for known in (
        replace(found.row, sha256="已知", size=1),
        replace(found.row, sha256="已知", mtime_ns=5),
    ):
        assert len(identify(found, known, later).row.sha256) == 64


def test_a_file_that_went_away_in_between_is_reported(folder):
    (found, *_) = list_files([folder])
    os.unlink(found.path)
    assert identify(found, None, 0).skipped.reason.startswith("文件读不出来")
