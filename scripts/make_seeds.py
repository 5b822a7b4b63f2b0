"""Write the demo library's binary and legacy-encoded files from their UTF-8 sources.

`scripts/seeds_src/*.txt` become GB18030 text, `*.src` become .docx or .pdf (see FORMATS).
The same sources give the same bytes: dates are fixed, zip entries carry no clock time.

Run: .venv/bin/python scripts/make_seeds.py
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph as DocxParagraph
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate

ROOT = Path(__file__).resolve().parent.parent
SOURCES = Path(__file__).resolve().parent / "seeds_src"
SEEDS = ROOT / "seeds"

# Which format each .src becomes; a .txt becomes GB18030 text.
FORMATS = {
    "2020-望川区人民政府工作报告（摘要）": "pdf",
    "2022-在青禾县全面推进乡村振兴工作会议上的讲话": "docx",
    "2024-在全市高效办成一件事推进会上的讲话": "docx",
    "2024-在望川区人才工作座谈会上的讲话": "pdf",
    "2025-在校地企协同创新座谈会上的讲话": "docx",
}
FICTIONAL = "演示用虚构文本，地名、人名、数据均为虚构"
FIXED_ZIP_TIME = (2020, 1, 1, 0, 0, 0)
NUM_ID = 77
ABSTRACT_ID = 77

# 一、 and （一） as Word makes them by itself: the number is nowhere in the paragraph's text.
ABSTRACT_NUM = f"""
<w:abstractNum {nsdecls("w")} w:abstractNumId="{ABSTRACT_ID}">
  <w:multiLevelType w:val="multilevel"/>
  <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/>
    <w:suff w:val="nothing"/><w:lvlText w:val="%1、"/><w:lvlJc w:val="left"/></w:lvl>
  <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/>
    <w:suff w:val="nothing"/><w:lvlText w:val="(%2)"/><w:lvlJc w:val="left"/></w:lvl>
</w:abstractNum>"""
NUM = f"""
<w:num {nsdecls("w")} w:numId="{NUM_ID}"><w:abstractNumId w:val="{ABSTRACT_ID}"/></w:num>"""

# Word itself writes a text box twice: DrawingML for new readers, VML as fallback for old ones.
TEXT_BOX = """
<w:r {ns}
  xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"
  xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
  xmlns:v="urn:schemas-microsoft-com:vml">
<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>
<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="5040000" cy="720000"/>
<wp:docPr id="101" name="文本框 1"/><wp:cNvGraphicFramePr/>
<a:graphic>
<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>
<wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="5040000" cy="720000"/>
</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></wps:spPr>
<wps:txbx><w:txbxContent><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:txbxContent></wps:txbx>
<wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice>
<mc:Fallback><w:pict><v:shape style="width:396pt;height:57pt"><v:textbox><w:txbxContent>
<w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict>
</mc:Fallback></mc:AlternateContent></w:r>"""


def load_source(path: Path) -> tuple[dict[str, str], list[str]]:
    """Split a .src into its `#!` properties and its lines."""
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    found = re.fullmatch(r"#! title=(.+) author=(\S+) date=(\S+)", head)
    if found is None:
        raise ValueError(f"{path.name}: the first line must be `#! title=… author=… date=…`")
    return dict(zip(("title", "author", "date"), found.groups(), strict=True)), lines


def add_numbered(document: DocxDocument, text: str, level: int) -> None:
    """Add a paragraph whose 一、 or (一) Word makes from the numbering part."""
    paragraph = document.add_paragraph(text)
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = level
    properties.get_or_add_numId().val = NUM_ID


def add_table(document: DocxDocument, rows: list[list[str]]) -> None:
    """Add a table with a ruled grid, one list a row."""
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    table.style = "Table Grid"
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            table.cell(i, j).text = cell


def add_text_box(paragraph: DocxParagraph, text: str) -> None:
    """Put a text box into the paragraph, in both of Word's forms."""
    paragraph._p.append(parse_xml(TEXT_BOX.format(ns=nsdecls("w", "wp", "a"), text=escape(text))))


