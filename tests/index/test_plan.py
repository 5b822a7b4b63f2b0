"""What is done again and what is not: each kind of rebuild, with its reason and its counts."""

import ast
import os
import shutil
from dataclasses import replace
from pathlib import Path

from index_fakes import HashEncoder, split_plain
from speechrag.corpus import clean
from speechrag.index import plan as module
from speechrag.index.build import build_index
from speechrag.index.generation import open_current
from speechrag.index.plan import READING_MODULES, Redo
from speechrag.index.tokens import Tokenizer
from tests_paths import REPO

ALL = {"files_read": 6, "files_split": 0, "passages_tokenized": 36, "passages_encoded": 36}
NOTHING = dict.fromkeys(ALL, 0)


def done(report):
    return report.as_json()["done"]


def told(report, lang="zh"):
    return report.as_json(lang)["reasons"]


def test_the_first_build_does_everything(build):
    report = build()
    assert done(report) == ALL
    assert told(report) == ["没有可沿用的旧索引：全部读取。"]
    assert told(report, "en") == ["there is no earlier index to take from: everything is read."]


def test_full_does_everything_again(build):
    build()
    report = build(redo=[Redo.EVERYTHING])
    assert done(report) == ALL
    assert told(report) == ["要求全部重做（--full）：全部重读、重新分词、重新编码。"]


def test_reencode_encodes_everything_and_reads_and_tokenizes_nothing(build, encoder, index_dir):
    build()
    encoder.n_encoded = 0
    report = build(redo=[Redo.ENCODE])
    assert done(report) == NOTHING | {"passages_encoded": 36}
    assert encoder.n_encoded == 36 + 12
    assert told(report) == ["要求重新编码（--reencode）：不重读文件。"]
    assert open_current(index_dir).name == "gen-000002"


def test_another_encoder_does_the_same_by_itself(build):
    build()
    report = build(encoder=HashEncoder(salt="另"))
    assert done(report) == NOTHING | {"passages_encoded": 36}
    assert told(report, "en") == ["another encoder (hash → hash另): everything is encoded again."]


def test_other_user_terms_tokenize_everything_and_read_and_encode_nothing(build):
    build()
    report = build(tokenizer=Tokenizer(["营商环境"]))
    assert done(report) == NOTHING | {"passages_tokenized": 36}
    assert told(report) == ["分词或用户词典变了：全部重新分词。"]


def test_resplit_splits_the_texts_kept_and_works_on_changed_passages_alone(build, index_dir):
    def split_without_first(document):
        parsed = split_plain(document)
        speeches = tuple(replace(s, passages=s.passages[1:]) for s in parsed.speeches)
        return replace(parsed, speeches=speeches)

    build(split=split_plain)
    report = build(redo=[Redo.SPLIT], split=split_plain)
    assert done(report) == NOTHING | {"files_split": 6}
    assert told(report) == [
        "要求重新切分（--resplit）：6 个文件从存下的原文重新清洗、切分，不重读。"
    ]
    report = build(redo=[Redo.SPLIT], split=split_without_first)
    assert done(report) == NOTHING | {"files_split": 6}
    assert report.n_passages == 30
    store = open_current(index_dir).store
    assert store.text(0).startswith("第1000篇第1段")


def test_a_changed_file_is_read_though_the_others_are_only_split(build, sources):
    build(split=split_plain)
    path = sources / "speech003.txt"
    path.write_text(path.read_text(encoding="utf-8") + "最后加一段。\n", encoding="utf-8")
    report = build(redo=[Redo.SPLIT], split=split_plain)
    assert done(report) == {
        "files_read": 1, "files_split": 5, "passages_tokenized": 1, "passages_encoded": 1,
    }  # fmt: skip
    assert told(report)[1:] == ["1 个文件有改动：重读。"]


def test_changed_code_after_reading_splits_again_and_reads_nothing(build):
    build(split=split_plain)
    report = build(split=split_plain, reader_version="2")
    assert done(report) == NOTHING | {"files_split": 6}
    assert told(report) == ["清洗、切分的程序变了：6 个文件从存下的原文重新切分，不重读。"]


def test_changed_code_that_reads_reads_everything(build, monkeypatch):
    build(split=split_plain)
    monkeypatch.setattr(module, "reader_digest", lambda version: f"other-{version}")
    monkeypatch.setattr("speechrag.index.build.reader_digest", lambda version: f"other-{version}")
    report = build(split=split_plain)
    assert done(report) == NOTHING | {"files_read": 6}
    assert told(report) == ["读取文件的程序变了：全部重读。"]


def test_a_change_of_one_passage_is_all_that_is_worked_on(build, sources):
    build()
    path = sources / "speech002.txt"
    text = path.read_text(encoding="utf-8").replace("第1002篇第4段", "改过的一段")
    path.write_text(text, encoding="utf-8")
    report = build()
    assert done(report) == {
        "files_read": 1, "files_split": 0, "passages_tokenized": 1, "passages_encoded": 1,
    }  # fmt: skip


def test_the_real_files_are_split_again_without_being_opened(tmp_path):
    """Every format of the demo library; what stands on the disk meanwhile is not looked at."""
    folder = tmp_path / "s"
    shutil.copytree(REPO / "seeds", folder)
    files = [path for path in folder.iterdir() if path.name != "README.md"]
    for path in files:
        os.utime(path, ns=(10**18, 10**18))
    given = ([folder], tmp_path / "index", HashEncoder(), Tokenizer())
    first = build_index(*given)
    assert done(first)["files_read"] == 20
    before = speeches(tmp_path / "index")
    for path in files:
        path.write_bytes(b"\0" * path.stat().st_size)
        os.utime(path, ns=(10**18, 10**18))
    report = build_index(*given, redo=[Redo.SPLIT])
    assert done(report) == NOTHING | {"files_split": 20}
    assert speeches(tmp_path / "index") == before
    assert report.n_passages == first.n_passages > 200


def speeches(index_dir):
    store = open_current(index_dir).store
    return [store.parsed_file(file.name) for file in store.files()]


def test_the_modules_said_to_read_files_are_those_that_do():
    """What reading imports, and nothing that only splitting imports."""
    reading = imported_from(["read", "sources"])
    splitting = imported_from(["clean"], leave_out="read")
    assert reading == READING_MODULES
    assert not (splitting - reading) & READING_MODULES
    assert {"outline", "passages", "clean", "metadata"} <= splitting - reading


def imported_from(names, leave_out=""):
    folder = Path(clean.__file__).parent
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name in found or name == leave_out:
            continue
        found.add(name)
        for node in ast.walk(ast.parse((folder / f"{name}.py").read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                parts = node.module.split(".")
                if parts[:2] == ["speechrag", "corpus"]:
                    waiting += parts[2:] or [a.name for a in node.names]
    return found
