import json
from pathlib import Path

import docx
import pytest

from speechrag.cli.main import main

QUESTION = "云岭产业技术研究院孵化了多少家企业？"


@pytest.fixture
def run(engine, settings, capsys, monkeypatch):
    monkeypatch.chdir(Path(__file__).parents[2])

    def command(*arguments):
        code = main([*arguments, "--index", str(settings.index), "--lang", "zh"])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return command


def test_answer_prints_the_sentence_and_its_source(run):
    code, out, _ = run("answer", QUESTION)
    assert code == 0
    assert "【58家】" in out
    assert "[1] 《" in out


def test_answer_json_is_one_document(run):
    code, out, _ = run("answer", QUESTION, "--json")
    document = json.loads(out)
    assert code == 0
    assert document["mode"] == "extractive"
    assert document["sentences"][0]["citations"] == [1]


def test_a_refusal_is_no_error(run):
    code, out, _ = run("answer", "量子纠缠为什么不能超光速传递信息？")
    assert code == 0
    assert "没有找到能回答这个问题的内容" in out


def test_the_model_is_off_by_default_and_without_an_endpoint_the_extract_comes(run):
    code, out, _ = run("answer", QUESTION, "--model", "--json")
    document = json.loads(out)
    assert code == 0
    assert document["note"] == "没有配置语言模型，以下为摘录式回答。"
    assert document["sentences"]


def test_the_model_answers_when_it_is_asked_for(run, server, monkeypatch):
    monkeypatch.setenv("SPEECHRAG_LLM_BASE_URL", server.url)
    monkeypatch.setenv("SPEECHRAG_LLM_MODEL", str(server.models["good"]))
    monkeypatch.setenv("SPEECHRAG_API_KEY", "sk-secret")
    code, out, err = run("answer", QUESTION, "--model", "--json")
    document = json.loads(out)
    assert code == 0
    assert document["mode"] == "model"
    assert [s["checked"] for s in document["sentences"]] == [True, False]
    assert "sk-secret" not in out + err
    code, out, _ = run("answer", QUESTION, "--json")
    assert json.loads(out)["mode"] == "extractive"