def install_numbering(document: DocxDocument) -> None:
    """Add the two-level numbering to the document's numbering part."""
    numbering = document.part.numbering_part.element
    # The schema wants every abstractNum before the first num.
    first_num = numbering.find(qn("w:num"))
    abstract = parse_xml(ABSTRACT_NUM)
    if first_num is None:
        numbering.append(abstract)
    else:
        first_num.addprevious(abstract)
    numbering.append(parse_xml(NUM))


def add_line(document: DocxDocument, line: str) -> None:
    """Add one source line: `#` title, `@` centred, `##` 一、, `###` (一), `[box]`, or plain."""
    if line.startswith("### "):
        add_numbered(document, line[4:], level=1)
    elif line.startswith("## "):
        add_numbered(document, line[3:], level=0)
    elif line.startswith(("# ", "@ ")):
        document.add_paragraph(line[2:]).alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif line.startswith("[box]"):
        add_text_box(document.add_paragraph(), line[5:].removesuffix("[/box]"))
    else:
        document.add_paragraph(line)


def render_docx(properties: dict[str, str], lines: list[str]) -> bytes:
    """Make the bytes of a Word file from a source's properties and lines."""
    document = Document()
    install_numbering(document)
    rows: list[list[str]] | None = None
    for line in lines:
        if line == "[table]":
            rows = []
        elif line == "[/table]":
            add_table(document, rows or [])
            rows = None
        elif rows is not None:
            rows.append(line.split("|"))
        else:
            add_line(document, line)
    core = document.core_properties
    core.title, core.author = properties["title"], properties["author"]
    core.comments = FICTIONAL
    core.created = core.modified = datetime.fromisoformat(properties["date"])
    core.last_modified_by, core.revision = properties["author"], 1
    buffer = io.BytesIO()
    document.save(buffer)
    return without_clock(buffer.getvalue())


def without_clock(package: bytes) -> bytes:
    """Repack a zip with one fixed time on every entry, so that equal input gives equal bytes."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(package)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, FIXED_ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return out.getvalue()


class NumberedCanvas(Canvas):
    """Draws the page number last, so that it follows the page's text when the text is read."""

    def showPage(self) -> None:  # noqa: N802 - reportlab's own name
        """End the page with its number."""
        self.setFont("STSong-Light", 10)
        self.drawCentredString(A4[0] / 2, 14 * mm, f"— {self.getPageNumber()} —")
        super().showPage()


def render_pdf(properties: dict[str, str], lines: list[str]) -> bytes:
    """Make the bytes of a PDF with a text layer from a source's properties and lines."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    body = ParagraphStyle(
        "body",
        fontName="STSong-Light",
        fontSize=14,
        leading=25,
        firstLineIndent=28,
        wordWrap="CJK",
    )
    centred = ParagraphStyle("centred", parent=body, firstLineIndent=0, alignment=TA_CENTER)
    title = ParagraphStyle("title", parent=centred, fontSize=19, leading=34)
    flow = []
    for line in lines:
        if line.startswith("# "):
            flow.append(Paragraph(escape(line[2:]), title))
        elif line.startswith("@ "):
            flow.append(Paragraph(escape(line[2:]), centred))
        else:
            flow.append(Paragraph(escape(line), body))
    buffer = io.BytesIO()
    SimpleDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=28 * mm,
        rightMargin=26 * mm,
        topMargin=30 * mm,
        bottomMargin=26 * mm,
        title=properties["title"],
        author=properties["author"],
        subject=FICTIONAL,
        invariant=1,
    ).build(flow, canvasmaker=NumberedCanvas)
    return buffer.getvalue()


def render_all() -> dict[str, bytes]:
    """File name to content, for every file that is made from a source."""
    made = {
        path.name: path.read_text(encoding="utf-8").encode("gb18030")
        for path in sorted(SOURCES.glob("*.txt"))
    }
    for stem, suffix in FORMATS.items():
        properties, lines = load_source(SOURCES / f"{stem}.src")
        render = render_docx if suffix == "docx" else render_pdf
        made[f"{stem}.{suffix}"] = render(properties, lines)
    return made


def main() -> int:
    """Write every made file into `seeds/`."""
    SEEDS.mkdir(exist_ok=True)
    for name, content in render_all().items():
        (SEEDS / name).write_bytes(content)
        print(f"{len(content):>8}  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
