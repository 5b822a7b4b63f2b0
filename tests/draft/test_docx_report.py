import io
import shutil
import subprocess
import zipfile

import docx
import pytest
from docx.shared import Pt, RGBColor
from lxml import etree

from speechrag.draft.compare import Comparer
from speechrag.draft.docx_report import write_docx
from speechrag.draft.quotes import check_quotes
from speechrag.draft.reading import draft_from_text, load_draft
from speechrag.draft.report import Report

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
COPIED = "专利证书挂在墙上是荣誉，变成产品摆上柜台才是效益。"
QUOTED = "宁可十防九空，绝不失防万一。"


def make_draft(path):
    """A draft with formatting, a quotation over two runs, a table and a header."""
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "内部稿"
    document.add_heading("在全市科技创新大会上的讲话", 0)
    document.add_paragraph("同志们：")
    document.add_heading("一、认清形势", 1)
    paragraph = document.add_paragraph()
    paragraph.add_run("专利证书挂在墙上是荣誉，").bold = True
    run = paragraph.add_run("变成产品摆上柜台才是效益。")
    run.font.color.rgb = RGBColor(0xC0, 0, 0)
    run.font.size = Pt(16)
    paragraph.add_run("我们的路子还不够宽。")
    document.add_heading("二、守住底线", 1)
    paragraph = document.add_paragraph("许慎言市长强调：“宁可十防")
    paragraph.add_run("九空，绝不失防万一。").italic = True
    paragraph.add_run("”各级要牢牢记住这句话，落实到行动上。")
    table = document.add_table(rows=1, cols=1)
    table.cell(0, 0).text = "第四届市民运动会设田径、游泳、乒乓球等十八个大项。"
    document.save(path)
    return path


def make_report(library, draft):
    comparison = Comparer(library).compare(draft)
    return Report(comparison, tuple(check_quotes(draft.document, library)))


def part(data, name):
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return etree.fromstring(package.read(name))


def comments(data):
    """(anchored words, comment) in the order of the document, read from the bare XML."""
    texts = {
        c.get(f"{W}id"): "\n".join(
            "".join(t.text or "" for t in p.iter(f"{W}t")) for p in c.iter(f"{W}p")
        )
        for c in part(data, "word/comments.xml")
    }
    anchored, open_ = {}, []
    for node in part(data, "word/document.xml").iter():
        if node.tag == f"{W}commentRangeStart":
            open_.append(node.get(f"{W}id"))
            anchored[open_[-1]] = ""
        elif node.tag == f"{W}commentRangeEnd":
            open_.remove(node.get(f"{W}id"))
        elif node.tag == f"{W}t":
            for key in open_:
                anchored[key] += node.text or ""
    return [(words, texts[key]) for key, words in anchored.items()]


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    return make_draft(tmp_path_factory.mktemp("draft") / "草稿.docx")


@pytest.fixture(scope="module")
def written(library, original):
    return write_docx(make_report(library, load_draft(original)), original.read_bytes())


def test_a_finding_is_a_comment_on_its_paragraph(written):
    (found,) = [(a, c) for a, c in comments(written) if a.startswith("专利证书")]
    assert found[0] == COPIED + "我们的路子还不够宽。"
    assert "【原文重复】《在全市科技成果转化推进会上的讲话》" in found[1]


def test_a_quotation_finding_is_a_comment_on_just_its_words(written):
    (found,) = [c for a, c in comments(written) if a == QUOTED]
    assert found.startswith("引文核验 【有出入】")
    assert "稿“绝不”，原文“不可”" in found


def test_the_draft_is_as_it_came(written, original):
    before, after = docx.Document(original), docx.Document(io.BytesIO(written))
    texts = [p.text for p in before.paragraphs]
    assert [p.text for p in after.paragraphs][: len(texts)] == texts
    assert after.sections[0].header.paragraphs[0].text == "内部稿"
    runs = next(p for p in after.paragraphs if p.text.startswith("专利证书")).runs
    assert runs[0].bold is True
    assert runs[1].font.color.rgb == RGBColor(0xC0, 0, 0)
    assert runs[1].font.size == Pt(16)


def test_split_runs_keep_their_formatting(written):
    after = docx.Document(io.BytesIO(written))
    paragraph = next(p for p in after.paragraphs if p.text.startswith("许慎言"))
    italic = "".join(run.text for run in paragraph.runs if run.italic)
    assert italic == "九空，绝不失防万一。"


def test_a_table_of_sources_closes_the_draft(written):
    table = docx.Document(io.BytesIO(written)).tables[-1]
    assert [cell.text for cell in table.rows[0].cells] == [
        "讲话", "日期", "文件", "相近段落", "相同文字",
    ]  # fmt: skip
    assert table.rows[1].cells[0].text == "在全市科技成果转化推进会上的讲话"
    assert table.rows[1].cells[4].text == "23"


