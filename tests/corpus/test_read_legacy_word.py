"""Word 97–2003: files that LibreOffice wrote from .docx, and files made byte by byte."""

import struct
from pathlib import Path

import pytest
from legacyfiles import legacy_doc, ole, summary

from speechrag.corpus.clean import parse_file
from speechrag.corpus.read import read_document
from speechrag.errors import DamagedFile, EmptySource, ProtectedFile, UnsupportedFormat
from tests_paths import REPO

LEGACY = Path(__file__).parent / "legacy"
MEETING = "2024-在全市高效办成一件事推进会上的讲话"
BODY = "在全市档案工作会议上的讲话\r同志们：\r要建好库房。\r"


@pytest.fixture
def read(tmp_path):
    def read(raw, name="讲话.doc"):
        path = tmp_path / name
        path.write_bytes(raw)
        return read_document(path, name=name)

    return read


def hinted(document, kind):
    return [(document.text[h.start : h.end], h.level) for h in document.hints if h.kind == kind]


def test_numbers_headings_tables_notes_fields_and_revisions():
    document = read_document(LEGACY / "档案.doc", name="档案.doc")
    assert (document.format, document.encoding) == ("doc", "doc")
    assert document.text.split("\n") == [
        "在全市档案工作会议上的讲话", "2009年3月12日", "同志们：",
        "一、充分认识档案工作的重要意义",
        "档案是历史的见证，也是工作的依据。这句是后加的。",
        "（一）成绩", "去年完成数字化12万卷。",
        "（二）不足", "库房不够，", "人手不足。\t（见附表）",
        "二、抓好今年的重点任务", "一是要建好库房。", "二是要用好人才。",
        "任务分工如下：", "任务\t牵头单位", "库房改造\t市档案局",
        "上半句话在前，下半句话在后。", "生僻字𠮷也要认得。", "谢谢大家！",
        "见《史通》。", "音吉。",
    ]  # fmt: skip
    assert hinted(document, "title") == [("在全市档案工作会议上的讲话", 1)]
    assert hinted(document, "heading") == [
        ("一、充分认识档案工作的重要意义", 1), ("（一）成绩", 2), ("（二）不足", 2),
        ("二、抓好今年的重点任务", 1),
    ]  # fmt: skip
    assert hinted(document, "table") == [("任务\t牵头单位\n库房改造\t市档案局", 0)]
    assert hinted(document, "footnote") == [("见《史通》。", 0)]
    assert hinted(document, "endnote") == [("音吉。", 0)]


def test_a_speech_of_the_demo_library_reads_as_its_docx_does():
    old = read_document(LEGACY / f"{MEETING}.doc", name="a")
    new = read_document(REPO / "seeds" / f"{MEETING}.docx", name="a")
    assert (old.text, old.hints, old.title) == (new.text, new.hints, new.title)
    assert {hint.kind for hint in old.hints} == {"table", "textbox"}


def test_nothing_of_it_is_lost_on_the_way_to_passages():
    parsed = parse_file(LEGACY / "档案.doc", "档案.doc")
    assert parsed.coverage == 1
    (speech,) = parsed.speeches
    assert (speech.title, speech.date) == ("在全市档案工作会议上的讲话", "2009-03-12")
    paths = {passage.section_path for passage in speech.passages}
    assert ("一、充分认识档案工作的重要意义", "（二）不足") in paths


@pytest.mark.parametrize("name", ["旧.doc", "旧.wps", "旧.docx", "旧.txt"])
def test_it_is_known_by_its_content(read, name):
    assert read(legacy_doc([(BODY, 2, None)]), name).text.split("\n")[0] == BODY.split("\r")[0]


def test_pieces_narrow_and_wide_in_any_order_of_the_file(read):
    pieces = [("在全市", 2, None), ("GDP “2009” – ", 1, None), ("大会上的讲话𠮷\r", 2, None)]
    assert read(legacy_doc([*pieces, ("Thank you.\r", 1, None)])).text == (
        "在全市GDP “2009” – 大会上的讲话𠮷\nThank you."
    )


