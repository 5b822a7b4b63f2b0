"""What a draft's Word file would fetch or run is not in its report."""

import http.server
import io
import shutil
import subprocess
import threading
import zipfile

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from lxml import etree

from speechrag.draft.compare import Comparer
from speechrag.draft.docx_report import write_docx
from speechrag.draft.reading import load_draft
from speechrag.draft.report import Report
from speechrag.draft.word_package import clean_package

RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
COPIED = "专利证书挂在墙上是荣誉，变成产品摆上柜台才是效益。"
PICTURE = (
    "<w:r {ns}><w:drawing><wp:inline><wp:extent cx='9525' cy='9525'/><wp:docPr id='1' name='p'/>"
    "<a:graphic><a:graphicData uri='http://schemas.openxmlformats.org/drawingml/2006/picture'>"
    "<pic:pic><pic:nvPicPr><pic:cNvPr id='1' name='p'/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>"
    "<a:blip r:link='{id}'/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>"
    "<a:off x='0' y='0'/><a:ext cx='9525' cy='9525'/></a:xfrm><a:prstGeom prst='rect'/></pic:spPr>"
    "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
)


def add_field(paragraph, *pieces):
    """A complex field whose instruction is cut into runs, as Word cuts it."""
    for kind in ("begin", *pieces, "separate", "end"):
        run = paragraph.add_run()._r
        if kind in ("begin", "separate", "end"):
            mark = run.makeelement(qn("w:fldChar"), {qn("w:fldCharType"): kind})
        else:
            mark = run.makeelement(qn("w:instrText"), {})
            mark.text = kind
        run.append(mark)


def make_trap(path, url):
    """A draft with a template, a picture and fields on a server, and a plain hyperlink."""
    document = docx.Document()
    document.add_paragraph(COPIED)
    link = document.part.relate_to(f"{url}/picture.png", f"{RELATIONSHIPS}/image", is_external=True)
    picture = PICTURE.format(ns=nsdecls("w", "wp", "a", "pic", "r"), id=link)
    document.add_paragraph()._p.append(parse_xml(picture))
    add_field(document.add_paragraph(), " INCLUDE", f'PICTURE "{url}/field.png" \\d ')
    add_field(document.add_paragraph(), " PAGE ")
    simple = document.add_paragraph()._p.makeelement(
        qn("w:fldSimple"), {qn("w:instr"): f' INCLUDETEXT "{url}/text.docx" '}
    )
    document.paragraphs[-1]._p.append(simple)
    document.part.relate_to("https://example.org/read", f"{RELATIONSHIPS}/hyperlink", True)
    settings = document.part._settings_part
    template = settings.relate_to(f"{url}/t.dotm", f"{RELATIONSHIPS}/attachedTemplate", True)
    attached = settings.element.makeelement(qn("w:attachedTemplate"), {qn("r:id"): template})
    settings.element.insert(0, attached)
    document.save(path)
    return path


def parts(data):
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_what_would_be_fetched_is_taken_out_and_told(library, tmp_path):
    path = make_trap(tmp_path / "陷阱.docx", "http://tracker.invalid")
    comparison = Comparer(library).compare(load_draft(path))
    data = write_docx(Report(comparison), path.read_bytes())
    assert not [name for name, part in parts(data).items() if b"tracker.invalid" in part]
    links = etree.fromstring(parts(data)["word/_rels/document.xml.rels"])
    external = {link.get("Target") for link in links if link.get("TargetMode") == "External"}
    assert external == {"removed", "https://example.org/read"}
    document = docx.Document(io.BytesIO(data))
    assert document.paragraphs[-1].text == (
        "为安全起见，这份副本里去掉了草稿带的自动载入的域 2 处、外部链接 1 处、外部模板 1 处；"
        "草稿原件没有改动。"
    )
    fields = [t.text for t in document.element.body.iter(qn("w:instrText")) if t.text]
    assert fields == [' QUOTE "" ', " PAGE "]
    assert [comment.text[:6] for comment in document.comments] == ["【原文重复】"]


def test_a_package_without_such_things_comes_back_as_it_is(tmp_path):
    document = docx.Document()
    document.add_paragraph(COPIED)
    document.save(tmp_path / "草稿.docx")
    plain = (tmp_path / "草稿.docx").read_bytes()
    cleaned = clean_package(plain)
    assert cleaned.data is plain
    assert cleaned.describe() == ""


def rewrite(path, name, change):
    """The package with one part changed, or added."""
    kept = parts(path.read_bytes())
    kept[name] = change(kept.get(name, b""))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for part, data in kept.items():
            package.writestr(part, data)
    return out.getvalue()


def test_a_web_page_inside_the_document_loads_nothing(tmp_path):
    path = make_trap(tmp_path / "a.docx", "http://tracker.invalid")
    page = b'<p style="background:url(http://tracker.invalid/b)">x<img src="//tracker.invalid/c">'
    cleaned = clean_package(rewrite(path, "word/chunk.html", lambda _: page))
    assert parts(cleaned.data)["word/chunk.html"] == b'<p style="background:url()">x<img src="">'
    assert cleaned.removed["links"] == 3


def test_a_document_type_anywhere_makes_a_new_document_of_the_text(library, tmp_path):
    path = make_trap(tmp_path / "a.docx", "http://tracker.invalid")
    comparison = Comparer(library).compare(load_draft(path))
    declared = b'<!DOCTYPE w:styles SYSTEM "http://tracker.invalid/x.dtd">'
    trap = rewrite(
        path, "word/styles.xml",
        lambda data: data.replace(b"<w:styles", declared + b"<w:styles", 1),
    )  # fmt: skip
    written = write_docx(Report(comparison), trap)
    assert not [name for name, part in parts(written).items() if b"tracker.invalid" in part]
    assert docx.Document(io.BytesIO(written)).paragraphs[0].text == COPIED


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_libreoffice_fetches_nothing_when_it_opens_the_report(library, tmp_path):
    asked = []

    class Tracker(http.server.BaseHTTPRequestHandler):
        def handle(self):
            """Whatever is asked, in whatever way."""
            asked.append(self.rfile.readline())

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Tracker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        path = make_trap(tmp_path / "草稿.docx", f"http://127.0.0.1:{server.server_port}")
        comparison = Comparer(library).compare(load_draft(path))
        assert asked == []
        report = tmp_path / "报告.docx"
        report.write_bytes(write_docx(Report(comparison), path.read_bytes()))
        convert(report, tmp_path)
        assert (tmp_path / "报告.pdf").stat().st_size > 1000
        assert asked == []
        convert(path, tmp_path)
        assert asked  # the draft itself does ask: the test would notice
    finally:
        server.shutdown()
        server.server_close()


def convert(path, folder):
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, path]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
