"""The contract of the command line: exit codes, JSON, messages. On the demo library."""

import io
import json
import re

import pytest
import yaml

from speechrag import __version__
from speechrag.cli.main import main
from speechrag.cli.parser import build_parser
from speechrag.cli.text import Text, choose_language
from tests_paths import REPO

SHARED_SEEDS = REPO.parent / "shared" / "seeds"


def command_names():
    parser = build_parser(Text("en"))
    choices = next(a.choices for a in parser._actions if a.dest == "command")
    return sorted(choices)


def test_every_command_of_the_contract_for_this_issue_is_there():
    assert set(command_names()) >= {
        "index", "inspect", "search", "eval", "status", "doctor", "rollback", "models", "serve",
    }  # fmt: skip


@pytest.mark.parametrize("name", command_names())
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_command_has_help_and_a_line_in_the_readme(name, lang, capsys):
    with pytest.raises(SystemExit) as ended:
        main([name, "--help", "--lang", lang])
    assert ended.value.code == 0
    assert "--index" in capsys.readouterr().out
    readme = (REPO / "README.md").read_text(encoding="utf-8")
    assert re.search(rf"`(speechrag )?{name}\b", readme), name


def test_the_version_is_printed(capsys):
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out.strip() == f"speechrag {__version__}"


def test_search_finds_the_passage_for_the_missions_question(run):
    code, found, _ = run("search", "how to improve the efficiency of 成果转化", "--json")
    assert code == 0
    assert set(found) >= {"question", "took_ms", "relaxed", "hits"}
    first = found["hits"][0]
    assert first["rank"] == 1
    assert "成果转化" in first["speech"]["title"]
    assert any("科技成果转化" in hit["speech"]["title"] for hit in found["hits"][:3])
    ranks = [hit["rank"] for hit in found["hits"]]
    scores = [hit["score"] for hit in found["hits"]]
    assert ranks == list(range(1, len(ranks) + 1))
    assert scores == sorted(scores, reverse=True)


def test_questions_from_stdin_give_one_document_a_line_in_order(run, monkeypatch, capsys, index):
    monkeypatch.setattr("sys.stdin", io.StringIO("talent retention\n\n防汛 部署\n"))
    config = ["--index", str(index), "--config", str(REPO / "speechrag.yaml")]
    assert main(["search", "-", "--json", *config]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["question"] for line in lines] == ["talent retention", "", "防汛 部署"]
    assert lines[1]["hits"] == []
    assert lines[1]["error"]
    assert "防汛" in lines[2]["hits"][0]["speech"]["title"]


def test_filters_and_number_of_hits_are_obeyed(run):
    _, found, _ = run("search", "工作", "--from", "2022", "--to", "2023", "-k", "4", "--json")
    assert 1 <= len(found["hits"]) <= 4
    assert all("2022" <= hit["speech"]["date"] < "2024" for hit in found["hits"])
    _, found, _ = run("search", "存在哪些问题", "--role", "问题", "--json")
    assert {hit["role"] for hit in found["hits"]} == {"问题"}


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["search", ""], "空"),
        (["search", "😀"], "字词"),
        (["search", "x", "-k", "0"], "-k"),
        (["search", "x", "--role", "高潮"], "高潮"),
        (["search", "x", "--from", "昨天"], "昨天"),
        (["search", "x", "--from", "2023-02-30"], "2023-02-30"),
        (["search", "x", "--to", "0000"], "0000"),
        (["inspect", "没有这个文件.txt"], "没有这个文件.txt"),
        (["eval", "没有.yaml"], "没有.yaml"),
    ],
)
def test_what_cannot_be_done_exits_2_and_names_reason_and_remedy(run, arguments, named):
    code, _, err = run(*arguments)
    assert code == 2
    assert named in err
    assert "解决办法" in err or "remedy" in err


def test_without_an_index_the_remedy_is_the_command_to_run(tmp_path, capsys):
    assert main(["search", "成果转化", "--index", str(tmp_path / "none")]) == 2
    assert "speechrag index" in capsys.readouterr().err