def test_a_pasted_draft_becomes_a_word_document(library):
    draft = draft_from_text(f"同志们：\n\n{COPIED}\n\n许慎言说：“{QUOTED}”")
    data = write_docx(make_report(library, draft))
    found = dict(comments(data))
    assert COPIED in found
    assert found[QUOTED].startswith("引文核验 【有出入】")


def test_macros_are_left_out(tmp_path, library, original):
    with zipfile.ZipFile(original) as source, zipfile.ZipFile(tmp_path / "m.docm", "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "[Content_Types].xml":
                data = data.replace(
                    b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
                    b"application/vnd.ms-word.document.macroEnabled.main+xml",
                ).replace(
                    b"</Types>",
                    b'<Override PartName="/word/vbaProject.bin" '
                    b'ContentType="application/vnd.ms-office.vbaProject"/></Types>',
                )
            if name == "word/_rels/document.xml.rels":
                data = data.replace(
                    b"</Relationships>",
                    b'<Relationship Id="rId99" Type="http://schemas.microsoft.com/office/2006/'
                    b'relationships/vbaProject" Target="vbaProject.bin"/></Relationships>',
                )
            target.writestr(name, data)
        target.writestr("word/vbaProject.bin", b"macro")
    raw = (tmp_path / "m.docm").read_bytes()
    draft = load_draft(tmp_path / "m.docm")
    data = write_docx(make_report(library, draft), raw)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert not any("vba" in name for name in package.namelist())
        assert b"vbaProject" not in package.read("word/_rels/document.xml.rels")
    assert any(words == QUOTED for words, _ in comments(data))
    assert "去掉了草稿带的宏 1 处" in docx.Document(io.BytesIO(data)).paragraphs[-1].text


def test_an_automatically_numbered_paragraph_gets_its_comment(library, tmp_path):
    document = docx.Document()
    document.add_paragraph(COPIED, style="List Number")
    document.add_paragraph("问题在水里，根子在岸上，这句话要记牢。", style="List Number")
    path = tmp_path / "编号.docx"
    document.save(path)
    draft = load_draft(path)
    assert draft.paragraphs[0].text != COPIED  # the reader shows the number
    data = write_docx(make_report(library, draft), path.read_bytes())
    assert COPIED in dict(comments(data))


def change(run, kind):
    """Make a run an inserted or a deleted one."""
    mark = run._r.makeelement(f"{W}{kind}", {f"{W}id": "7", f"{W}author": "老王"})
    run._r.addprevious(mark)
    mark.append(run._r)
    if kind == "del":
        for text in run._r.iter(f"{W}t"):
            text.tag = f"{W}delText"


def test_tracked_changes_stay_and_findings_stand_on_the_words_as_changed(library, tmp_path):
    document = docx.Document()
    paragraph = document.add_paragraph("许慎言市长强调：“宁可十防九空，")
    change(paragraph.add_run("天塌下来也"), "del")
    change(paragraph.add_run("绝不失防"), "ins")
    paragraph.add_run("万一。”他又说：“专利证书挂在墙上是光荣”。")
    document.add_comment(paragraph.runs[:1], "再斟酌", author="审稿人", initials="审")
    path = tmp_path / "修订.docx"
    document.save(path)
    draft = load_draft(path)
    assert "天塌" not in draft.paragraphs[0].text
    data = write_docx(make_report(library, draft), path.read_bytes())
    found = dict(comments(data))
    assert found[QUOTED].startswith("引文核验 【有出入】")
    assert found["专利证书挂在墙上是光荣"].startswith("引文核验 【有出入】")
    assert "再斟酌" in found.values()
    root = part(data, "word/document.xml")
    assert [t.text for t in root.iter(f"{W}delText")] == ["天塌下来也"]
    assert "".join(t.text for i in root.iter(f"{W}ins") for t in i.iter(f"{W}t")) == "绝不失防"


def test_what_cannot_be_marked_in_the_text_is_told_at_the_end(library, tmp_path):
    document = docx.Document()
    document.add_paragraph("正文里没有这些话。")
    document.save(tmp_path / "别的.docx")
    report = make_report(library, draft_from_text(f"{COPIED}\n\n许慎言说：“{QUOTED}”"))
    data = write_docx(report, (tmp_path / "别的.docx").read_bytes())
    texts = [p.text for p in docx.Document(io.BytesIO(data)).paragraphs]
    at = texts.index("标不到正文里的（脚注等处）")
    assert texts[at + 1] == f"“{COPIED}”"
    assert texts[at + 2].startswith("【原文重复】《在全市科技成果转化推进会上的讲话》")
    assert f"“{QUOTED}”" in texts[at:]


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_libreoffice_opens_it_and_keeps_the_comments(written, tmp_path):
    source = tmp_path / "对稿.docx"
    source.write_bytes(written)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    out = tmp_path / "out"
    command = ["soffice", profile, "--headless", "--convert-to", "docx", "--outdir", out, source]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    converted = (out / "对稿.docx").read_bytes()
    assert sorted(comments(converted)) == sorted(comments(written))
    assert dict(comments(converted))[QUOTED].startswith("引文核验 【有出入】")
