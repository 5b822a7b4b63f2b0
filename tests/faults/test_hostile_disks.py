"""A full disk, a folder that may not be written to: a message, and the old generation."""

import os
import subprocess
import tempfile
from pathlib import Path

import fault_children as children
import pytest

from index_fakes import write_library, write_speech
from speechrag.errors import IndexError_
from speechrag.index.generation import open_current
from speechrag.index.live import BUILDING_PREFIX
from speechrag.index.upkeep import diagnose


@pytest.fixture
def library(tmp_path):
    write_library(tmp_path / "s", 4)
    children.build(tmp_path / "s", tmp_path / "index")
    write_speech(tmp_path / "s" / "new.txt", 5, 500)
    return tmp_path


@pytest.mark.parametrize("n_bytes", [0, 100, 1_000, 4_096, 6_000, 10_000, 20_000, 40_000])
def test_a_full_disk_is_told_and_leaves_the_old_generation(library, n_bytes):
    outcome = library / "outcome"
    code = children.run(children.build_starved, library / "s", library / "index", n_bytes, outcome)
    assert code == 0
    told = outcome.read_text(encoding="utf-8")
    assert told.startswith("IndexError_: "), told
    assert "磁盘" in told or "写" in told
    generation = open_current(library / "index")
    assert (generation.name, generation.store.n_passages) == ("gen-000001", 24)
    assert not list((library / "index").glob(f"{BUILDING_PREFIX}*"))
    assert diagnose(library / "index") == []
    assert children.build(library / "s", library / "index").n_passages == 29


def test_a_tmpfs_that_is_full(library):
    disk = library / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(disk)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("a tmpfs may not be mounted here")
    try:
        children.build(library / "s", disk / "index")
        for number in range(20):
            write_speech(library / "s" / f"more{number}.txt", 40, 600 + number)
        with pytest.raises(IndexError_, match=r"磁盘已满|写索引时出错"):
            children.build(library / "s", disk / "index")
        generation = open_current(disk / "index")
        assert generation.notices == ()
        assert not list((disk / "index").glob(f"{BUILDING_PREFIX}*"))
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


@pytest.fixture
def open_folder():
    """A folder that any user may reach (pytest's own are private)."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        yield Path(name)


def test_a_read_only_folder_is_named_and_still_searched(open_folder):
    write_library(open_folder / "s", 4)
    children.build(open_folder / "s", open_folder / "index")
    write_speech(open_folder / "s" / "new.txt", 5, 500)
    for path in [open_folder / "index", *(open_folder / "index").rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    outcome = open_folder / "outcome"
    code = children.run(children.build_as_nobody, open_folder / "s", open_folder / "index", outcome)
    assert code == 0
    told = outcome.read_text(encoding="utf-8")
    assert told.startswith("IndexError_: ")
    assert "不能写入" in told
    assert str(open_folder / "index") in told
    assert open_current(open_folder / "index").store.n_passages == 24


def test_a_file_without_permission_is_reported_and_the_rest_indexed(open_folder):
    write_library(open_folder / "s", 4)
    (open_folder / "s" / "speech001.txt").chmod(0)
    (open_folder / "index").mkdir()
    (open_folder / "index").chmod(0o777)
    outcome = open_folder / "outcome"
    code = children.run(children.build_as_nobody, open_folder / "s", open_folder / "index", outcome)
    assert code == 0
    assert outcome.read_text(encoding="utf-8") == "gen-000001"
    ((_row, skipped),) = open_current(open_folder / "index").store.skipped()
    assert (skipped.file, skipped.hint) == ("speech001.txt", "请检查文件的权限。")
    assert skipped.reason.startswith("文件读不出来")
