"""Markdown: text unchanged, with hints on marks, headings and tables."""

import pytest

from speechrag.corpus.markdown import markdown_hints
from speechrag.corpus.read import read_document


def without_marks(text):
    """The text a reader sees: everything but the ranges hinted as markup."""
    hints, _title = markdown_hints(text)
    marked = {at for h in hints if h.kind == "markup" for at in range(h.start, h.end)}
    return "".join(char for at, char in enumerate(text) if at not in marked)


def headings(text):
    hints, _title = markdown_hints(text)
    return [(text[h.start : h.end], h.level) for h in hints if h.kind == "heading"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# 讲话\n", "讲话\n"),
        ("## 一、形势 ##\n", "一、形势\n"),
        ("###### 细", "细"),
        ("#不是标题", "#不是标题"),
        ("**加粗**和*斜体*和***两者***和~~删~~", "加粗和斜体和两者和删"),
        ("**外*内*外**", "外内外"),
        ("__粗__ _斜_ snake_case_name", "粗 斜 snake_case_name"),
        ("> 引用\n> > 再引用", "引用\n再引用"),
        ("- 甲\n* 乙\n+ 丙\n  - 丁", "甲\n乙\n丙\n丁"),
        ("1. 甲\n2. 乙", "1. 甲\n2. 乙"),
        ("- [x] 做完 - 了", "做完 - 了"),
        ("见[附件](http://a.cn/b_(c).html)和![图](a.png)。", "见附件和。"),
        ("[甲][1]\n\n[1]: http://a.cn", "甲\n\n"),
        ("用`**原样**`写", "用**原样**写"),
        (r"\*不是斜体\*", "*不是斜体*"),
        ("前<br>后<b>粗</b><!-- 注 -->", "前后粗"),
        ("甲\n\n---\n\n* * *\n乙", "甲\n\n\n\n\n乙"),
        ("```\n# 代码\n```\n正文", "\n# 代码\n\n正文"),
        ("3 * 4 * 5", "3 * 4 * 5"),
    ],
)
def test_marks_are_hinted_and_text_is_not(text, shown):
    assert without_marks(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "**市委、**区委高度重视",
        "在**市**区召开",
        "《*市高端装备行动计划》与*县",
        "占比5*%，提高3*%",
    ],
)
def test_stars_that_stand_for_left_out_names_are_text(text):
    assert without_marks(text) == text


def test_headings_have_levels():
    text = "讲话\n====\n正文\n\n一、形势\n---\n### （一）成绩\n"
    assert headings(text) == [("讲话", 1), ("一、形势", 2), ("（一）成绩", 3)]
    assert without_marks(text) == "讲话\n\n正文\n\n一、形势\n\n（一）成绩\n"


def test_front_matter_is_markup_and_names_the_title():
    text = '---\ntitle: "在大会上的讲话"\ndate: 2025-01-01\n---\n# 标题\n'
    _hints, title = markdown_hints(text)
    assert title == "在大会上的讲话"
    assert without_marks(text) == "标题\n"
    assert markdown_hints("---\n不是前言")[1] is None


def test_tables_are_hinted():
    text = "| 任务 | 单位 |\r\n|---|:-:|\r\n| 转化 | 科技局 |\r\n"
    hints, _title = markdown_hints(text)
    assert [text[h.start : h.end] for h in hints if h.kind == "table"] == [
        "| 任务 | 单位 |", "| 转化 | 科技局 |",
    ]  # fmt: skip


def test_the_file_is_read_unchanged(tmp_path):
    text = "# 讲话\r\n\r\n同志们：**你们好**。\r\n"
    path = tmp_path / "讲话.md"
    path.write_bytes(text.encode("gb18030"))
    document = read_document(path, name="讲话.md")
    assert (document.text, document.format, document.encoding) == (text, "md", "gb18030")
    assert [(h.kind, h.level) for h in document.hints] == [
        ("markup", 0), ("heading", 1), ("markup", 0), ("markup", 0),
    ]  # fmt: skip
