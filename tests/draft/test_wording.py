"""Reports in English say everything in English but what they quote."""

import re
import string

import docx
import pytest

from speechrag.draft import wording
from speechrag.draft.compare import Comparer
from speechrag.draft.docx_report import write_docx
from speechrag.draft.html_report import write_html
from speechrag.draft.quotes import check_quotes
from speechrag.draft.reading import draft_from_text
from speechrag.draft.records import Label, Verdict
from speechrag.draft.report import Report, describe_quote, write_markdown
from speechrag.draft.wording import Wording

HAN = re.compile("[\u3400-\u9fff]+")
DRAFT = (
    "专利证书挂在墙上是荣誉，变成产品摆上柜台才是效益。\n\n许慎言市长强调：“宁可十防九空，绝不失防万一。”\n\n"
    "周启明指出：“天上的月亮圆了又缺，海里的潮水退了又涨。”"
)


def blanks(template):
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("key", sorted(wording._WORDS))
def test_both_languages_fill_the_same_blanks(key):
    chinese, english = wording._WORDS[key]
    assert blanks(chinese) == blanks(english)
    assert not HAN.search(english)


def test_every_label_and_verdict_has_an_english_name():
    say = Wording("en")
    names = [*map(say.label, Label), *map(say.verdict, Verdict)]
    assert len(set(names)) == len(names)
    assert not any(HAN.search(name) for name in names)


@pytest.fixture(scope="module")
def report(library):
    draft = draft_from_text(DRAFT)
    quotes = tuple(check_quotes(draft.document, library))
    return Report(Comparer(library).compare(draft), quotes, "en")


def test_a_verdict_is_explained_in_english(report):
    differs, missing = (describe_quote(q, Wording("en")).splitlines() for q in report.quotes)
    assert differs[:2] == ["【differs】", "Words differ: draft “绝不”, source “不可”"]
    assert differs[2] == "Source text: 宁可十防九空，不可失防万一"
    assert missing == ["【not found】", "Not in the library; check it against the original."]


def test_the_reports_speak_english(report, tmp_path):
    markdown = write_markdown(report)
    assert markdown.startswith("# Comparison: ")
    assert "## Paragraph 1 verbatim\n" in markdown
    assert "| Speech | Date | File | Paragraphs alike | Same characters |" in markdown
    html = write_html(report)
    assert '<html lang="en">' in html
    assert 'title="Paragraph 1 verbatim"' in html
    path = tmp_path / "report.docx"
    path.write_bytes(write_docx(report))
    document = docx.Document(path)
    assert "Comparison and sources used most" in [p.text for p in document.paragraphs]
    comments = [comment.text for comment in document.comments]
    assert comments[0].startswith("【verbatim】《在全市科技成果转化推进会上的讲话》")
    assert any(text.startswith("Quotations 【differs】") for text in comments)
    ours = (*Label, *Verdict, "相同文字", "出处", "原文：", "引文核验")
    for text in (markdown, html, *comments):
        assert not [word for word in ours if word in text]
