"""Whole files that a Word document embeds as part of its text (w:altChunk).

Programs that turn web pages into .docx often put the page itself into the package and leave it to
Word to read it.
"""

from __future__ import annotations

from speechrag.corpus.decode import decode_bytes
from speechrag.corpus.sniff import Kind, detect_kind
from speechrag.corpus.webpage import read_mhtml, read_webpage
from speechrag.corpus.word_package import Package
from speechrag.errors import EmptySource, UnsupportedFormat


def chunk_lines(package: Package, relationship_id: str) -> list[str]:
    """The lines of an embedded web page or text; none where the relationship leads nowhere.

    Raises:
        UnsupportedFormat: It is of another kind (a document within the document).
        SourceError: It cannot be read.
    """
    part = package.target(relationship_id)
    raw = None if part is None else package.read(part)
    if part is None or not raw:
        return []
    try:
        match detect_kind(raw, part):
            case Kind.HTML:
                return read_webpage(raw, part).text.split("\n")
            case Kind.MHTML:
                return read_mhtml(raw, part).text.split("\n")
            case Kind.TXT:
                return decode_bytes(raw).text.splitlines()
    except EmptySource:
        return []
    raise UnsupportedFormat(
        f"文档里嵌入了另一份文档（{part}），没有读取",
        "请在 Word 或 WPS 中打开，另存为 .docx 后再试。",
    )
