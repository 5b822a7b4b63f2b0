"""Every file of a generation, damaged in every way: named, and the generation before it served."""

import shutil

import fault_children as children
import pytest

from index_fakes import write_library, write_speech
from speechrag.errors import IndexDamaged
from speechrag.index import passage_tokens
from speechrag.index.generation import open_current
from speechrag.index.upkeep import diagnose, status


def truncate(path):
    path.write_bytes(path.read_bytes()[:-1])


def halve(path):
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def flip_first(path):
    flip(path, 0)


def flip_middle(path):
    flip(path, path.stat().st_size // 2)


def flip_last(path):
    flip(path, path.stat().st_size - 1)


def flip(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 0x10
    path.write_bytes(data)


def grow(path):
    path.write_bytes(path.read_bytes() + b"\0")


def delete(path):
    path.unlink()


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("damage")
    write_library(folder / "s", 4)
    children.build(folder / "s", folder / "index")
    write_speech(folder / "s" / "new.txt", 5, 500)
    children.build(folder / "s", folder / "index")
    return folder / "index"


@pytest.mark.parametrize(
    "damage", [truncate, halve, flip_first, flip_middle, flip_last, grow, delete]
)
def test_each_file_in_turn(index_dir, tmp_path, damage):
    live = index_dir / "gen-000002"
    files = sorted(path for path in live.rglob("*") if path.is_file())
    assert len(files) > 28
    assert {path.name for path in files} >= {*passage_tokens.FILES, "body.faiss", "manifest.json"}
    n_checked = 0
    for path in files:
        if path.stat().st_size == 0:
            continue
        shutil.copy(path, tmp_path / "kept")
        damage(path)
        if (tmp_path / "kept").read_bytes() == (path.read_bytes() if path.exists() else None):
            continue
        generation = open_current(index_dir)
        assert generation.name == "gen-000001", path
        assert str(path) in generation.notices[0]
        assert generation.store.n_passages == 24
        assert generation.store.text(23)
        generation.close()
        assert any(str(path) in fault.message for fault in diagnose(index_dir))
        assert status(index_dir)["healthy"] is False
        shutil.copy(tmp_path / "kept", path)
        n_checked += 1
    assert n_checked == len(files)
    assert open_current(index_dir).name == "gen-000002"
    assert diagnose(index_dir) == []


def test_the_only_generation_damaged_is_an_error_that_names_the_file(tmp_path):
    write_library(tmp_path / "s", 2)
    children.build(tmp_path / "s", tmp_path / "index")
    flip_middle(tmp_path / "index" / "gen-000001" / "lexical" / "body.rows.npy")
    with pytest.raises(IndexDamaged, match=r"body\.rows\.npy") as caught:
        open_current(tmp_path / "index")
    assert "speechrag index --full" in caught.value.hint
    children.build(tmp_path / "s", tmp_path / "index")
    assert open_current(tmp_path / "index").notices == ()
