"""Building: what is reused, what is reported, and that reuse changes nothing."""

import os
import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from index_fakes import (
    CountingTokenizer,
    HashEncoder,
    parse_plain,
    parse_speech,
    write_library,
    write_speech,
)
from speechrag.errors import EmptySource, IndexMissing, SourceError
from speechrag.index import plan as module
from speechrag.index.generation import open_current
from speechrag.index.live import BUILDING_PREFIX, list_generations
from speechrag.index.progress import ProgressMeter
from speechrag.index.store_tables import ROLES, STORE_FILE
from speechrag.index.tokens import Tokenizer
from speechrag.types import ParsedFile, RemovalReason, Removed, Role


def content(index_dir):
    """Every byte of the live generation, but for dates: those of the build and of the files."""
    generation = open_current(index_dir)
    folder = generation.directory
    generation.close()
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in ("manifest.json", STORE_FILE)
    }
    with closing(sqlite3.connect(folder / STORE_FILE)) as store:
        store.row_factory = sqlite3.Row
        for table in ("files", "speeches", "skipped"):
            rows = map(dict, store.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall())
            files[table] = [{**row, "mtime_ns": None} for row in rows]
    return files


def told(report):
    return report.as_json()["reasons"]


def age(folder):
    """Make every file old enough for its size and time to be believed."""
    for path in Path(folder).rglob("*"):
        if path.is_file():
            stat = path.stat()
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns - 100_000_000_000))


class Parsing:
    """Counts the files that are read."""

    def __init__(self):
        self.names = []

    def __call__(self, path, name):
        self.names.append(name)
        return parse_plain(path, name)


def test_the_report_is_the_document_others_rely_on(build):
    document = build().as_json()
    assert document["generation"] == "gen-000001"
    assert (document["n_files"], document["n_speeches"], document["n_passages"]) == (6, 6, 36)
    assert document["reused"] == {"files": 0, "passages": 0}
    assert document["skipped"] == []
    assert set(document["seconds"]) == {"read", "tokenize", "encode", "write", "total"}


def test_a_passage_is_found_by_its_words_and_by_its_vector(build, index_dir, encoder, tokenizer):
    build()
    generation = open_current(index_dir, encoder, tokenizer)
    row = 17
    text = generation.store.text(row)
    terms = dict.fromkeys(tokenizer.tokenize(text), 1.0)
    assert generation.lexical.search(terms, 1)[1].tolist() == [row]
    assert generation.body.search(encoder.encode_queries([text]), 1)[1].tolist() == [[row]]
    speech, passage = generation.store.located(row)
    place = "\n".join((speech.title, *passage.section_path))
    context = generation.context.search(encoder.encode_queries([place]), 1)[1][0, 0]
    assert generation.context_of[row] == context
    heading = tokenizer.tokenize(passage.section_path[0])
    weights = {"heading": 1.0, "title": 1.0}
    assert row in generation.lexical.search({heading[-1]: 1.0}, 40, weights)[1]


def test_contexts_are_kept_once(build, index_dir):
    build()
    generation = open_current(index_dir)
    # Each of six speeches has a title without and one with a heading.
    assert generation.context.n_vectors == 12
    assert generation.context_of.tolist()[:6] == [0, 0, 0, 1, 1, 1]


def test_nothing_changed_builds_nothing(build, sources, index_dir):
    build()
    parse = Parsing()
    report = build(parse=parse)
    assert parse.names == []
    assert list_generations(index_dir) == ["gen-000001"]
    assert report.as_json()["reused"] == {"files": 6, "passages": 36}
    assert report.reasons == ()


def test_only_changed_files_are_read_and_only_changed_passages_worked_on(
    build, sources, index_dir, tokenizer
):
    counting, encoder = CountingTokenizer(tokenizer), HashEncoder()
    build(tokenizer=counting, encoder=encoder)
    counting.texts.clear()
    encoder.n_encoded = 0
    changed = sources / "speech002.txt"
    lines = changed.read_text(encoding="utf-8").splitlines()
    lines[3] = "这一段是新写的,别处没有。"
    changed.write_text("\n".join(lines) + "\n", encoding="utf-8")
    parse = Parsing()
    report = build(parse=parse, tokenizer=counting, encoder=encoder)
    assert parse.names == ["speech002.txt"]
    assert [text for text in counting.texts if "新写" in text or "第" in text] == [lines[3]]
    assert encoder.n_encoded == 3  # the passage, and the two contexts of its speech
    assert report.as_json()["reused"] == {"files": 5, "passages": 35}
    assert told(report) == ["1 个文件有改动：重读。"]


def test_a_file_only_touched_is_not_read_again(build, sources, index_dir):
    build()
    age(sources)
    parse = Parsing()
    assert build(parse=parse).generation == "gen-000001"
    assert parse.names == []


