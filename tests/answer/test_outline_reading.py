"""Outlines as people type them, paste them and keep them in files."""

import docx
import pytest

from speechrag.answer.outline import (
    MAX_HEADINGS,
    is_same,
    load_outline,
    read_outline,
    write_outline,
)
from speechrag.errors import QuestionError, SourceError

OUTLINE = (
    "一、充分认识成果转化的重要意义\n(二)当前存在的问题和不足\n"
    "3. 着力打通成果转化通道\n\n四、加强组织领导\n"
)


def test_an_outline_is_its_headings_and_their_labels():
    assert [(h.label, h.text) for h in read_outline(OUTLINE)] == [
        ("一、", "充分认识成果转化的重要意义"),
        ("(二)", "当前存在的问题和不足"),
        ("3.", "着力打通成果转化通道"),
        ("四、", "加强组织领导"),
    ]


@pytest.mark.parametrize(
    ("line", "label", "text", "level"),
    [
        ("一、充分认识", "一、", "充分认识", 1),
        ("第一部分 成绩", "第一部分", "成绩", 1),
        ("（十二） 存在问题", "（十二）", "存在问题", 2),
        ("３．抓落实", "３．", "抓落实", 3),
        ("（4）考核", "（4）", "考核", 4),
        ("  ## 二、正视问题", "二、", "正视问题", 1),
        ("● 结束语", "", "结束语", 1),
        ("2023年工作回顾", "", "2023年工作回顾", 1),
        ("三农工作", "", "三农工作", 1),
    ],
)
def test_labels_are_understood(line, label, text, level):
    (heading,) = read_outline(line)
    assert (heading.label, heading.text, heading.level) == (label, text, level)


def test_a_heading_knows_the_one_it_stands_under():
    lines = "前言\n一、甲事\n（一）乙事\n1. 丙事\n（二）丁事\n二、戊事\n（一）己事"
    assert [(h.text, h.parent) for h in read_outline(lines)] == [
        ("前言", ""), ("甲事", ""), ("乙事", "甲事"), ("丙事", "乙事"), ("丁事", "甲事"),
        ("戊事", ""), ("己事", "戊事"),
    ]  # fmt: skip


def test_title_and_body_of_a_pasted_draft_are_no_headings():
    lines = (
        "在全市科技成果转化推进会上的讲话\n一、提高认识\n科技是第一生产力。\n前进路上\n"
        "二、抓好落实\n" + "没有句号的一长段" * 10
    )
    assert [h.text for h in read_outline(lines)] == ["提高认识", "前进路上", "抓好落实"]


def test_lines_without_numbers_are_all_headings():
    assert [h.text for h in read_outline("成绩怎么样？\n问题在哪里？")] == [
        "成绩怎么样？", "问题在哪里？",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", " \n一、\n", "——\n……"])
def test_an_empty_outline_is_refused_with_the_remedy(text):
    with pytest.raises(QuestionError, match="提纲是空的") as refused:
        read_outline(text)
    assert "每行写一个标题" in refused.value.hint


def test_too_long_an_outline_is_refused_and_the_longest_is_read():
    lines = [f"第{n}件事" for n in range(MAX_HEADINGS + 1)]
    assert len(read_outline("\n".join(lines[1:]))) == MAX_HEADINGS
    with pytest.raises(QuestionError, match="最多 200 个标题"):
        read_outline("\n".join(lines))


def test_sameness_goes_by_words_and_by_what_stands_above():
    one, two, three, four = read_outline("一、抓落实\n二、抓 落实。\n（一）考核\n三、考核")
    assert is_same(one, read_outline("7. 抓落实")[0])
    assert not is_same(three, four)
    assert is_same(one, two)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_a_text_file_is_read_in_its_encoding(tmp_path, encoding):
    file = tmp_path / "提纲.txt"
    file.write_text(OUTLINE, encoding=encoding)
    assert load_outline(file) == read_outline(OUTLINE)


def test_a_word_file_is_read(tmp_path):
    document = docx.Document()
    document.add_heading("在全市大会上的讲话提纲", 0)
    for line in ("一、取得的成绩", "（一）招商", "二、存在问题"):
        document.add_paragraph(line)
    document.save(tmp_path / "提纲.docx")
    assert [h.title for h in load_outline(tmp_path / "提纲.docx")] == [
        "一、取得的成绩", "（一）招商", "二、存在问题",
    ]  # fmt: skip


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "坏.docx").write_bytes(b"PK\x03\x04 no document")
    for name in ("坏.docx", "没有.txt"):
        with pytest.raises(SourceError, match=name):
            load_outline(tmp_path / name)


def test_what_is_written_reads_the_same():
    headings = read_outline(OUTLINE)
    assert read_outline(write_outline(headings)) == headings
