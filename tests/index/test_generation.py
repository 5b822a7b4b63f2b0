"""Generations: opening, compatibility, falling back, rolling back, telling what is wrong."""

import json
import shutil

import pytest

from index_fakes import HashEncoder, write_speech
from speechrag.errors import IndexDamaged, IndexIncompatible, IndexMissing
from speechrag.index.generation import open_current, open_generation
from speechrag.index.live import CURRENT_FILE, list_generations, read_current
from speechrag.index.lock import write_lock
from speechrag.index.manifest import FORMAT, MANIFEST_FILE, read_manifest
from speechrag.index.tokens import Tokenizer
from speechrag.index.upkeep import diagnose, rollback, status


@pytest.fixture
def three(build, sources):
    """Three generations, of 36, 40 and 44 passages."""
    build()
    for number in (1, 2):
        write_speech(sources / f"新{number}.txt", 4, 50 + number)
        build()


def flip_bit(path, at=None):
    data = bytearray(path.read_bytes())
    data[len(data) // 2 if at is None else at] ^= 1
    path.write_bytes(data)


def test_no_index_says_what_to_run(tmp_path):
    with pytest.raises(IndexMissing, match="speechrag index") as caught:
        open_current(tmp_path / "没有")
    assert "speechrag index" in caught.value.hint


def test_the_live_generation_is_opened(three, index_dir, encoder, tokenizer):
    generation = open_current(index_dir, encoder, tokenizer)
    assert (generation.name, generation.store.n_passages) == ("gen-000003", 44)
    assert generation.notices == ()
    assert generation.manifest.encoder == "hash"


def test_only_three_generations_are_kept(three, build, sources, index_dir):
    write_speech(sources / "新3.txt", 4, 53)
    build()
    assert list_generations(index_dir) == ["gen-000002", "gen-000003", "gen-000004"]


def test_another_encoder_or_tokenizer_is_refused_with_the_command(three, index_dir):
    with pytest.raises(IndexIncompatible) as caught:
        open_current(index_dir, encoder=HashEncoder(salt="x"))
    assert "speechrag index" in caught.value.hint
    assert "hashx" in caught.value.message
    with pytest.raises(IndexIncompatible, match="分词"):
        open_current(index_dir, tokenizer=Tokenizer(["别的"]))


def test_a_damaged_generation_is_named_and_the_one_before_served(three, index_dir, caplog):
    flip_bit(index_dir / "gen-000003" / "body.faiss")
    generation = open_current(index_dir)
    assert (generation.name, generation.store.n_passages) == ("gen-000002", 40)
    assert "body.faiss" in generation.notices[0]
    assert "body.faiss" in caplog.text


def test_when_none_is_sound_the_first_damage_is_named(three, index_dir):
    for name in list_generations(index_dir):
        flip_bit(index_dir / name / "lexical" / "terms.bin")
    with pytest.raises(IndexDamaged, match=r"gen-000003.*terms\.bin"):
        open_current(index_dir)


@pytest.mark.parametrize("content", [None, "", "gen-xyz", "gen-999999", "\xff"])
def test_without_a_sound_current_the_newest_is_served(three, index_dir, content):
    if content is None:
        (index_dir / CURRENT_FILE).unlink()
    else:
        (index_dir / CURRENT_FILE).write_text(content, encoding="latin-1")
    generation = open_current(index_dir)
    assert generation.name == "gen-000003"
    assert "CURRENT" in generation.notices[0]


def test_a_build_mends_what_is_damaged(three, build, index_dir):
    flip_bit(index_dir / "gen-000003" / "body.faiss")
    report = build()
    assert report.generation == "gen-000004"
    assert "现用的一代有损坏：重建。" in report.as_json()["reasons"]
    assert open_current(index_dir).notices == ()


def test_every_number_in_the_manifest_is_guarded(three, index_dir):
    path = index_dir / "gen-000003" / MANIFEST_FILE
    document = json.loads(path.read_text(encoding="utf-8"))
    document["manifest"]["created"] = "2001-01-01"
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(IndexDamaged, match=r"manifest\.json"):
        read_manifest(path.parent)


def test_another_format_version_is_refused_with_the_command(three, index_dir, monkeypatch):
    monkeypatch.setattr("speechrag.index.manifest.READABLE_FORMATS", (98, 99))
    with pytest.raises(IndexIncompatible, match=f"第 {FORMAT} 版格式") as caught:
        open_current(index_dir)
    assert "speechrag index --full" in caught.value.hint


def test_rollback_goes_back_one_generation_at_a_time(three, build, index_dir, sources):
    assert rollback(index_dir) == "gen-000002"
    assert open_current(index_dir).store.n_passages == 40
    assert rollback(index_dir) == "gen-000001"
    with pytest.raises(IndexMissing, match="更早"):
        rollback(index_dir)
    assert read_current(index_dir) == "gen-000001"
    assert build().generation == "gen-000004"  # a number is never given twice


def test_rollback_passes_over_a_damaged_generation(three, index_dir):
    flip_bit(index_dir / "gen-000002" / "speeches.sqlite")
    assert rollback(index_dir) == "gen-000001"


def test_status_is_the_document_others_rely_on(three, index_dir):
    document = status(index_dir)
    folder = index_dir / "gen-000003"
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    expected = {
        "generation": "gen-000003",
        "encoder": "hash",
        "n_speeches": 8,
        "n_passages": 44,
        "bytes": size,
        "healthy": True,
    }
    assert expected.items() <= document.items()
    assert document["created"].startswith("20")
    flip_bit(folder / "groups.npy")
    assert status(index_dir)["healthy"] is False


def test_a_sound_index_has_no_faults(three, index_dir, encoder, tokenizer):
    assert diagnose(index_dir, encoder, tokenizer) == []


def test_each_fault_is_named_with_its_remedy(three, index_dir, encoder):
    flip_bit(index_dir / "gen-000003" / "body.faiss")
    (index_dir / "gen-000003" / "keys.npy").unlink()
    flip_bit(index_dir / "gen-000001" / MANIFEST_FILE, at=40)
    (index_dir / ".building-123").mkdir()
    faults = diagnose(index_dir)
    assert [(fault.name, fault.message.split(" ")[0].rpartition("/")[2]) for fault in faults] == [
        ("damaged", "manifest.json"),
        ("damaged", "body.faiss"),
        ("damaged", "keys.npy"),
        ("leftovers", "有中断的重建留下的目录：.building-123。"),
    ]
    assert all(fault.remedy for fault in faults)
    assert "speechrag index --full" in faults[1].remedy


def test_a_running_build_is_no_fault(three, index_dir):
    with write_lock(index_dir):
        (index_dir / ".building-123").mkdir()
        assert diagnose(index_dir) == []


def test_no_index_a_lost_current_and_a_misfit_are_faults(three, index_dir, tmp_path):
    assert [fault.name for fault in diagnose(tmp_path / "没有")] == ["no-index"]
    (misfit,) = diagnose(index_dir, encoder=HashEncoder(salt="x"))
    assert misfit.name == "incompatible"
    (index_dir / CURRENT_FILE).unlink()
    (lost,) = diagnose(index_dir)
    assert lost.name == "current"
    assert lost.message == f"{index_dir / CURRENT_FILE} 缺失或损坏。"
    (index_dir / CURRENT_FILE).write_text("gen-000009\n", encoding="utf-8")
    (astray,) = diagnose(index_dir)
    assert astray.message == f"{index_dir / CURRENT_FILE} 指向不存在的一代 gen-000009。"


def test_a_file_in_the_folders_place_has_another_remedy(tmp_path):
    (tmp_path / "index").write_text("讲话", encoding="utf-8")
    (fault,) = diagnose(tmp_path / "index")
    assert fault.message == f"{tmp_path / 'index'} 是一个文件，不能作索引目录。"
    assert fault.remedy == "请用 --index 换一个目录。"


def test_nothing_to_go_back_to_where_nothing_was_built(tmp_path):
    with pytest.raises(IndexMissing, match="里还没有索引"):
        rollback(tmp_path / "index")
    assert not (tmp_path / "index").exists()


def test_a_reader_outlives_the_folder_of_its_generation(three, index_dir, encoder, tokenizer):
    generation = open_current(index_dir, encoder, tokenizer)
    texts = [generation.store.text(row) for row in range(44)]
    generation.store._kept.clear()
    generation.body, generation.context, generation.context_of  # noqa: B018 - opened now
    shutil.rmtree(generation.directory)
    assert [generation.store.text(row) for row in range(44)] == texts
    assert generation.lexical.search({"第": 1.0}, 50)[1].tolist() != []
    assert generation.store.group(3) == 3


def test_a_mended_count_does_not_pass(three, index_dir):
    folder = index_dir / "gen-000003"
    shutil.copy(index_dir / "gen-000002" / "keys.npy", folder / "keys.npy")
    with pytest.raises(IndexDamaged, match=r"keys\.npy 有 40 段，清单说有 44 段"):
        open_generation(folder, verify=False)