def test_size_and_time_spare_even_the_digest(build, sources, monkeypatch):
    age(sources)
    build()
    monkeypatch.setattr("speechrag.index.scan.hashlib", None)
    assert build().reasons == ()


def test_deleted_new_and_renamed_files_are_followed(build, sources, index_dir):
    encoder = HashEncoder()
    build(encoder=encoder)
    encoder.n_encoded = 0
    (sources / "speech000.txt").unlink()
    (sources / "speech001.txt").rename(sources / "改名.txt")
    write_speech(sources / "新.txt", 4, 99)
    report = build(encoder=encoder)
    generation = open_current(index_dir)
    names = [row.name for row in generation.store.files()]
    assert names == [*(f"speech00{n}.txt" for n in range(2, 6)), "改名.txt", "新.txt"]
    assert {summary.source for summary in generation.store.speeches()} == set(names)
    # The renamed file is read again, for its name is part of its speech; its vectors are not.
    assert encoder.n_encoded == 4 + 2 + 2
    assert report.n_reused_passages == 24 + 6


class Splitting(Parsing):
    """The same, for a reader whose texts can be split again; and counts the files so split."""

    def __init__(self):
        super().__init__()
        self.split_names = []

    def split(self, document):
        self.split_names.append(document.file)
        parts = enumerate(document.text.split("===\n"))
        speeches = tuple(parse_speech(part, document.file, place) for place, part in parts)
        removed = (Removed(0, 1, RemovalReason.MARKUP),)
        return ParsedFile(document, speeches, removed, 1.0)


def test_a_renamed_moved_or_copied_file_is_not_read_again(build, sources, tmp_path, index_dir):
    parse = Splitting()
    given = {"parse": parse, "split": parse.split}
    build(**given)
    parse.names.clear()
    (sources / "speech000.txt").rename(sources / "改名.TXT")
    (sources / "2025").mkdir()
    (sources / "speech001.txt").rename(sources / "2025" / "speech001.txt")
    (sources / "副本.txt").write_bytes((sources / "speech002.txt").read_bytes())
    (sources / "speech003.txt").rename(sources / "speech003.md")  # another kind of file: read
    (sources / "speech004.txt").unlink()
    report = build(**given)
    assert parse.names == ["speech003.md"]
    assert sorted(parse.split_names) == ["2025/speech001.txt", "副本.txt", "改名.TXT"]
    assert told(report) == [
        "2 个文件改了名或换了位置：内容没变，不重读。",
        "1 个新文件与已编入的文件内容相同：不重读。",
        "1 个文件是新的：读取。",
        "2 个文件不在了：去掉。",
    ]
    done = report.done
    assert (done.files_read, done.files_split) == (1, 3)
    # the copy alone needs words of its own: the original's are still the original's
    assert (done.passages_tokenized, done.passages_encoded) == (6, 0)
    build(index_dir=tmp_path / "fresh")
    assert content(index_dir) == content(tmp_path / "fresh")


def test_two_files_that_change_names_are_followed(build, sources, tmp_path, index_dir):
    parse = Splitting()
    build(parse=parse, split=parse.split)
    parse.names.clear()
    for old, new in (("speech000.txt", "甲.txt"), ("speech001.txt", "speech000.txt")):
        (sources / old).rename(sources / new)
    report = build(parse=parse, split=parse.split)
    # what stands under a known name and is another file was read again: its name says so
    assert parse.names == ["speech000.txt"]
    assert parse.split_names == ["甲.txt"]
    assert [reason.key for reason in report.reasons] == ["changed", "copied", "gone"]
    build(index_dir=tmp_path / "fresh")
    assert content(index_dir) == content(tmp_path / "fresh")


def test_files_alike_that_are_all_renamed_are_each_followed(build, sources, tmp_path, index_dir):
    parse = Splitting()
    (sources / "speech001.txt").write_bytes((sources / "speech000.txt").read_bytes())
    build(parse=parse, split=parse.split)
    parse.names.clear()
    (sources / "speech000.txt").rename(sources / "a.txt")
    (sources / "speech001.txt").rename(sources / "b.txt")
    report = build(parse=parse, split=parse.split)
    assert parse.names == []
    assert [(reason.key, reason.n) for reason in report.reasons] == [("renamed", 2)]
    build(index_dir=tmp_path / "fresh")
    assert content(index_dir) == content(tmp_path / "fresh")