def test_marks_breaks_and_signs(read):
    text = "第一行\x0b第二行\t右\x1e末\x1f尾\x01图\x05批\r见\x13 PAGE \x1412\x15页\x0c下页\r"
    assert read(legacy_doc([(text, 2, None)])).text == "第一行\n第二行\t右-末尾图批\n见12页\n下页"


def test_a_piece_may_have_properties_of_its_own(read):
    hidden, deleted = struct.pack("<HB", 0x083C, 1), struct.pack("<HB", 0x0800, 1)
    texts = [("看得见", None), ("看不见", 0), ("又见", None), ("删去", 1), ("\r", None)]
    pieces = [(text, 2, modifier) for text, modifier in texts]
    assert read(legacy_doc(pieces, modifiers=[hidden, deleted])).text == "看得见又见"


def test_running_heads_and_comments_are_not_in_the_text(read):
    body, heads, comments = "正文一段。\r", "内部资料\r", "批注\r"
    counts = (len(body), 0, len(heads), 0, len(comments), 0, 0)
    raw = legacy_doc([(body + heads + comments, 2, None)], counts=counts)
    assert read(raw).text == "正文一段。"


@pytest.mark.parametrize(("codepage", "codec"), [(936, "gbk"), (65001, "utf-8"), (950, "big5")])
def test_the_title_of_its_summary(read, codepage, codec):
    title = "在大會上的講話".encode(codec) + b"\0"
    properties = {
        1: struct.pack("<IHH", 2, codepage, 0),
        2: struct.pack("<II", 0x1E, len(title)) + title,
    }
    streams = {"\x05SummaryInformation": summary(properties)}
    assert read(legacy_doc([(BODY, 2, None)], streams=streams)).title == "在大會上的講話"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("count", [0, 0x7FFFFFFF])
def test_a_summary_that_lies_costs_only_the_title(read, count):
    lying = bytearray(summary({1: struct.pack("<IHH", 2, 936, 0)}))
    struct.pack_into("<I", lying, 52, count)
    document = read(legacy_doc([(BODY, 2, None)], streams={"\x05SummaryInformation": bytes(lying)}))
    assert document.title is None
    assert document.text == BODY.replace("\r", "\n").rstrip("\n")


@pytest.mark.parametrize(
    ("raw", "error", "told", "remedy"),
    [
        (legacy_doc([(BODY, 2, None)], flags=0x0100), ProtectedFile, "已加密", "去掉密码"),
        (legacy_doc([(BODY, 2, None)], version=0x68), UnsupportedFormat, "Word 95", ".docx"),
        (legacy_doc([("\r", 2, None)]), EmptySource, "没有文字", "检查文件"),
        (legacy_doc([("\x01\r", 2, None)]), EmptySource, "只有图片", "OCR"),
        (legacy_doc([(BODY, 2, None)], table=False), DamagedFile, "已损坏", ".docx"),
        (legacy_doc([(BODY, 2, None)], counts=(999, *[0] * 6)), DamagedFile, "损坏", ".docx"),
        (legacy_doc([(BODY, 2, None)])[:3000], UnsupportedFormat, "不完整", ".docx"),
        (ole({"Workbook": b"x"}), UnsupportedFormat, "Excel", ".docx"),
        (ole({"Anything": b"x"}), UnsupportedFormat, "认不出", ".docx"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_with_reason_and_remedy(read, raw, error, told, remedy):
    with pytest.raises(error) as refused:
        read(raw)
    assert refused.value.message.startswith("讲话.doc：")
    assert told in refused.value.message
    assert remedy in refused.value.hint


def test_pieces_that_lie_are_damage(read):
    raw = legacy_doc([(BODY, 2, None), (BODY, 2, None)])
    places = struct.pack("<3I", 0, len(BODY), 2 * len(BODY))
    assert raw.count(places) == 1
    for lie in ((0, 2 * len(BODY), len(BODY)), (0, len(BODY), 2**31), (5, len(BODY), 9_999)):
        with pytest.raises(DamagedFile):
            read(raw.replace(places, struct.pack("<3I", *lie)))
