"""The desk of the tab 对稿, without a browser."""

import base64
import io
import json
import zipfile
from pathlib import Path

import docx
import pytest

from speechrag.config import load_settings
from speechrag.corpus.clean import parse_file
from speechrag.index.build import build_index
from speechrag.index.encoders import load_encoder
from speechrag.index.tokens import Tokenizer
from speechrag.search.library import LiveLibrary
from speechrag.ui.desk import MAX_REPORTS, Desk, basket_functions
from speechrag.ui.strings import Strings

ROOT = Path(__file__).parents[2]
COPIED = "专利证书挂在墙上是荣誉，变成产品摆上柜台才是效益。"


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    settings = load_settings(ROOT / "speechrag.yaml", env={}, overrides={"index": folder / "i"})
    name = "2023-在全市科技成果转化推进会上的讲话.txt"
    encoder, tokenizer = load_encoder("builtin"), Tokenizer(settings.user_terms)
    build_index([ROOT / "seeds" / name], settings.index, encoder, tokenizer, parse=parse_file)
    return LiveLibrary(settings)


@pytest.fixture
def desk(library):
    return Desk(library, Strings("zh"))


def call(desk, name, **asked):
    return next(f for f in desk.functions() if f.__name__ == name)(asked)


def token_of(html):
    return html.split('data-report="')[1].split('"')[0]


def test_a_comparison_ends_with_the_desk(desk):
    *drawn, last = desk.watch_comparison(f"{COPIED}\n\n若3<5且<新>话题。", None)
    assert "正在比对" in drawn[0]
    assert "原文重复" in last
    assert "若3&lt;5且&lt;新&gt;话题" in last


def test_matches_of_a_paragraph(desk):
    token = token_of(desk.compare(COPIED, None, lambda _: None))
    html = call(desk, "matches", report=token, n=1)
    assert '<mark class="sd-verbatim">专利证书挂在墙上是荣誉' in html
    assert 'data-desk="comment"' in html


def test_a_report_is_exported(desk):
    token = token_of(desk.compare(COPIED, None, lambda _: None))
    answer = json.loads(call(desk, "export", report=token, kind="docx", chosen={}))
    assert answer["name"] == "对稿报告.docx"
    document = docx.Document(io.BytesIO(base64.b64decode(answer["data"])))
    assert len(list(document.comments)) == 1


def test_an_old_report_is_gone_and_says_so(desk):
    token = token_of(desk.compare(COPIED, None, lambda _: None))
    for _ in range(MAX_REPORTS):
        desk.compare(COPIED, None, lambda _: None)
    assert "请重新比对" in call(desk, "matches", report=token, n=1)


def test_the_upload_is_deleted_whatever_comes_of_it(desk, tmp_path):
    path = tmp_path / "坏.docx"
    path.write_bytes(b"PK\x03\x04 broken")
    *_, last = desk.watch_comparison("", path)
    assert "坏.docx" in last
    assert "sr-error" in last
    assert not path.exists()


OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512) + "EncryptedPackage".encode("utf-16-le")
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override '
    'PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)
LINKS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)
BODY = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    "<w:p><w:r><w:t>{}</w:t></w:r></w:p></w:body></w:document>"
)
ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'


def word(body):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", TYPES)
        package.writestr("_rels/.rels", LINKS)
        package.writestr("word/document.xml", body)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "trouble"),
    [
        ("加密.docx", OLE + bytes(2000), "已加密"),
        ("半截.pdf", b"%PDF-1.4\nxxx", "已损坏"),
        ("炸弹.docx", lambda: word(BODY.format("a" * 110_000_000)), "压缩比超过 300 倍"),
        ("空.docx", b"", "文件是空的"),
        ("空白.txt", b" \n\n", "文件是空的"),
        ("实体.docx", lambda: word(ENTITY + BODY.format("同志们&e;，大家好。")), "外部实体"),
        ("英文.txt", b"We choose to go to the moon in this decade. " * 9, "不像一份中文讲稿"),
        ("图片.txt", b"\x89PNG\r\n\x1a\n" + bytes(300), "PNG"),
    ],
)
def test_a_bad_upload_gives_a_message_that_names_the_trouble(desk, tmp_path, name, data, trouble):
    path = tmp_path / name
    path.write_bytes(data() if callable(data) else data)
    *_, last = desk.watch_comparison("", path)
    assert "sr-error" in last
    assert name in last
    assert trouble in last
    assert list(tmp_path.iterdir()) == []


def test_no_draft_gives_a_message(desk):
    *_, last = desk.watch_comparison("  ", None)
    assert "还没有草稿" in last


def test_the_basket_is_exported_with_its_sources(library):
    (basket,) = basket_functions(library, Strings("zh"))
    engine = library.engine()
    passage_id, text = next(iter(engine.iter_passages()))
    gone = {"passage": "gone-0001", "text": "旧段落", "cite": "——《旧讲话》"}
    answer = json.loads(basket({"items": [{"passage": passage_id}, gone]}))
    document = docx.Document(io.BytesIO(base64.b64decode(answer["data"])))
    words = [p.text for p in document.paragraphs]
    assert words[1] == text.split("\n")[0]
    assert any("《在全市科技成果转化推进会上的讲话》" in line for line in words)
    assert words[-2:] == ["旧段落", "（——《旧讲话》）"]


def test_the_basket_keeps_the_headings_it_was_filled_from(library):
    (basket,) = basket_functions(library, Strings("zh"))
    passage_id, _ = next(iter(library.engine().iter_passages()))
    items = [
        {"passage": passage_id, "topic": "二、抓好落实"},
        {"passage": "gone-0001", "text": "旧段落", "cite": "——《旧讲话》", "topic": "二、抓好落实"},
    ]
    answer = json.loads(basket({"items": items, "kind": "md"}))
    lines = base64.b64decode(answer["data"]).decode().split("\n\n")
    assert answer["name"] == "素材篮.md"
    assert lines[:2] == ["# 素材汇编", "## 二、抓好落实"]
    assert lines[-2:] == ["旧段落", "> （——《旧讲话》）\n"]
