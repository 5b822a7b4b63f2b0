"""Word documents: what a person reads in them, in reading order, automatic numbers included.

Read from the XML rather than through python-docx, whose `paragraph.text` has neither automatic
numbers nor text boxes (python-docx #677). Left out: deleted revisions, field codes, hidden text,
comments, running heads and feet, and macros.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from speechrag.corpus.assembly import LineBuilder
from speechrag.corpus.legacy_word import FAULTS
from speechrag.corpus.legacy_word_package import LegacyWordPackage
from speechrag.corpus.rtf import RtfPackage
from speechrag.corpus.sniff import AS_DOCX
from speechrag.corpus.word_chunks import chunk_lines
from speechrag.corpus.word_lists import Numbering, Styles, W, is_on, value
from speechrag.corpus.word_package import Element, Package, WordPackage
from speechrag.errors import DamagedFile, EmptySource
from speechrag.types import Document, Hint

_R_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_DUBLIN_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_NO_TEXT = frozenset({
    "pPr", "tblPr", "trPr", "tcPr", "sectPr", "sdtPr", "del", "moveFrom", "delText", "instrText",
    "delInstrText", "fldData", "rt", "footnoteRef", "endnoteRef", "annotationRef", "comment",
})  # fmt: skip
"""Elements whose content is no text of the document; w:rt is the pinyin above a character."""
_FIXED = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_SYMBOLS = {
    0xF052: "☑", 0xF0FE: "☑", 0xF0A8: "□", 0xF06F: "□", 0xF0A3: "□", 0xF0FC: "✓", 0xF0FB: "✗",
    0xF0E0: "→", 0xF0D8: "•", 0xF0B7: "•", 0xF06C: "●", 0xF06E: "■", 0xF075: "◆", 0xF0B0: "°",
}  # fmt: skip
"""Characters of the Symbol and Wingdings fonts; the others become a bullet."""


def read_word(
    raw: bytes, name: str, *, max_unpacked_bytes: int, max_unpack_ratio: float
) -> Document:
    """Read a .docx or .docm.

    Args:
        raw: The file.
        name: What `Document.file` is to be.
        max_unpacked_bytes: How much its parts may unpack to.
        max_unpack_ratio: Unpacked to packed size that a large part may have.

    Raises:
        DamagedFile: The package or one of its parts is corrupt or too large.
        ProtectedFile: It is encrypted.
        EmptySource: It holds no text.
    """
    return _read_package(WordPackage(raw, max_unpacked_bytes, max_unpack_ratio), name, "docx")


def read_legacy_word(raw: bytes, name: str) -> Document:
    """Read a .doc of Word 97 to 2003, or a .wps of that kind.

    Args:
        raw: The file.
        name: What `Document.file` is to be.

    Raises:
        DamagedFile: It is corrupt.
        ProtectedFile: It is encrypted.
        UnsupportedFormat: It was written by Word 95 or earlier.
        EmptySource: It holds no text.
    """
    try:
        return _read_package(LegacyWordPackage(raw), name, "doc")
    except FAULTS as error:
        raise DamagedFile("旧版 Word 文档（.doc）不完整或已损坏", AS_DOCX) from error


def read_rtf(raw: bytes, name: str) -> Document:
    """Read an RTF document.

    Args:
        raw: The file.
        name: What `Document.file` is to be.

    Raises:
        DamagedFile: Its end is missing.
        EmptySource: It holds no text.
    """
    package = RtfPackage(raw)
    document = _read_package(package, name, "rtf")
    return replace(document, undecodable=tuple(package.undecodable))


def _read_package(package: Package, name: str, kind: str) -> Document:
    try:
        text, hints = _Reader(package).read()
    except RecursionError as exc:
        raise DamagedFile(
            "文档的表格或文本框嵌套过深，没有读取", "请在 Word 中另存一份后再试。"
        ) from exc
    if not text.strip():
        if package.has_pictures:
            raise EmptySource(
                "文档里只有图片，没有文字", "请先做文字识别（OCR），把文字存为 .docx 或 .txt。"
            )
        raise EmptySource("文档里没有文字", "请检查文件是否完整，或把它移出文件夹。")
    return Document(
        file=name, format=kind, encoding=kind, text=text, hints=hints, title=_title(package)
    )


def _title(package: Package) -> str | None:
    core = package.parse("docProps/core.xml")
    text = "" if core is None else (core.findtext(_DUBLIN_TITLE) or "").strip()
    return text or None


def _local(node: Element) -> str:
    tag = node.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


@dataclass(slots=True)
class _Inline:
    """What the runs of a paragraph give: its words, and what hangs on it."""

    parts: list[str] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    fields: list[bool] = field(default_factory=list)  # open fields; True: in its code

    def add(self, text: str) -> None:
        if not any(self.fields):
            self.parts.append(text)


class _Reader:
    """Walks the document once, in order: automatic numbers are counted on the way."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._styles = Styles(package.related("styles"))
        self._numbering = Numbering(package.related("numbering"), self._styles)
        self._lines = LineBuilder()
        self._carry = ""  # text of paragraphs whose mark was deleted
        self._notes: list[tuple[str, str]] = []

    def read(self) -> tuple[str, tuple[Hint, ...]]:
        body = self._package.main_document().find(W + "body")
        if body is None:
            raise DamagedFile("文档不完整：缺少正文（w:body）", "请在 Word 或 WPS 中另存后再试。")
        self._blocks(body)
        self._flush_carry()
        self._read_notes()
        return self._lines.build()

    def _blocks(self, container: Element) -> None:
        for node in container:
            match _local(node):
                case "p":
                    self._paragraph(node)
                case "tbl":
                    self._table(node)
                case "AlternateContent":
                    self._blocks(_alternative(node))
                case "altChunk":
                    for line in chunk_lines(self._package, node.get(_R_ID, "")):
                        self._lines.add(line)
                case "sdt" if _is_placeholder(node):
                    continue
                case tag if tag not in _NO_TEXT:
                    self._blocks(node)

    def _flush_carry(self) -> None:
        if self._carry:
            self._lines.add(self._carry)
            self._carry = ""

    def _paragraph(self, node: Element) -> None:
        inline = _Inline()
        self._inline(node, inline)
        properties = node.find(W + "pPr")
        text = self._carry + "".join(inline.parts)
        mark = properties.find(W + "rPr") if properties is not None else None
        if mark is not None and mark.find(W + "del") is not None:
            self._carry = text
        else:
            self._carry = ""
            style = value(properties, "pStyle") or self._styles.default
            level = self._heading_level(properties, style)
            kind = "title" if level < 0 else "heading" if level else ""
            line = self._numbering.label(properties, style) + text
            self._lines.add(line, kind if line.strip() else "", abs(level))
        for box in inline.boxes:
            first = len(self._lines)
            self._blocks(box)
            self._lines.mark(first, len(self._lines), "textbox")

    def _heading_level(self, properties: Element | None, style: str | None) -> int:
        direct = value(properties, "outlineLvl")
        if direct is not None and direct.isdecimal():
            return int(direct) + 1 if int(direct) < 9 else 0
        return self._styles.heading_level(style)

    def _inline(self, parent: Element, inline: _Inline) -> None:
        for node in parent:
            tag = _local(node)
            if tag == "t":
                inline.add(_text(node))
            elif tag in _FIXED:
                inline.add(_FIXED[tag])
            elif tag == "sym":
                inline.add(_symbol(node.get(W + "char", "")))
            elif tag == "fldChar":
                _count_field(node.get(W + "fldCharType"), inline)
            elif tag in {"footnoteReference", "endnoteReference"}:
                self._notes.append((tag.removesuffix("Reference"), node.get(W + "id", "")))
            elif tag == "txbxContent":
                inline.boxes.append(node)
            elif tag == "AlternateContent":
                self._inline(_alternative(node), inline)
            elif tag in _NO_TEXT or (tag == "sdt" and _is_placeholder(node)):
                continue
            elif tag != "r" or not is_on(node.find(W + "rPr"), "vanish"):
                self._inline(node, inline)

    def _table(self, node: Element) -> None:
        outer, self._lines = self._lines, LineBuilder()
        n_columns = 0
        for row in _rows(node):
            cells = [self._cell(cell) for cell in _cells(row)]
            n_columns = max(n_columns, len(cells))
            texts = [[line for line in cell.lines if line.strip()] for cell in cells]
            if all(len(lines) <= 1 and "\n" not in "".join(lines) for lines in texts):
                line = "\t".join(lines[0] if lines else "" for lines in texts).rstrip("\t")
                if len(cells) == 1:
                    self._lines.extend(cells[0])
                elif line:
                    self._lines.add(line)
            else:
                for cell in cells:
                    self._lines.extend(cell)
        inner, self._lines = self._lines, outer
        if n_columns > 1:
            inner.mark(0, len(inner), "table")
        outer.extend(inner)

    def _cell(self, node: Element) -> LineBuilder:
        outer, self._lines = self._lines, LineBuilder()
        self._blocks(node)
        self._flush_carry()
        inner, self._lines = self._lines, outer
        return inner

    def _read_notes(self) -> None:
        """Footnotes and endnotes, in the order in which the text refers to them."""
        for kind in ("footnote", "endnote"):
            wanted = [note for found, note in self._notes if found == kind]
            root = self._package.related(kind + "s") if wanted else None
            nodes = root.iterfind(W + kind) if root is not None else ()
            notes = {node.get(W + "id"): node for node in nodes}
            for note in wanted:
                if note in notes:
                    first = len(self._lines)
                    self._blocks(notes[note])
                    self._flush_carry()
                    self._lines.mark(first, len(self._lines), kind)


