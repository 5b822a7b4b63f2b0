import docx
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from speechrag.draft.reading import draft_from_text, load_draft
from speechrag.errors import EmptySource, ProtectedFile, SourceError

FIRST = "专利证书挂在墙上是荣誉，变成产品摆上柜台才是效益，这句话要记在心里。"
SECOND = "问题在水里，根子在岸上，治水的功夫要下在岸上，下在平时。"


def write_pdf(path, pages, encrypt=None):
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(path), pagesize=A4, encrypt=encrypt)
    for text in pages:
        canvas.setFont("STSong-Light", 12)
        canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    return path


def texts(draft):
    return [paragraph.text for paragraph in draft.paragraphs]


def write_docx(path):
    document = docx.Document()
    document.add_heading("一、总的要求", 1)
    document.add_paragraph(FIRST)
    document.add_paragraph(SECOND)
    document.save(path)


@pytest.mark.parametrize("suffix", [".docx", ".txt", ".md", ".html"])
def test_every_format_gives_the_same_paragraphs_and_outline(tmp_path, suffix):
    path = tmp_path / f"稿{suffix}"
    if suffix == ".docx":
        write_docx(path)
    elif suffix == ".html":
        body = f"<h2>一、总的要求</h2><p>{FIRST}</p><p>{SECOND}</p>"
        path.write_text(f"<html><body>{body}</body></html>", encoding="utf-8")
    else:
        mark = "## " if suffix == ".md" else ""
        text = f"{mark}一、总的要求\n\n{FIRST}\n\n{SECOND}\n"
        path.write_text(text, encoding="utf-8")
    draft = load_draft(path)
    assert texts(draft) == [FIRST, SECOND]
    assert [section.heading for section in draft.outline if section.label] == ["总的要求"]
    assert {p.section_path for p in draft.paragraphs} == {("一、总的要求",)}


def test_a_gbk_draft_is_decoded(tmp_path):
    path = tmp_path / "稿.txt"
    path.write_bytes(f"{FIRST}\r\n\r\n{SECOND}".encode("gbk"))
    assert texts(load_draft(path)) == [FIRST, SECOND]


def test_a_pdf_of_500_pages_is_read(tmp_path):
    pages = [f"第{n}件事，要明确责任单位和完成时限，年底逐项检查验收。" for n in range(500)]
    draft = load_draft(write_pdf(tmp_path / "厚.pdf", pages))
    whole = "".join(texts(draft))
    assert "第0件事" in whole
    assert "第499件事" in whole


def test_a_pdf_with_a_password_is_refused(tmp_path):
    path = write_pdf(tmp_path / "密.pdf", [FIRST], StandardEncryption("secret"))
    with pytest.raises(ProtectedFile, match=r"密\.pdf"):
        load_draft(path)


def test_a_pdf_of_pictures_is_refused(tmp_path):
    path = write_pdf(tmp_path / "图.pdf", [""])
    with pytest.raises(EmptySource):
        load_draft(path)


def test_a_paragraph_longer_than_a_passage_stays_one():
    text = "这是一个很长的自然段里的一句话，它讲了一件具体的事情。" * 30
    (paragraph,) = draft_from_text(text).paragraphs
    assert paragraph.text == text


def test_hostile_names_stay_in_the_message(tmp_path):
    path = tmp_path / "<b>稿</b>.txt".replace("/", "_")
    path.write_text("hello world, this is an English text", encoding="utf-8")
    with pytest.raises(SourceError, match="中文只占"):
        load_draft(path)
