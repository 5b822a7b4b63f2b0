"""PDF documents: their text layer, page by page, a line per printed line.

Printed lines are kept as lines (joining them is for cleaning to do). Running heads, feet and page
numbers stay in the text and are hinted "page_furniture".
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from speechrag.corpus.assembly import LineBuilder
from speechrag.corpus.page_furniture import find_furniture
from speechrag.errors import DamagedFile, EmptySource, ProtectedFile, SourceError, UndecodableText
from speechrag.types import Document

_PASSWORD_ERROR = 4  # FPDF_ERR_PASSWORD
_MAX_CHARS = 50_000_000
_MAX_GARBAGE = 0.3
_OCR = "请先做文字识别（OCR），把文字存为 .docx 或 .txt 后再试。"
_AGAIN = "请确认文件能正常打开；打不开时请重新获取，或另存一份后再试。"
_HYPHEN = re.compile("[\x02\ufffe]")  # pdfium's signs for a hyphen at the end of a line
_UNKNOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\uffff]")
_GARBAGE = re.compile("[\ufffd\ue000-\uf8ff]")
_RADICAL = re.compile("[\u2e80-\u2fd5]")
_LOOSE_RADICALS = dict(
    zip(
        "⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳⺟⻑",
        "民虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟母長",
        strict=True,
    )
)
"""Radicals Supplement characters that some fonts name in place of the character itself."""
_TITLE_PREFIX = re.compile(r"^Microsoft (?:Office )?Word\s*-\s*")
_TITLE_SUFFIX = re.compile(r"\.(?:docx?|wps|pdf|txt)$", re.IGNORECASE)


def read_pdf(raw: bytes, name: str, *, max_pages: int) -> Document:
    """Read the text layer of a PDF.

    Args:
        raw: The file.
        name: What `Document.file` is to be.
        max_pages: More pages than this are refused.

    Raises:
        DamagedFile: It is corrupt or has too many pages.
        ProtectedFile: It needs a password.
        EmptySource: It has no text layer.
        UndecodableText: Its text layer does not say which characters its glyphs are.
    """
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(raw)
    except pypdfium2.PdfiumError as exc:
        raise _open_error(exc) from exc
    try:
        pages = _read_pages(pdf, max_pages)
        title = pdf.get_metadata_value("Title")
    except (pypdfium2.PdfiumError, UnicodeDecodeError) as exc:
        raise DamagedFile("PDF 不完整或已损坏（有的页读不出来）", _AGAIN) from exc
    finally:
        pdf.close()
    builder = _assemble(pages)
    text, hints = builder.build()
    return Document(
        file=name, format="pdf", encoding="pdf", text=text, hints=hints, title=_clean_title(title)
    )


def _open_error(exc: Any) -> SourceError:
    if getattr(exc, "err_code", None) == _PASSWORD_ERROR:
        return ProtectedFile(
            "PDF 已加密，需要密码才能打开",
            "请用密码打开后另存为不加密的 PDF，或导出为 .docx 再试。",
        )
    return DamagedFile("PDF 不完整或已损坏，打不开", _AGAIN)


def _read_pages(pdf: Any, max_pages: int) -> list[list[str]]:
    """The lines of each page."""
    n_pages = len(pdf)
    if n_pages > max_pages:
        raise DamagedFile(
            f"PDF 有 {n_pages} 页，超过 {max_pages} 页的上限，没有读取",
            "请把它拆成几个文件后再试。",
        )
    pages: list[list[str]] = []
    n_chars = 0
    for number in range(n_pages):
        page = pdf[number]
        textpage = page.get_textpage()
        text = textpage.get_text_range()
        textpage.close()
        page.close()
        n_chars += len(text)
        if n_chars > _MAX_CHARS:
            raise DamagedFile(
                "PDF 的文字过多，不像一份讲稿，没有读取", "请把它拆成几个文件后再试。"
            )
        pages.append(_clean(text).split("\n"))
    return pages


def _clean(text: str) -> str:
    """The text as printed: pdfium's own signs replaced, radicals turned into characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _UNKNOWN.sub("\ufffd", _HYPHEN.sub("-", text))
    return _RADICAL.sub(_character_of, text)


def _character_of(match: re.Match[str]) -> str:
    radical = match[0]
    return _LOOSE_RADICALS.get(radical) or unicodedata.normalize("NFKC", radical)


def _assemble(pages: list[list[str]]) -> LineBuilder:
    furniture = find_furniture(pages)
    builder = LineBuilder()
    words: list[str] = []
    for number, lines in enumerate(pages):
        for at, line in enumerate(lines):
            is_furniture = (number, at) in furniture
            builder.add(line, "page_furniture" if is_furniture else "")
            if not is_furniture:
                words.append("".join(line.split()))
    body = "".join(words)
    if not body:
        raise EmptySource("PDF 只有图片，没有文字层", _OCR)
    if len(_GARBAGE.findall(body)) > _MAX_GARBAGE * len(body):
        raise UndecodableText("PDF 的文字层是乱码（字体没有给出字符编码）", _OCR)
    return builder


def _clean_title(title: str | None) -> str | None:
    cleaned = _TITLE_PREFIX.sub("", (title or "").replace("\x00", "").strip())
    return _TITLE_SUFFIX.sub("", cleaned).strip() or None
