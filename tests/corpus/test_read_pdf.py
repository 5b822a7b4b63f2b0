"""PDF: the text layer by lines; running heads, feet and page numbers are hinted."""

import io

import pypdfium2
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from speechrag.corpus.page_furniture import find_furniture
from speechrag.corpus.pdf import read_pdf
from speechrag.corpus.read import ReadLimits, read_document
from speechrag.errors import DamagedFile, EmptySource, ProtectedFile


def make_pdf(*pages, title="", encrypt=None):
    """A PDF whose pages hold these lines."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, encrypt=encrypt, invariant=1)
    if title:
        canvas.setTitle(title)
    for lines in pages:
        canvas.setFont("STSong-Light", 12)
        for at, line in enumerate(lines):
            canvas.drawString(72, 780 - 20 * at, line)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@pytest.fixture
def read(tmp_path):
    """Write a PDF and read it."""

    def read(raw, name="报告.pdf", **limits):
        path = tmp_path / name
        path.write_bytes(raw)
        return read_document(path, name=name, limits=ReadLimits(**limits))

    return read


def hinted(document):
    return [(document.text[h.start : h.end], h.kind) for h in document.hints]


def test_printed_lines_are_lines(read):
    document = read(
        make_pdf(["在大会上的讲话", "同志们：今天召开推进"], ["会，主要任务是部署工作。"])
    )
    assert document.text == "在大会上的讲话\n同志们：今天召开推进\n会，主要任务是部署工作。"
    assert (document.format, document.encoding, document.hints) == ("pdf", "pdf", ())


def test_running_heads_and_page_numbers_are_hinted_not_dropped(read):
    pages = [
        ["云岭市政府工作报告", f"第{n}部分的正文，讲成绩。", "还有一行正文。", f"— {n} —"]
        for n in (1, 2, 3)
    ]
    document = read(make_pdf(*pages))
    assert document.text.count("云岭市政府工作报告") == 3
    assert hinted(document) == [
        ("— 1 —", "page_furniture"),  # the first 云岭市政府工作报告 is the title
        ("云岭市政府工作报告", "page_furniture"),
        ("— 2 —", "page_furniture"),
        ("云岭市政府工作报告", "page_furniture"),
        ("— 3 —", "page_furniture"),
    ]


def test_the_title_comes_from_the_metadata(read):
    assert read(make_pdf(["正文"], title="工作报告")).title == "工作报告"
    assert read(make_pdf(["正文"], title="Microsoft Word - 工作报告.docx")).title == "工作报告"


def test_no_text_layer(read):
    with pytest.raises(EmptySource) as caught:
        read(make_pdf([], []))
    assert "只有图片，没有文字层" in caught.value.message
    assert "报告.pdf" in caught.value.message
    assert "OCR" in caught.value.hint


def test_page_numbers_alone_are_no_text(read):
    with pytest.raises(EmptySource):
        read(make_pdf(["— 1 —"], ["— 2 —"], ["— 3 —"]))


def test_a_password_is_needed(read):
    with pytest.raises(ProtectedFile) as caught:
        read(make_pdf(["机密"], encrypt=StandardEncryption("secret")))
    assert "密码" in caught.value.hint


def test_a_password_for_changes_only_is_no_hindrance(read):
    raw = make_pdf(["公开"], encrypt=StandardEncryption("", ownerPassword="x", canPrint=0))
    assert read(raw).text == "公开"


@pytest.mark.parametrize("raw", [b"%PDF-1.7\n", b"%PDF-1.4 " + bytes(500), b"not a pdf at all"])
def test_a_broken_file_is_damaged(read, raw):
    with pytest.raises(DamagedFile) as caught:
        read(raw)
    assert "报告.pdf" in caught.value.message
    assert caught.value.hint


def test_more_pages_than_allowed_are_refused(read):
    with pytest.raises(DamagedFile) as caught:
        read(make_pdf(*[["页"]] * 4), max_pages=3)
    assert "4 页" in caught.value.message


def test_radicals_that_fonts_name_for_characters_become_characters(read, monkeypatch):
    monkeypatch.setattr(
        pypdfium2.PdfTextPage,
        "get_text_range",
        lambda _self: "⼀、⽤好⼈才，服务⺠⽣\r\nre\x02\r\nform\ufffe ok\x00",
    )
    assert read(make_pdf(["x"])).text == "一、用好人才，服务民生\nre-\nform- ok\ufffd"


def test_a_pdf_is_known_by_its_content(read):
    assert read(make_pdf(["正文"]), "报告.txt").format == "pdf"


def furniture(*pages):
    return {pages[page][at] for page, at in find_furniture(pages)}


def test_page_number_forms():
    body = ["正文一行。", "正文二行。", "正文三行。"]
    for form in ("- {} -", "第{}页", "第 {} 页 共 9 页", "{}/9", "Page {} of 9", "{}", "—{}—"):
        pages = [[*body, form.format(n)] for n in (1, 2)]
        assert furniture(*pages) == {form.format(1), form.format(2)}, form


def test_numbers_may_start_anywhere_but_must_count_pages():
    body = ["正文一行。", "正文二行。", "正文三行。"]
    assert furniture([*body, "37"], [*body, "38"]) == {"37", "38"}
    assert furniture([*body, "2025"], [*body, "1990"]) == set()
    assert furniture([*body, "12", *body], [*body, "13", *body]) == set()


def test_heads_repeat_on_three_pages():
    pages = [
        [f"第{n}期", "内参", f"正文{word}行。", "又一行。", "再一行。"]
        for n, word in enumerate("甲乙丙")
    ]
    assert furniture(*pages) == {"第1期", "第2期", "内参"}
    assert furniture(*pages[:2]) == set()


def test_the_reader_wants_bytes_only():
    document = read_pdf(make_pdf(["正文"]), "内存.pdf", max_pages=10)
    assert (document.file, document.text) == ("内存.pdf", "正文")