def test_preview_shows_what_would_be_sent_and_sends_nothing(run, monkeypatch):
    monkeypatch.setenv("SPEECHRAG_LLM_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("SPEECHRAG_LLM_MODEL", "m")
    monkeypatch.setenv("SPEECHRAG_API_KEY", "sk-secret")
    code, out, _ = run("answer", QUESTION, "--preview")
    document = json.loads(out)
    assert code == 0
    assert document["url"] == "http://127.0.0.1:9/v1"
    assert QUESTION in document["body"]["messages"][1]["content"]
    assert "58家" in document["body"]["messages"][1]["content"]
    assert "sk-secret" not in out


@pytest.mark.parametrize("name", ["问答.md", "问答.docx"])
def test_an_answer_is_saved_with_its_sources(run, tmp_path, name):
    code, _, _ = run("answer", QUESTION, "--out", str(tmp_path / name))
    assert code == 0
    assert (tmp_path / name).stat().st_size > 200


def test_another_kind_of_file_is_refused_with_the_remedy(run, tmp_path):
    code, _, err = run("answer", QUESTION, "--out", str(tmp_path / "问答.pdf"))
    assert code == 2
    assert ".docx" in err


def test_material_lists_passages_for_each_heading(run, tmp_path):
    outline = tmp_path / "提纲.txt"
    outline.write_text("一、重要意义\n二、存在问题\n", encoding="utf-8")
    code, out, _ = run("material", "成果转化", "--outline", str(outline), "--json")
    document = json.loads(out)
    assert code == 0
    assert [h["heading"] for h in document["headings"]] == ["重要意义", "存在问题"]
    assert [h["role"] for h in document["headings"]] == ["意义", "问题"]
    assert [h["label"] for h in document["headings"]] == ["一、", "二、"]
    assert all(h["passages"] for h in document["headings"])


def test_material_says_what_it_has_not_and_where_a_heading_was(run, tmp_path):
    outline = tmp_path / "提纲.txt"
    outline.write_bytes("一、存在问题\n二、量子通信卫星发射\n三、存在问题".encode("gb18030"))
    code, out, _ = run("material", "成果转化", "--outline", str(outline))
    assert code == 0
    assert "文库里没有讲这个标题的段落" in out
    assert "与“一、存在问题”相同" in out
    document = json.loads(run("material", "成果转化", "--outline", str(outline), "--json")[1])
    assert [h["standing"] for h in document["headings"]] == ["spoken", "silent", "repeated"]
    assert [h["same_as"] for h in document["headings"]] == [None, None, 1]
    assert [bool(h["passages"]) for h in document["headings"]] == [True, False, False]


@pytest.mark.parametrize(
    ("topic", "lines", "message"),
    [("", "一、成绩", "还没有写讲话的题目"), ("成果转化", "\n——", "提纲是空的")],
)
def test_an_empty_topic_or_outline_is_refused(run, tmp_path, topic, lines, message):
    outline = tmp_path / "提纲.txt"
    outline.write_text(lines, encoding="utf-8")
    code, out, err = run("material", topic, "--outline", str(outline), "--json")
    assert (code, out) == (2, "")
    assert message in err


def test_material_keeps_to_its_filters(run, outline):
    arguments = ("--outline", outline, "--from", "2024", "--kind", "讲话", "--json")
    document = json.loads(run("material", "人才", *arguments)[1])
    found = [hit["speech"] for h in document["headings"] for hit in h["passages"]]
    assert found
    assert {speech["kind"] for speech in found} == {"讲话"}
    assert min(speech["date"] for speech in found) >= "2024"
    code, _, err = run("material", "人才", "--outline", outline, "--from", "去年")
    assert code == 2
    assert "去年" in err


@pytest.mark.parametrize("name", ["素材.md", "素材.docx"])
def test_material_is_saved_with_its_sources(run, outline, tmp_path, name):
    code, _, _ = run("material", "成果转化", "--outline", outline, "--out", str(tmp_path / name))
    assert code == 0
    file = tmp_path / name
    if name.endswith("docx"):
        text = "\n".join(p.text for p in docx.Document(file).paragraphs)
    else:
        text = file.read_text(encoding="utf-8")
    assert "二、加强组织领导" in text
    assert "（[1] 《" in text


def test_an_outline_that_is_not_there_is_refused(run, tmp_path):
    code, _, err = run("material", "成果转化", "--outline", str(tmp_path / "nothing.txt"))
    assert code == 2
    assert "nothing.txt" in err


@pytest.fixture
def outline(tmp_path):
    file = tmp_path / "提纲.txt"
    file.write_text("一、取得的成绩\n二、加强组织领导\n", encoding="utf-8")
    return str(file)


def test_material_drafts_a_checked_paragraph_when_it_is_asked_for(
    run, outline, server, monkeypatch
):
    monkeypatch.setenv("SPEECHRAG_LLM_BASE_URL", server.url)
    monkeypatch.setenv("SPEECHRAG_LLM_MODEL", str(server.models["good"]))
    topic = "产业技术研究院 孵化企业"
    code, out, _ = run("material", topic, "--outline", outline, "--model", "--json")
    first, second = json.loads(out)["headings"]
    assert code == 0
    assert [s["text"] for s in first["draft"]["sentences"]] == [
        "研究院到今年三月已经孵化企业58家。", "其中有90家上了市。",
    ]  # fmt: skip
    assert [s["problem"] for s in first["draft"]["sentences"]] == [
        None, "数字在所引段落中没有:90",
    ]  # fmt: skip
    assert not second["draft"]["sentences"][0]["checked"]
    code, out, _ = run("material", topic, "--outline", outline, "--json")
    assert "draft" not in json.loads(out)["headings"][0]


def test_material_without_an_endpoint_says_so(run, outline):
    code, out, _ = run("material", "成果转化", "--outline", outline, "--model")
    assert code == 0
    assert out.count("没有配置语言模型") == 2


def test_material_shows_what_would_be_sent_and_sends_nothing(run, outline, monkeypatch):
    monkeypatch.setenv("SPEECHRAG_LLM_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("SPEECHRAG_LLM_MODEL", "m")
    code, out, _ = run("material", "成果转化", "--outline", outline, "--preview")
    document = json.loads(out)
    assert code == 0
    assert document["url"] == "http://127.0.0.1:9/v1"
    said = [body["messages"][1]["content"] for body in document["bodies"]]
    assert ["取得的成绩" in said[0], "加强组织领导" in said[1]] == [True, True]


def test_a_follow_up_on_the_command_line_keeps_the_subject(run):
    before = "如何提高科研人员转化科技成果的积极性？"
    code, out, _ = run("answer", "那资金方面呢？", "--after", before, "--json")
    asked = json.loads(out)["asked"]
    assert code == 0
    assert ["科研人员" in asked, "资金" in asked] == [True, True]
    assert json.loads(run("answer", "那资金方面呢？", "--json")[1])["asked"] == "那资金方面呢？"
