"""timeline and outline through the command line, on the demo library."""

import pytest


def test_timeline_prints_the_contracts_document(run):
    code, found, _ = run("timeline", "放管服", "科技成果轉化", "--json")
    assert code == 0
    first, second = found["phrases"]
    assert (first["phrase"], first["n"]) == ("放管服", 5)
    assert first["first"]["date"] == "2017-05-18"
    assert first["last"]["date"] == "2024-03-20"
    assert "放管服" in first["last"]["passage"]
    assert {year["year"]: year["n"] for year in first["by_year"]} == {
        2017: 3, 2018: 0, 2019: 0, 2020: 1, 2021: 0, 2022: 0, 2023: 0, 2024: 1,
    }  # fmt: skip
    assert first["successors"] == []
    assert second["n"] == 2


def test_timeline_in_words_in_both_languages(run):
    code, said, _ = run("timeline", "放管服")
    assert code == 0
    assert "共 5 次，5 段，3 篇" in said
    assert "最早：2017-05-18 《在全市深化“放管服”改革优化营商环境工作会议上的讲话》" in said
    assert "    2018  0\n" in said
    code, said, _ = run("timeline", "放管服", "--lang", "en")
    assert code == 0
    assert "5 uses in 5 passages of 3 speeches" in said


def test_a_phrase_that_never_occurs_suggests_what_does_and_is_no_failure(run):
    code, found, said = run("timeline", "科技成果转让", "--json")
    assert code == 0
    assert (found["phrases"][0]["n"], found["phrases"][0]["first"]) == (0, None)
    assert "科技成果转化" in found["phrases"][0]["suggestions"]
    assert "文库里没有“科技成果转让”" in said
    assert "科技成果转化" in said


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("timeline", ""), "要查的提法是空的"),
        (("timeline", "，。"), "没有可查的字"),
        (("timeline", "放管服", "--plot", "a.docx"), "--plot 的文件应是 .png"),
        (("outline", " "), "主题是空的"),
        (("outline", "防汛", "-k", "0"), "-k 的值 0 超出范围"),
        (("outline", "防汛", "--from", "去年"), "日期“去年”看不懂"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_remedy(run, arguments, reason):
    code, out, said = run(*arguments)
    assert (code, out) == (2, "")
    assert reason in said
    assert "解决办法：" in said


@pytest.mark.parametrize("command", [("timeline", "放管服"), ("outline", "防汛")])
def test_a_missing_index_is_refused(run, tmp_path, command):
    from speechrag.cli.main import main

    assert main([*command, "--index", str(tmp_path / "none")]) == 2


def test_the_plot_is_a_picture(run, tmp_path):
    code, _, said = run("timeline", "放管服", "网格", "--plot", tmp_path / "图.png")
    assert code == 0
    assert (tmp_path / "图.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert "图已存为" in said


def test_outline_gives_what_inspect_gives(run):
    code, found, _ = run("outline", "防汛抗旱", "-k", "2", "--json")
    assert code == 0
    first = found["outlines"][0]
    assert first["title"] == "在全市防汛抗旱工作会议上的讲话"
    assert set(first) >= {"title", "date", "source", "truncated", "items"}
    _, inspected, _ = run("inspect", f"seeds/{first['source']}", "--json")
    assert first["items"] == [
        {key: section[key] for key in ("level", "label", "heading")}
        for section in inspected["speeches"][0]["outline"]
    ]


def test_outline_is_an_indented_tree(run):
    code, said, _ = run("outline", "科技成果转化", "-k", "1")
    assert code == 0
    lines = said.strip("\n").split("\n")
    assert lines[0].startswith(" 1  《在全市科技成果转化推进会上的讲话》 2023-04-26")
    assert all(line.startswith("    ") for line in lines[1:])


def test_outline_of_nothing_says_so(run):
    code, found, said = run("outline", "防汛", "--from", "2090", "--json")
    assert (code, found["outlines"]) == (0, [])
    assert "没有找到与“防汛”相关" in said