def test_a_wrong_setting_is_named_with_the_nearest_right_one(tmp_path, capsys):
    config = tmp_path / "mine.yaml"
    config.write_text("encodr: builtin\n", encoding="utf-8")
    assert main(["status", "--config", str(config)]) == 2
    assert "encoder" in capsys.readouterr().err


def test_inspect_accounts_for_every_character(run):
    file = next((REPO / "seeds").glob("2023-在全市科技成果转化*"))
    code, shown, _ = run("inspect", file, "--json")
    assert code == 0
    assert shown["coverage"] == 1.0
    speech = shown["speeches"][0]
    assert speech["title"] == "在全市科技成果转化推进会上的讲话"
    assert speech["date"] == "2023-04-26"
    assert speech["truncated"] == {"shown": 2301, "total": 4012}
    for passage in speech["passages"]:
        assert speech["text"][passage["start"] : passage["end"]] == passage["text"]
        assert passage["role"]
    source = file.read_bytes().decode("utf-8")
    for span in shown["removed"]:
        assert source[span["start"] : span["end"]] == span["text"]


@pytest.mark.skipif(not SHARED_SEEDS.is_dir(), reason="needs ../shared")
def test_inspect_of_a_real_file_in_words(run):
    code, shown, _ = run("inspect", next(SHARED_SEEDS.glob("000*")))
    assert code == 0
    assert "100.00%" in shown
    assert "3583 字中的 1990 字" in shown


def test_status_has_the_contracts_fields(run):
    code, status, _ = run("status", "--json")
    assert code == 0
    assert status["n_speeches"] == 20
    assert status["healthy"] is True
    assert set(status) >= {
        "generation", "encoder", "n_speeches", "n_passages", "bytes", "created", "healthy",
    }  # fmt: skip


def test_doctor_is_content_with_a_sound_index(run):
    code, report, _ = run("doctor", "--json")
    assert (code, report) == (0, {"healthy": True, "faults": []})


