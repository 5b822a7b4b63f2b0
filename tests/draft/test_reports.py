import re

import pytest
from lxml import html

from speechrag.draft.compare import Comparer
from speechrag.draft.html_report import write_html
from speechrag.draft.quotes import check_quotes
from speechrag.draft.reading import draft_from_text
from speechrag.draft.report import Report, split_marked, write_markdown

DRAFT = """专利证书挂在墙上是荣誉，变成产品摆上柜台才是效益。<script>alert(1)</script>路子还不够宽。

同志们：

许慎言市长强调：“宁可十防九空，绝不失防万一。”
"""


@pytest.fixture(scope="module")
def report(library):
    draft = draft_from_text(DRAFT)
    quotes = check_quotes(draft.document, library)
    return Report(Comparer(library).compare(draft), tuple(quotes))


def test_html_is_one_file_that_needs_nothing_else(report):
    text = write_html(report)
    page = html.fromstring(text)
    assert page.xpath("//script | //link | //img | //iframe") == []
    assert re.findall(r"(?:https?:|url\(|@import)", text) == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_html_has_a_cell_a_paragraph_that_leads_there(report):
    page = html.fromstring(write_html(report))
    targets = page.xpath("//nav//a/@href")
    assert targets == ["#p1", "#p2", "#p3"]
    assert page.xpath("//section/@id") == ["p1", "p2", "p3"]


def test_html_marks_the_same_words_on_both_sides(report):
    page = html.fromstring(write_html(report))
    words = [m.text_content() for m in page.xpath("//section[1]//mark[@class='verbatim']")]
    assert words.count("专利证书挂在墙上是荣誉，变成产品摆上柜台才是效益") == 2


def test_html_says_why_nothing_stands_beside(report):
    page = html.fromstring(write_html(report))
    assert page.xpath("string(//section[2])").endswith("套话，不作比对")


def test_markdown_has_verbatim_words_in_bold_and_the_sources(report):
    text = write_markdown(report)
    assert "**专利证书挂在墙上是荣誉，变成产品摆上柜台才是效益**" in text
    assert "## 第 1 段 原文重复" in text
    assert "## 第 2 段 套话" in text
    assert "【有出入】" in text
    assert "| 在全市科技成果转化推进会上的讲话 |" in text


@pytest.mark.parametrize(
    ("marks", "pieces"),
    [
        ([], [("甲乙丙丁", "")]),
        ([((1, 3), "a")], [("甲", ""), ("乙丙", "a"), ("丁", "")]),
        ([((1, 3), "a"), ((0, 2), "b")], [("甲", "b"), ("乙丙", "a"), ("丁", "")]),
        ([((2, 9), "a")], [("甲乙", ""), ("丙丁", "a")]),
    ],
)
def test_an_earlier_mark_covers_a_later_one(marks, pieces):
    assert list(split_marked("甲乙丙丁", marks)) == pieces
