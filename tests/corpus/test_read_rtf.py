"""RTF: a file that LibreOffice wrote from .docx, and files made by hand."""

from pathlib import Path

import pytest

from speechrag.corpus.read import read_document
from speechrag.errors import DamagedFile, EmptySource
from tests_paths import REPO

MEETING = "2024-在全市高效办成一件事推进会上的讲话"
HEAD = (
    r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fnil\fcharset134 \'cb\'ce\'cc\'e5;}"
    r"{\f1\froman\fcharset0 Times;}{\f2\fnil\fcharset136 MingLiU;}}"
    r"{\colortbl;\red0\green0\blue0;}"
    r"{\stylesheet{\s0 Normal;}{\s1\sbasedon0 heading 1;}{\s2\sbasedon1 \'d0\'a1\'b1\'ea;}"
    r"{\*\cs9 Strong;}}"
)


def gbk(text):
    """As Word writes it: each byte in hex."""
    return "".join(f"\\'{byte:02x}" for byte in text.encode("gb18030"))


@pytest.fixture
def read(tmp_path):
    def read(body, name="讲话.rtf"):
        path = tmp_path / name
        path.write_bytes((HEAD + body + "}").encode("latin-1"))
        return read_document(path, name=name)

    return read


def hinted(document, kind):
    return [(document.text[h.start : h.end], h.level) for h in document.hints if h.kind == kind]


def test_a_speech_of_the_demo_library_reads_as_its_docx_does():
    legacy = Path(__file__).parent / "legacy" / f"{MEETING}.rtf"
    old = read_document(legacy, name="a")
    new = read_document(REPO / "seeds" / f"{MEETING}.docx", name="a")
    assert (old.text, old.hints, old.title) == (new.text, new.hints, new.title)
    assert {hint.kind for hint in old.hints} == {"table", "textbox"}


@pytest.mark.parametrize("name", ["讲话.rtf", "讲话.doc", "讲话.wps", "讲话.txt"])
def test_it_is_known_by_its_content(read, name):
    document = read(rf"\pard {gbk('同志们：')}\par {gbk('谢谢')}", name)
    assert (document.text, document.format) == ("同志们：\n谢谢", "rtf")


def test_bytes_are_read_in_the_character_set_of_their_font(read):
    big5 = "".join(f"\\'{byte:02x}" for byte in "講話".encode("big5"))
    body = rf"\f0 {gbk('讲话')}{{\f2 {big5}}}\f1 {gbk('在')}GDP\par"
    assert read(body).text == "讲话講話在GDP\n".rstrip("\n")


def test_unicode_with_what_stands_for_it_elsewhere(read):
    body = r"\uc1\u20320?\u22909\'3f{\uc2\u21734 ??}\uc0\u-10179\uc1\u-8704?\u8212-\uc0 \u23572\par"
    assert read(body).text == "你好哦😀—尔"


def test_marks_breaks_and_signs(read):
    body = r"A\line B\tab C\_D\~E\emdash\ldblquote F\rdblquote\{\}\\ \page G\par"
    assert read(body).text == "A\nB\tC-D\u00a0E—“F”{}\\ \nG"


def test_labels_headings_and_styles(read):
    body = (
        rf"\pard\s1{{\listtext\pard\plain {gbk('一、')}\tab}}{gbk('形势')}\par"
        rf"\pard\s2{{\pntext 1.\tab}}{gbk('成绩')}\par"
        rf"\pard\outlinelevel2 {gbk('不足')}\par\pard{{\listtext\'b7\tab}}{gbk('要点')}\par"
    )
    document = read(body)
    assert document.text.split("\n") == ["一、形势", "1. 成绩", "不足", "• 要点"]
    assert hinted(document, "heading") == [("一、形势", 1), ("1. 成绩", 1), ("不足", 3)]


def test_tables(read):
    row = r"\trowd\pard\intbl {}\cell {}\cell\row"
    body = rf"{gbk('前')}\par {row.format('A', 'B')}{row.format('C', 'D')}\pard {gbk('后')}\par"
    document = read(body)
    assert document.text.split("\n") == ["前", "A\tB", "C\tD", "后"]
    assert hinted(document, "table") == [("A\tB\nC\tD", 0)]


def test_notes_and_text_boxes(read):
    box = r"{\shp{\*\shpinst{\sp{\sn a}{\sv 1}}{\shptxt\pard box\par}}{\shprslt twice}}"
    body = (
        r"A{\super\chftn{\*\footnote\ftnalt\chftn end}}B"
        r"{\footnote\pard foot\par}C" + box + r"\par D\par"
    )
    document = read(body)
    assert document.text.split("\n") == ["ABC", "box", "D", "foot", "end"]
    assert hinted(document, "textbox") == [("box", 0)]
    assert hinted(document, "footnote") == [("foot", 0)]
    assert hinted(document, "endnote") == [("end", 0)]


def test_what_is_no_text_of_the_document(read):
    body = (
        r"{\header head\par}{\*\unknown what}A{\v hidden}{\deleted gone}{\revised new}"
        r"{\field{\*\fldinst PAGE }{\fldrslt 12}}{\pict\wmetafile8 0102ff}{\*\annotation note}"
        r"{\upr{ansi}{\*\ud{wide}}}{\pict\bin4 }{\\}B\par"
    )
    assert read(body).text == "Anew12wideB"


def test_the_title_of_its_summary(read):
    document = read(rf"{{\info{{\title {gbk('在大会上的讲话')}}}{{\author x}}}}text\par")
    assert (document.title, document.text) == ("在大会上的讲话", "text")


def test_bytes_that_are_no_character_are_reported_with_their_place(read):
    document = read(r"\f0 good\par \f0 \'b9\'a4\'ff\'ff\par")
    assert document.text.startswith("good\n工\ufffd")
    (bad,) = document.undecodable
    assert bad.raw == bytes.fromhex("b9a4ffff")
    assert bad.byte_offset == len(HEAD + r"\f0 good\par \f0 ")


@pytest.mark.parametrize("body", [r"text{\par", r"text\par}} more {", r"text\bin99999 \par"])
def test_braces_that_do_not_close_are_damage(read, body, tmp_path):
    path = tmp_path / "a.rtf"
    path.write_bytes((HEAD + body).encode())
    if body.endswith(" more {"):
        assert read_document(path, name="a.rtf").text == "text"  # what follows the end is nothing
        return
    with pytest.raises(DamagedFile, match=r"^a\.rtf：RTF 文档不完整") as refused:
        read_document(path, name="a.rtf")
    assert ".docx" in refused.value.hint


def test_no_text_at_all(read):
    with pytest.raises(EmptySource):
        read(r"{\pict 0102}\par")