def test_doctor_exits_1_with_a_remedy_for_a_damaged_one(tmp_path, capsys):
    folder = tmp_path / "index"
    seed = next((REPO / "seeds").glob("2019*"))
    assert main(["index", str(seed), "--index", str(folder)]) == 0
    victim = next(folder.glob("gen-*")) / "body.faiss"
    victim.write_bytes(victim.read_bytes()[:-7])
    capsys.readouterr()
    assert main(["doctor", "--index", str(folder), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["healthy"] is False
    assert any("body.faiss" in fault["message"] for fault in report["faults"])
    assert all(fault["remedy"] for fault in report["faults"])


def test_a_second_index_run_reuses_everything(tmp_path, capsys):
    folder = tmp_path / "index"
    seeds = sorted((REPO / "seeds").glob("20*-*.txt"))[:3]
    arguments = ["index", *map(str, seeds), "--index", str(folder), "--json"]
    assert main(arguments) == 0
    first = json.loads(capsys.readouterr().out)
    assert first["n_files"] == 3
    assert first["reused"] == {"files": 0, "passages": 0}
    assert main(arguments) == 0
    second = json.loads(capsys.readouterr().out)
    assert second["reused"]["files"] == 3
    assert second["n_passages"] == first["n_passages"]


def test_an_unreadable_file_is_named_and_the_rest_is_indexed(tmp_path, capsys):
    folder = tmp_path / "讲话"
    folder.mkdir()
    (folder / "好.txt").write_text(
        "在全市防汛工作会议上的讲话\n\n同志们：\n要备足抢险物资，落实防汛责任。\n", encoding="utf-8"
    )
    (folder / "空.txt").write_bytes(b"")
    (folder / "坏.docx").write_bytes(b"PK\x03\x04 not a zip")
    assert main(["index", str(folder), "--index", str(tmp_path / "ix"), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["n_speeches"] == 1
    assert sorted(s["file"] for s in report["skipped"]) == ["坏.docx", "空.txt"]
    assert all(s["reason"] and s["hint"] for s in report["skipped"])


def test_eval_prints_every_kind_and_exits_1_below_the_threshold(run):
    questions = REPO / "tests" / "questions.yaml"
    code, report, _ = run("eval", questions, "--json")
    assert code == 0
    kinds = {entry["kind"] for entry in yaml.safe_load(questions.read_text(encoding="utf-8"))}
    for mode in ("lexical", "dense", "fused"):
        assert set(report[mode]) == kinds | {"all"}
    assert report["n_missing_golds"] == 0
    code, _, _ = run("eval", questions, "--min", "0.999", "--json")
    assert code == 1


def test_fused_is_above_words_alone_by_the_margin_of_the_issue(run):
    _, report, _ = run("eval", REPO / "tests" / "questions.yaml", "--json")
    fused, lexical = report["fused"], report["lexical"]
    assert fused["all"]["ndcg@10"] >= lexical["all"]["ndcg@10"] + 0.10
    assert fused["english"]["ndcg@10"] > 0.5
    assert lexical["english"]["ndcg@10"] < 0.1


def test_the_language_follows_flag_then_setting_then_terminal():
    assert choose_language(["search", "--lang", "en"], {}) == "en"
    assert choose_language([], {"SPEECHRAG_LANG": "en", "LANG": "zh_CN.UTF-8"}) == "en"
    assert choose_language([], {"LANG": "en_US.UTF-8"}) == "en"
    assert choose_language([], {"LANG": "C.UTF-8"}) == "zh"


@pytest.mark.parametrize("asked", [["search", "产业"], ["outline", "产业"]])
def test_a_kind_that_the_library_lacks_is_refused_naming_those_it_has(run, asked):
    code, out, err = run(*asked, "--kind", "讲话", "--kind", "广告")
    assert (code, out) == (2, "")
    assert "库里没有“广告”这类讲话。" in err
    assert "讲话、" in err or "、讲话" in err
    assert run(*asked, "--kind", "讲话")[0] == 0


@pytest.mark.parametrize("asked", [["search", "安全"], ["outline", "安全"]])
def test_a_speaker_that_the_library_lacks_is_refused_naming_those_it_has(run, asked):
    code, out, err = run(*asked, "--speaker", "何以安")
    assert (code, out) == (2, "")
    assert "库里没有“何以安”署名的讲话。" in err
    assert "魏长河" in err
    assert run(*asked, "--speaker", "魏长河")[0] == 0


def test_a_file_that_the_library_lacks_is_refused_naming_those_it_has(run):
    code, out, err = run("search", "安全", "--source", "没有.txt")
    assert (code, out) == (2, "")
    assert "库里没有“没有.txt”这个文件或文件夹。" in err
    assert ".txt" in err.split("库里有的文件：")[1]


def test_who_is_asked_what_he_said_is_told(run):
    _, found, _ = run("search", "魏长河怎么讲安全生产的", "--json")
    assert found["question"] == "魏长河怎么讲安全生产的"
    assert found["speakers"] == ["云岭市委常委、常务副市长 魏长河"]
    assert {hit["speech"]["speaker"] for hit in found["hits"]} == set(found["speakers"])
    _, said, _ = run("search", "魏长河怎么讲安全生产的")
    assert "（只看 云岭市委常委、常务副市长 魏长河 的讲话）" in said
    _, plain, _ = run("search", "安全生产", "--json")
    assert plain["speakers"] == []


def test_hits_that_may_be_on_something_else_are_shown_with_a_doubt(run):
    told = "文库里可能没有直接讲这个的段落，以下是最接近的，请自行判断。"
    assert told in run("search", "区块链挖矿")[1]
    assert f"库里没有提到“深圳”。{told}" in run("search", "深圳怎么做成果转化")[1]
    assert told not in run("search", "成果转化")[1]