def _text(node: Element) -> str:
    """The characters of a w:t; blanks at its ends count only where they are said to."""
    text = node.text or ""
    return text if node.get(_XML_SPACE) == "preserve" else text.strip(" \t\r\n")


def _symbol(code: str) -> str:
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    if 0xF000 <= number <= 0xF0FF:
        return _SYMBOLS.get(number, "•")
    return chr(number) if 0x20 <= number < 0xD800 else "•"


def _count_field(kind: str | None, inline: _Inline) -> None:
    """Follow the nesting of complex fields: code … separate … result … end.

    Counted paragraph by paragraph: a field left open must not swallow the rest of the document,
    and a result that runs over several paragraphs is text anyway.
    """
    if kind == "begin":
        inline.fields.append(True)
    elif kind == "separate" and inline.fields:
        inline.fields[-1] = False
    elif kind == "end" and inline.fields:
        inline.fields.pop()


def _alternative(node: Element) -> Element:
    """The branch of mc:AlternateContent to read: one that holds text, the first if several do."""
    branches = [branch for branch in node if _local(branch) in {"Choice", "Fallback"}]
    for branch in branches:
        if next(branch.iter(W + "t"), None) is not None:
            return branch
    return branches[0] if branches else node


def _is_placeholder(node: Element) -> bool:
    """Whether a content control shows its prompt (单击此处输入文字) instead of content."""
    return is_on(node.find(W + "sdtPr"), "showingPlcHdr")


def _rows(table: Element) -> list[Element]:
    return _children(table, "tr")


def _cells(row: Element) -> list[Element]:
    return _children(row, "tc")


def _children(parent: Element, wanted: str) -> list[Element]:
    """Children of a name, also inside content controls and custom XML; deleted rows left out."""
    found: list[Element] = []
    for node in parent:
        tag = _local(node)
        if tag == wanted:
            properties = node.find(W + "trPr")
            if properties is None or properties.find(W + "del") is None:
                found.append(node)
        elif tag in {"sdt", "sdtContent", "customXml", "ins", "AlternateContent", "smartTag"}:
            found += _children(_alternative(node) if tag == "AlternateContent" else node, wanted)
    return found