@pytest.mark.parametrize("follows", [False, True], ids=["reads", "follows"])
@pytest.mark.parametrize("seed", range(8))
def test_any_series_of_changes_ends_as_a_fresh_build_would(
    build, sources, tmp_path, index_dir, seed, follows
):
    chance = random.Random(seed)
    given = {"split": Splitting().split} if follows else {}
    build(**given)
    for step in range(4):
        files = sorted(sources.rglob("*.txt"))
        for _ in range(chance.randint(1, 3)):
            path = chance.choice(files)
            action = chance.choice(["edit", "delete", "copy", "rename", "add", "empty", "shuffle"])
            lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else ["# 题"]
            name = f"{chance.choice('abz')}{seed}{step}{chance.randint(0, 99)}.txt"
            if action == "edit":
                lines.append(f"新的一段{chance.random()},讲成果转化。")
            elif action == "shuffle":
                chance.shuffle(lines)
            if action in ("edit", "shuffle"):
                path.write_text("\n".join(lines), encoding="utf-8")
            elif action == "delete" and len(files) > 2:
                path.unlink(missing_ok=True)
            elif action == "copy":
                (sources / name).write_text("\n".join(lines), encoding="utf-8")
            elif action == "rename" and path.exists():
                path.rename(sources / name)
            elif action == "add":
                write_speech(sources / name, chance.randint(1, 5), chance.randint(0, 10**6))
            elif action == "empty":
                (sources / name).write_text("", encoding="utf-8")
        build(**given)
    build(index_dir=tmp_path / "fresh")
    assert content(index_dir) == content(tmp_path / "fresh")


def test_another_encoder_encodes_again_and_reads_nothing(build, index_dir, tmp_path, tokenizer):
    build()
    parse, other = Parsing(), HashEncoder(dim=32, salt="另")
    counting = CountingTokenizer(tokenizer)
    report = build(parse=parse, encoder=other, tokenizer=counting)
    assert parse.names == []
    assert counting.texts == []
    assert told(report) == ["编码器变了（hash → hash另）：全部重新编码。"]
    build(index_dir=tmp_path / "fresh", encoder=other)
    assert content(index_dir) == content(tmp_path / "fresh")


def test_other_user_terms_tokenize_again_and_encode_nothing(build, index_dir, tmp_path):
    encoder = HashEncoder()
    build(encoder=encoder)
    encoder.n_encoded = 0
    other = Tokenizer(["营商环境", "科技成果"])
    report = build(encoder=encoder, tokenizer=other)
    assert told(report) == ["分词或用户词典变了：全部重新分词。"]
    assert encoder.n_encoded == 12  # contexts are few and cheap
    build(index_dir=tmp_path / "fresh", tokenizer=other)
    assert content(index_dir) == content(tmp_path / "fresh")


def test_another_reader_reads_everything_and_encodes_nothing_anew(build, index_dir):
    encoder = HashEncoder()
    build(encoder=encoder)
    before = content(index_dir)
    encoder.n_encoded = 0
    parse = Parsing()
    report = build(encoder=encoder, parse=parse, reader_version="2")
    assert len(parse.names) == 6
    assert encoder.n_encoded == 12
    assert told(report) == ["清洗、切分的程序变了：全部重读。"]
    assert content(index_dir) == before


def test_full_takes_nothing_over(build):
    encoder = HashEncoder()
    build(encoder=encoder)
    parse = Parsing()
    report = build(encoder=encoder, parse=parse, full=True)
    assert len(parse.names) == 6
    assert encoder.n_encoded == 2 * (36 + 12)
    assert report.as_json()["reused"] == {"files": 0, "passages": 0}


def test_without_sources_those_of_the_last_build_are_taken(build, sources, index_dir):
    build()
    write_speech(sources / "新.txt", 2, 5)
    assert build([]).n_files == 7
    assert build([], full=True).n_files == 7
    with pytest.raises(IndexMissing, match="不知道该读哪些文件夹"):
        build([], index_dir=index_dir.parent / "另一个")


def test_sources_are_remembered_as_absolute_paths(build, sources, index_dir, monkeypatch, tmp_path):
    monkeypatch.chdir(sources.parent)
    build([Path(sources.name)])
    monkeypatch.chdir("/")
    assert build([]).n_files == 6


def test_files_that_cannot_be_read_are_reported_and_the_rest_indexed(build, sources):
    (sources / "空.txt").write_text("", encoding="utf-8")
    (sources / "坏.txt").write_bytes(b"\xff\xfe\xff")
    report = build()
    assert report.n_files == 6
    empty, bad = sorted(report.skipped, key=lambda item: item.reason)
    assert (empty.file, empty.reason, empty.hint) == ("空.txt", "空.txt 是空的。", "请换一个文件。")
    assert bad.file == "坏.txt"
    assert "UnicodeDecodeError" in bad.reason


