"""Decoding: the encoding is found out from the bytes; damage is named; nothing becomes mojibake."""

import random
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from speechrag.corpus.decode import decode_bytes
from speechrag.errors import UndecodableText
from speechrag.types import UndecodableBytes

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"

SIMPLIFIED = "同志们：\r\n今天召开科技成果转化推进会，朱镕基同志强调要狠抓落实。\r\n谢谢大家！\r\n"
TRADITIONAL = "同志們：\n今天召開科技成果轉化推進會，全面貫徹落實會議精神，推動高質量發展。\n"
MIXED = "国务院关于 Innovation 的 notice：加快推进“双一流”建设，提高转化效率 30%。\n"


@pytest.mark.parametrize("text", [SIMPLIFIED, MIXED])
@pytest.mark.parametrize(
    ("codec", "bom", "named"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", b"\xef\xbb\xbf", "utf-8-sig"),
        ("gb18030", b"", "gb18030"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
        ("utf-16-le", b"\xff\xfe", "utf-16"),
        ("utf-16-be", b"\xfe\xff", "utf-16"),
        ("utf-32-le", b"\xff\xfe\x00\x00", "utf-32"),
    ],
)
def test_simplified_text_comes_out_as_written(text, codec, bom, named):
    decoded = decode_bytes(bom + text.encode(codec))
    assert (decoded.text, decoded.encoding, decoded.undecodable) == (text, named, ())


@pytest.mark.parametrize(
    ("codec", "named"), [("utf-8", "utf-8"), ("gb18030", "gb18030"), ("big5", "big5")]
)
def test_traditional_text_is_big5_or_gbk_by_evidence_not_by_its_script(codec, named):
    decoded = decode_bytes(TRADITIONAL.encode(codec))
    assert (decoded.text, decoded.encoding) == (TRADITIONAL, named)


def test_both_scripts_in_one_gbk_file():
    text = "在云岭市的讲话\n在雲嶺市的講話：加強與高校的合作。\n"
    assert decode_bytes(text.encode("gbk")).text == text


@pytest.mark.parametrize(
    "text",
    [
        "联通",
        "讲话",
        "一、工作",
        "朱镕基",
        "（一）",
        "创新",
        "双一流",
        "芦苇",
        "成果转化",
        "2025年",
    ],
)
def test_a_short_gbk_text_is_recognised(text):
    assert decode_bytes(text.encode("gb18030")).text == text


@pytest.mark.parametrize("text", ["講話", "致詞稿", "一、工作", "成果轉化", "主席、各位來賓："])
def test_a_short_big5_text_is_recognised(text):
    assert decode_bytes(text.encode("big5")).text == text


def test_sentences_of_every_length_in_every_encoding():
    """Cut at random from two speeches; a reader that guesses from the script alone fails here."""
    rng = random.Random(7)
    simplified = "".join((SIMPLIFIED + MIXED).split())
    traditional = "".join(TRADITIONAL.split())
    wrong = []
    for text, codec in [(simplified, "gb18030"), (traditional, "gb18030"), (traditional, "big5")]:
        for _ in range(100):
            start = rng.randrange(len(text) - 8)
            piece = text[start : start + rng.randrange(6, 9)]
            if not piece.isascii() and decode_bytes(piece.encode(codec)).text != piece:
                wrong.append((piece, codec))
    assert wrong == []


def test_line_ends_are_kept():
    text = "第一行\r\n第二行\r第三行\n\n"
    for codec in ("utf-8", "gb18030", "utf-16"):
        assert decode_bytes(text.encode(codec)).text == text


def test_a_rare_character_of_gb18030_is_not_lost():
    text = "朱镕基、陶喆、李頔、㐂、𠮷野家，这些名字里都有生僻字，一个也不能丢。"
    assert decode_bytes(text.encode("gb18030")).text == text


def test_a_declared_encoding_settles_what_the_bytes_leave_open():
    raw = "參謀".encode("big5")
    assert decode_bytes(raw, declared="Big5").text == "參謀"
    assert decode_bytes("参谋".encode("gbk"), declared="gb2312").text == "参谋"


def test_a_wrong_declaration_does_not_overrule_the_bytes():
    assert decode_bytes(SIMPLIFIED.encode("utf-8"), declared="gb2312").text == SIMPLIFIED
    assert decode_bytes(SIMPLIFIED.encode("gb18030"), declared="utf-8").text == SIMPLIFIED
    assert decode_bytes(SIMPLIFIED.encode("gb18030"), declared="no-such").text == SIMPLIFIED


def test_a_damaged_byte_of_utf8_is_named_with_its_offset():
    raw = SIMPLIFIED.encode("utf-8")
    at = raw.index("科".encode())
    damaged = raw[:at] + b"\xff" + raw[at + 3 :]
    decoded = decode_bytes(damaged)
    assert decoded.text == SIMPLIFIED.replace("科", "\ufffd", 1)
    assert decoded.undecodable == (UndecodableBytes(at, b"\xff"),)
    assert decoded.encoding == "utf-8"


def test_the_offset_counts_the_byte_order_mark():
    decoded = decode_bytes(b"\xef\xbb\xbf" + "讲".encode() + b"\xff" + "话是这样讲的".encode())
    assert decoded.text == "讲\ufffd话是这样讲的"
    assert decoded.undecodable == (UndecodableBytes(6, b"\xff"),)


def test_a_lost_byte_of_gbk_does_not_shift_the_rest_of_the_line():
    raw = SIMPLIFIED.encode("gb18030")
    at = raw.index("果".encode("gb18030"))
    decoded = decode_bytes(raw[: at + 1] + raw[at + 2 :])  # the second byte of 果 is gone
    assert decoded.text == SIMPLIFIED.replace("果", "\ufffd", 1)
    assert decoded.undecodable == (UndecodableBytes(at, "果".encode("gb18030")[:1]),)


def test_a_stray_byte_in_big5_costs_itself_only():
    raw = TRADITIONAL.encode("big5")
    at = raw.index("推".encode("big5"))
    decoded = decode_bytes(raw[:at] + b"\xff" + raw[at:])
    assert decoded.text == TRADITIONAL.replace("推", "\ufffd推", 1)
    assert decoded.undecodable == (UndecodableBytes(at, b"\xff"),)


def test_files_joined_from_two_encodings_are_read_line_by_line():
    raw = SIMPLIFIED.encode("utf-8") + SIMPLIFIED.encode("gb18030")
    decoded = decode_bytes(raw)
    assert decoded.text == SIMPLIFIED * 2
    assert decoded.encoding == "utf-8+gb18030"
    assert decoded.undecodable == ()


def test_english_with_windows_quotes_is_windows_1252():
    text = "“Dear friends” – it’s an honour to be here today, and a pleasure to speak."
    decoded = decode_bytes(text.encode("cp1252"))
    assert (decoded.text, decoded.encoding) == (text, "cp1252")


@pytest.mark.parametrize(
    "raw",
    [
        bytes(range(256)) * 8,
        b"\x00" * 512,
        b"\xff\xd8\xff\xe0" + random.Random(1).randbytes(4000),
        "Это не китайский текст, а русский, и притом довольно длинный.".encode("cp1251"),
        "これは日本語の文章で、会議の挨拶です。".encode("shift_jis"),
        "이것은 한국어로 쓴 글이며 회의에서 한 인사말로 매우 길다 그리고 더 길어진다".encode(
            "euc_kr"
        ),
    ],
    ids=["all bytes", "zeros", "noise", "russian", "japanese", "korean"],
)
def test_what_no_encoding_explains_is_refused_with_a_remedy(raw):
    with pytest.raises(UndecodableText) as caught:
        decode_bytes(raw)
    assert "UTF-8" in caught.value.hint


def test_the_real_files_are_utf8_and_unchanged():
    if not SEEDS.is_dir():
        pytest.skip("the real speeches are not here")
    for file in sorted(SEEDS.glob("*.txt")):
        raw = file.read_bytes()
        decoded = decode_bytes(raw)
        assert decoded.text.encode("utf-8") == raw
        for codec in ("gb18030", "utf-16-le"):
            assert decode_bytes(decoded.text.encode(codec)).text == decoded.text


TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\t\n\r"), min_size=1
)


@given(TEXT)
def test_any_utf8_text_decodes_to_itself(text):
    # Four characters or fewer, all of two bytes, may be a GBK word (芦苇 is «έ in UTF-8).
    assume(len(text) > 4 or text.isascii() or min(text) < "\x80" or max(text) >= "\u0800")
    assume(not text.startswith("\ufeff"))
    assert decode_bytes(text.encode("utf-8")).text == text


@given(TEXT)
def test_any_text_with_a_byte_order_mark_decodes_to_itself(text):
    assert decode_bytes(b"\xef\xbb\xbf" + text.encode("utf-8")).text == text
    assert decode_bytes(b"\xff\xfe" + text.encode("utf-16-le")).text == text or text[0] == "\x00"
    assert decode_bytes(b"\xfe\xff" + text.encode("utf-16-be")).text == text


@given(st.binary(max_size=200))
def test_any_bytes_are_decoded_or_refused_and_every_loss_is_named(raw):
    try:
        decoded = decode_bytes(raw)
    except UndecodableText:
        return
    assert decoded.text.count("\ufffd") >= len(decoded.undecodable)
    for lost in decoded.undecodable:
        assert raw[lost.byte_offset : lost.byte_offset + len(lost.raw)] == lost.raw
