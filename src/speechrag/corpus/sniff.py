"""What kind of file some bytes are, by what they hold; the extension only breaks ties."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from speechrag.errors import DamagedFile, ProtectedFile, UnsupportedFormat


class Kind(StrEnum):
    """The formats that are read."""

    TXT = "txt"
    MD = "md"
    HTML = "html"
    MHTML = "mhtml"
    DOCX = "docx"
    DOC = "doc"
    RTF = "rtf"
    PDF = "pdf"


TEXT_EXTENSIONS = frozenset({".txt", ".text"})
MARKDOWN_EXTENSIONS = frozenset({".md", ".markdown"})
HTML_EXTENSIONS = frozenset({".html", ".htm", ".xhtml"})
MHTML_EXTENSIONS = frozenset({".mht", ".mhtml"})
WORD_EXTENSIONS = frozenset({".docx", ".docm", ".dotx", ".dotm"})
LEGACY_WORD_EXTENSIONS = frozenset({".doc", ".dot", ".wps", ".wpt", ".rtf"})
"""Often a web page, a text or a .docx under another name; read by what they hold."""

READ_EXTENSIONS = (
    TEXT_EXTENSIONS
    | MARKDOWN_EXTENSIONS
    | HTML_EXTENSIONS
    | MHTML_EXTENSIONS
    | WORD_EXTENSIONS
    | LEGACY_WORD_EXTENSIONS
    | {".pdf"}
)

AS_DOCX = "请用 Word 或 WPS 打开，另存为 .docx 后再试。"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = {
    "Workbook": "旧版 Excel 工作簿",
    "PowerPoint Document": "旧版演示文稿",
    "WordDocument": "旧版 Word 文档",
}
"""What the streams of OLE2 files tell; a workbook or slides may hold Word documents."""
_HTML_START = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title)\b",
    re.IGNORECASE | re.DOTALL,
)
_MHTML_START = re.compile(
    rb"(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?content-type:\s*multipart/", re.IGNORECASE
)
_WORD_XML = re.compile(rb"progid=\"Word\.Document\"|<w:wordDocument|<pkg:package", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Magic:
    start: bytes
    what: str
    hint: str


_AS_TEXT = "请把其中的文字另存为 .docx 或 .txt 后再试。"
_OCR = "这是图片；请先做文字识别（OCR），再把文字存为 .docx 或 .txt。"
_UNPACK = "这是压缩包；请先解压，再把里面的文稿放进文件夹。"
_MAGIC = (
    _Magic(b"\x89PNG", "PNG 图片", _OCR),
    _Magic(b"\xff\xd8\xff", "JPEG 图片", _OCR),
    _Magic(b"GIF8", "GIF 图片", _OCR),
    _Magic(b"II*\x00", "TIFF 图片", _OCR),
    _Magic(b"MM\x00*", "TIFF 图片", _OCR),
    _Magic(b"\x1f\x8b", "gzip 压缩包", _UNPACK),
    _Magic(b"Rar!", "RAR 压缩包", _UNPACK),
    _Magic(b"7z\xbc\xaf\x27\x1c", "7z 压缩包", _UNPACK),
    _Magic(b"\x7fELF", "可执行程序", "请把它移出文件夹。"),
    _Magic(b"SQLite format 3", "数据库文件", "请把它移出文件夹。"),
)


def detect_kind(raw: bytes, name: str, extension: str | None = None) -> Kind:
    """The format of a file.

    Args:
        raw: The whole file.
        name: What messages call it.
        extension: Of the file itself (".txt"); None takes the name's.

    Raises:
        UnsupportedFormat: It is a known format that is not read, or none that is known.
        ProtectedFile: It is an encrypted Office document.
        DamagedFile: Its extension promises a container that its bytes are not.
    """
    extension = (PurePath(name).suffix if extension is None else extension).lower()
    kind = _by_content(raw, name)
    if kind is not None:
        return kind
    if extension == ".pdf":
        raise _damaged(name, "扩展名是 .pdf，内容却不是 PDF")
    if extension in WORD_EXTENSIONS:
        raise _damaged(name, f"扩展名是 {extension}，内容却不是 Word 文档")
    if extension in MARKDOWN_EXTENSIONS:
        return Kind.MD
    if extension in HTML_EXTENSIONS:
        return Kind.HTML
    if extension in MHTML_EXTENSIONS:
        return Kind.MHTML
    if extension in TEXT_EXTENSIONS:
        return Kind.TXT
    if extension in LEGACY_WORD_EXTENSIONS:
        if _is_plain(raw):
            return Kind.TXT
        raise UnsupportedFormat(f"{name}：不是能读取的 Word 文档（{extension}）", AS_DOCX)
    raise UnsupportedFormat(f"{name}：不支持的格式 {extension or '(无扩展名)'}", _AS_TEXT)


def _by_content(raw: bytes, name: str) -> Kind | None:
    head = raw[:4096]
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(raw, name)
    if head.startswith(_OLE):
        return _kind_of_ole(raw, name)
    if b"%PDF-" in head[:1024]:
        return Kind.PDF
    if head.lstrip().startswith(b"{\\rtf"):
        return Kind.RTF
    for magic in _MAGIC:
        if head.lstrip().startswith(magic.start):
            raise UnsupportedFormat(f"{name}：内容是 {magic.what}，不能读取", magic.hint)
    plain = _narrow(head)
    if _WORD_XML.search(plain):
        raise UnsupportedFormat(f"{name}：内容是 Word 的 XML 文档，不能读取", AS_DOCX)
    if _HTML_START.match(plain):
        return Kind.HTML
    if _MHTML_START.match(plain):
        return Kind.MHTML
    return None


def _is_plain(raw: bytes) -> bool:
    """Whether the bytes are text: what many an old system exports under the name of .doc."""
    control = raw.translate(None, bytes({*range(0x20, 0x100), *b"\t\n\r\f\v\x1a"}))
    return not control or raw.startswith((b"\xff\xfe", b"\xfe\xff"))


def _narrow(head: bytes) -> bytes:
    """The beginning without a byte-order mark and without the zeros of UTF-16."""
    return (
        head.removeprefix(b"\xef\xbb\xbf")
        .removeprefix(b"\xff\xfe")
        .removeprefix(b"\xfe\xff")
        .replace(b"\x00", b"")
    )


def _kind_of_zip(raw: bytes, name: str) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            names = set(package.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as exc:
        raise _damaged(name, "文件不完整或已损坏，打不开其中的压缩结构") from exc
    if any(part.startswith("word/") for part in names):
        return Kind.DOCX
    if (
        "[Content_Types].xml" in names
        and "_rels/.rels" in names
        and not any(part.startswith(("xl/", "ppt/", "visio/")) for part in names)
    ):
        return Kind.DOCX
    for prefix, what in (("xl/", "Excel 工作簿"), ("ppt/", "PowerPoint 演示文稿")):
        if any(part.startswith(prefix) for part in names):
            raise UnsupportedFormat(f"{name}：内容是 {what}，不能读取", _AS_TEXT)
    if "mimetype" in names or "content.xml" in names:
        raise UnsupportedFormat(f"{name}：内容是 OpenDocument 或电子书，不能读取", AS_DOCX)
    raise UnsupportedFormat(f"{name}：内容是 ZIP 压缩包，不能读取", _UNPACK)


def _kind_of_ole(raw: bytes, name: str) -> Kind:
    """OLE2 holds encrypted .docx, old .doc and .wps; directory names stand in it as UTF-16."""
    if "EncryptedPackage".encode("utf-16-le") in raw:
        raise ProtectedFile(
            f"{name}：文档已加密，需要密码才能打开",
            "请在 Word 或 WPS 中输入密码打开，去掉密码后另存为 .docx 再试。",
        )
    held = next((stream for stream in _OLE_STREAMS if stream.encode("utf-16-le") in raw), "")
    if held == "WordDocument":
        return Kind.DOC
    what = _OLE_STREAMS.get(held, "认不出或不完整的旧版 Office 文档")
    raise UnsupportedFormat(f"{name}：内容是{what}，不能读取", AS_DOCX)


def _damaged(name: str, what: str) -> DamagedFile:
    return DamagedFile(f"{name}：{what}", "请确认文件能正常打开，或重新获取、另存一份后再试。")
