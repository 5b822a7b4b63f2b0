import io
import json
import zipfile

import docx
import pytest

from speechrag.cli.main import main

DRAFT = """同志们：

专利证书挂在墙上是荣誉，变成产品摆上柜台才是效益。我们的路子还不够宽。

许慎言市长强调：“宁可十防九空，绝不失防万一。”
"""


@pytest.fixture
def run(index_dir, capfd):
    """Run a command; gives (exit code, stdout, stderr)."""

    def run(*arguments):
        code = main([*map(str, arguments), "--index", str(index_dir), "--lang", "zh"])
        return (code, *capfd.readouterr())

    return run


@pytest.fixture
def draft(tmp_path):
    path = tmp_path / "草稿.txt"
    path.write_text(DRAFT, encoding="utf-8")
    return path


def test_compare_prints_the_document_of_the_contract(run, draft):
    code, out, _ = run("compare", draft, "--json")
    document = json.loads(out)
    assert code == 0
    assert set(document) >= {"summary", "paragraphs"}
    assert document["summary"]["n_paragraphs"] == 3
    paragraph = document["paragraphs"][1]
    assert paragraph["label"] == "原文重复"
    assert DRAFT[paragraph["start"] : paragraph["end"]] == paragraph["text"]
    hit = paragraph["hits"][0]
    (a, b), (c, d) = hit["runs"][0]["draft"], hit["runs"][0]["passage"]
    assert paragraph["text"][a:b] == hit["text"][c:d]


def test_compare_tells_a_person(run, draft):
    code, out, _ = run("compare", draft)
    assert code == 0
    assert out.startswith("3 段，有原文先例的文字占 ")
    assert "[原文重复] 专利证书" in out
    assert "引文有 1 处要核对" in out


@pytest.mark.parametrize("suffix", [".docx", ".md", ".html", ".json"])
def test_compare_writes_a_report(run, draft, tmp_path, suffix):
    target = tmp_path / f"报告{suffix}"
    code, out, _ = run("compare", draft, "--out", target)
    assert (code, out) == (0, f"已写入 {target}\n")
    data = target.read_bytes()
    if suffix == ".docx":
        assert docx.Document(io.BytesIO(data)).comments
    elif suffix == ".json":
        assert json.loads(data)["paragraphs"][1]["label"] == "原文重复"
    else:
        assert "专利证书挂在墙上是荣誉" in data.decode()
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["草稿.txt", target.name])


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("报告.odt", "不会写 .odt 文件"),
        ("没有/报告.docx", "没有这个文件夹"),
        ("草稿.docx", "就是草稿本身"),
    ],
)
def test_compare_refuses_what_it_cannot_write(run, tmp_path, out, message):
    path = tmp_path / "草稿.docx"
    document = docx.Document()
    document.add_paragraph("专利证书挂在墙上是荣誉，变成产品摆上柜台才是效益。")
    document.save(path)
    before = path.read_bytes()
    code, _, err = run("compare", path, "--out", tmp_path / out)
    assert code == 2
    assert message in err
    assert path.read_bytes() == before


def test_quotes_exits_1_when_something_is_amiss(run, draft):
    code, out, _ = run("quotes", draft, "--json")
    (quote,) = json.loads(out)["quotes"]
    assert code == 1
    assert quote["verdict"] == "有出入"
    assert DRAFT[quote["start"] : quote["end"]] == quote["text"]


def test_quotes_exits_0_when_all_is_well(run, tmp_path):
    path = tmp_path / "稿.txt"
    text = "许慎言市长强调：“宁可十防九空，不可失防万一。”要突破“卡脖子”技术，实干为先。"
    path.write_text(text, encoding="utf-8")
    code, out, _ = run("quotes", path)
    assert code == 0
    assert "【一字不差】" in out
    assert "【非引文】 卡脖子" in out


def test_a_draft_without_quotations_says_so(run, tmp_path):
    path = tmp_path / "稿.txt"
    path.write_text("我们要实干为先，把责任扛在肩上，把工作落到实处。", encoding="utf-8")
    assert run("quotes", path)[:2] == (0, "没有找到引文。\n")


def word_package(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        )
        for name, data in parts.items():
            package.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return out.getvalue()


OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 504 + "EncryptedPackage".encode("utf-16-le")
BODY = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    "<w:body><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:body></w:document>"
)
ENTITY = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("空.txt", b""),
        ("空白.txt", b" \n\n "),
        ("英文.txt", b"We choose to go to the moon in this decade, not because it is easy."),
        ("坏.docx", b"PK\x03\x04 this is no package"),
        ("加密.docx", OLE),
        ("半截.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog"),
        ("炸弹.docx", lambda: word_package(word__document_xml=BODY.format("a" * 110_000_000))),
        ("表格.xlsx", b"PK\x05\x06" + b"\x00" * 18),
        ("程序.exe", b"MZ\x90\x00" + bytes(range(256)) * 8),
        ("不存在.txt", None),
    ],
)
@pytest.mark.parametrize("command", ["compare", "quotes"])
def test_a_bad_draft_is_refused_with_reason_and_remedy(run, tmp_path, command, name, data):
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data() if callable(data) else data)
    before = sorted(tmp_path.iterdir())
    code, out, err = run(command, path)
    assert (code, out) == (2, "")
    assert name in err
    assert "解决办法" in err
    assert "Traceback" not in err
    assert sorted(tmp_path.iterdir()) == before


def test_an_external_entity_is_not_fetched(run, tmp_path):
    path = tmp_path / "实体.docx"
    body = BODY.format("同志们&x;，我们要把责任扛在肩上。")
    path.write_bytes(word_package(word__document_xml=ENTITY + body))
    _, out, err = run("compare", path, "--json")
    assert "root:" not in out + err


def test_a_long_draft_works(run, tmp_path):
    path = tmp_path / "长稿.txt"
    one = "第{}项工作要抓好落实，明确责任单位和完成时限，年底逐项检查验收，确保件件有着落。\n\n"
    path.write_text("".join(one.format(i) for i in range(500)), encoding="utf-8")
    code, out, _ = run("compare", path, "--json")
    assert code == 0
    assert json.loads(out)["summary"]["n_paragraphs"] == 500