def test_skipped_files_are_not_tried_again_until_they_change(build, sources):
    (sources / "空.txt").write_text("", encoding="utf-8")
    build()
    parse = Parsing()
    report = build(parse=parse)
    assert parse.names == []
    assert [item.file for item in report.skipped] == ["空.txt"]
    (sources / "空.txt").rename(sources / "空白.txt")
    assert [item.file for item in build().skipped] == ["空白.txt"]
    write_speech(sources / "空白.txt", 2, 3)
    report = build(parse=parse)
    assert parse.names == ["空白.txt"]
    assert report.skipped == ()
    assert report.n_files == 7


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_reported(build, sources):
    (sources / "speech001.txt").chmod(0)
    report = build()
    assert [item.file for item in report.skipped] == ["speech001.txt"]


def test_an_empty_folder_does_not_replace_a_good_index(build, sources, index_dir, tmp_path):
    build()
    (tmp_path / "没有").mkdir()
    with pytest.raises(EmptySource, match="原有的索引没有变动"):
        build([tmp_path / "没有"])
    assert open_current(index_dir).name == "gen-000001"
    assert not list(index_dir.glob(f"{BUILDING_PREFIX}*"))


def test_a_missing_source_is_named(build, tmp_path):
    with pytest.raises(SourceError, match="没有这里"):
        build([tmp_path / "没有这里"])


def test_roles_are_given_by_the_hook(build, index_dir):
    def closing_role(speech):
        passages = tuple(replace(passage, role=Role.CLOSING) for passage in speech.passages)
        return replace(speech, passages=passages)

    build(assign_roles=closing_role)
    store = open_current(index_dir).store
    assert set(store.role_codes[:36].tolist()) == {ROLES.index(Role.CLOSING) + 1}
    assert store.passage(3).role is Role.CLOSING


def test_progress_is_told_by_stage_and_part(build):
    steps = []
    build(progress=steps.append)
    assert list(dict.fromkeys((step.stage, step.part) for step in steps)) == [
        *(("scan", ""), ("read", ""), ("write", "records"), ("write", "postings")),
        *(("write", "copies"), ("write", "vectors"), ("check", "digests"), ("check", "probes")),
    ]
    last = {step.part or step.stage: step for step in steps}
    assert last["read"].fraction == 1.0
    assert last["read"].describe() == "读取与编入 6/6"
    assert last["read"].describe("en") == "reading and indexing 6/6"
    assert last["postings"].fraction == 1.0
    assert last["vectors"].describe() == "写盘：向量索引 0/36"
    assert last["probes"].describe("en") == "checking: counts and probe queries"


def test_a_slow_part_is_told_with_its_rate(monkeypatch):
    clock, steps = [0.0], []
    monkeypatch.setattr("speechrag.index.progress.time.perf_counter", lambda: clock[0])
    told = ProgressMeter(steps.append).part("write", "postings", "postings")
    clock[0] = 2.0
    told(3_000_000, 12_000_000)
    assert (steps[-1].rate, steps[-1].remaining_s) == (1_500_000, 6.0)
    assert steps[-1].describe() == (
        "写盘：词的倒排表 3000000/12000000，每秒 1,500,000 条，约剩 6 秒"
    )
    assert steps[-1].describe("en") == (
        "writing: postings 3000000/12000000, 1,500,000 postings/s, 6 s left"
    )


def test_a_failure_half_way_leaves_the_old_generation_and_no_rubbish(build, sources, index_dir):
    build()
    before = content(index_dir)
    write_speech(sources / "新.txt", 3, 8)

    class Failing(HashEncoder):
        def encode_passages(self, texts):
            raise RuntimeError("显卡掉了")

    with pytest.raises(RuntimeError, match="显卡掉了"):
        build(encoder=Failing())
    assert sorted(path.name for path in index_dir.iterdir()) == [".lock", "CURRENT", "gen-000001"]
    assert content(index_dir) == before


def test_an_index_inside_its_source_does_not_index_itself(build, sources):
    assert build(index_dir=sources / "index").n_files == 6
    assert build(index_dir=sources / "index").n_files == 6


def test_records_of_another_shape_are_not_reused(build, monkeypatch):
    build()
    monkeypatch.setattr(module, "records_digest", lambda: "other")
    parse = Parsing()
    assert build(parse=parse).generation == "gen-000002"
    assert len(parse.names) == 6


def test_a_speech_of_several_parts_and_no_passages_is_kept(build, tmp_path, index_dir):
    folder = tmp_path / "x"
    write_library(folder, 1)
    (folder / "z.txt").write_text("# 只有题目\n===\n# 另一篇\n有一段。\n", encoding="utf-8")
    build([folder])
    summaries = open_current(index_dir).store.speeches()
    assert [(s.title, s.n_passages) for s in summaries[1:]] == [("只有题目", 0), ("另一篇", 1)]
    assert isinstance(open_current(index_dir).store.parsed_file("z.txt"), ParsedFile)
