"""The ZIP package of a Word document: its parts, unpacked within bounds and parsed without risk.

Nothing outside the file is ever opened: relationships to external targets are dropped, and the XML
parser resolves no entity, loads no DTD and has no network.
"""

from __future__ import annotations

import io
import lzma
import posixpath
import re
import struct
import zipfile
import zlib
from typing import Any, Protocol, TypeAlias

from lxml import etree

from speechrag.errors import DamagedFile, ProtectedFile

Element: TypeAlias = Any  # lxml's elements; it ships no types

_STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main",
     b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships",
     b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
)  # fmt: skip
"""Namespaces of "Strict Open XML" (ISO/IEC 29500-1), read as the usual transitional ones."""

_PACKAGE_ERRORS = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, struct.error,
    NotImplementedError, EOFError, OSError, ValueError, OverflowError,
)  # fmt: skip
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SMALL_PART_BYTES = 10 * 1024 * 1024
_CHUNK_BYTES = 1 << 20
_HINT = "请在 Word 或 WPS 中打开并另存为新的 .docx 后再试；打不开时请重新获取该文件。"


class Package(Protocol):
    """The parts of a Word document."""

    @property
    def has_pictures(self) -> bool:
        """Whether the document holds pictures."""

    def main_document(self) -> Element:
        """The root of the main document."""

    def related(self, kind: str) -> Element | None:
        """Styles, numbering, footnotes or endnotes; None where there are none."""

    def parse(self, part: str) -> Element | None:
        """The root element of a part, or None where there is no such part."""

    def target(self, relationship_id: str) -> str | None:
        """The part that a relationship of the main document points to."""

    def read(self, part: str) -> bytes | None:
        """The bytes of a part, or None where there is no such part."""


def clean_text(text: str) -> str:
    """A text without the characters that XML cannot hold."""
    return _NOT_XML.sub("", text)


class WordPackage:
    """Read access to the parts of a package, by name or by relationship.

    Args:
        raw: The file.
        max_unpacked_bytes: How much may be unpacked in all.
        max_unpack_ratio: Unpacked to packed size that a part above 10 MB may have.

    Raises:
        DamagedFile: It is no sound ZIP file.
    """

    def __init__(self, raw: bytes, max_unpacked_bytes: int, max_unpack_ratio: float) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(raw))
        except _PACKAGE_ERRORS as exc:
            raise DamagedFile("文档不完整或已损坏（压缩结构打不开）", _HINT) from exc
        self._parts = {_normal(info.filename): info for info in self._zip.infolist()}
        self._budget = max_unpacked_bytes
        self._limit = max_unpacked_bytes
        self._max_ratio = max_unpack_ratio
        self._main = self._find_main()

    @property
    def has_pictures(self) -> bool:
        """Whether the document holds pictures."""
        return any("/media/" in name for name in self._parts)

    def main_document(self) -> Element:
        """The root of the main document.

        Raises:
            DamagedFile: It is missing or not XML, or it unpacks to too much.
        """
        root = self.parse(self._main)
        if root is None:
            raise DamagedFile("文档不完整：缺少正文（word/document.xml）", _HINT)
        return root

    def related(self, kind: str) -> Element | None:
        """The part of the main document's relationship of this kind ("styles"), parsed."""
        for found, target in self.relationships(self._main).values():
            if found == kind:
                return self.parse(target)
        folder = posixpath.dirname(self._main)
        return self.parse(f"{folder}/{kind}.xml")

    def target(self, relationship_id: str) -> str | None:
        """The part that a relationship of the main document points to."""
        _kind, target = self.relationships(self._main).get(relationship_id, ("", None))
        return target

    def relationships(self, part: str) -> dict[str, tuple[str, str]]:
        """Identifier → (kind, part name) of the internal relationships of a part."""
        folder, name = posixpath.split(part)
        root = self.parse(f"{folder}/_rels/{name}.rels".lstrip("/"))
        found: dict[str, tuple[str, str]] = {}
        for link in root if root is not None else ():
            if link.get("TargetMode") == "External":
                continue
            kind = (link.get("Type") or "").rpartition("/")[2]
            target = link.get("Target") or ""
            path = target if target.startswith("/") else posixpath.join(folder, target)
            found[link.get("Id") or ""] = (kind, posixpath.normpath(path))
        return found

    def parse(self, part: str) -> Element | None:
        """The root element of a part, or None where there is no such part."""
        raw = self.read(part)
        if raw is None:
            return None
        for strict, transitional in _STRICT:
            raw = raw.replace(strict, transitional)
        parser = etree.XMLParser(
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            root = etree.fromstring(raw, parser)
        except (etree.XMLSyntaxError, ValueError) as exc:
            raise DamagedFile(f"文档已损坏：{part} 不是完整的 XML", _HINT) from exc
        if root.getroottree().docinfo.doctype:
            raise DamagedFile(f"文档不可信：{part} 声明了 DTD 或外部实体，没有读取", _HINT)
        return root

    def read(self, part: str) -> bytes | None:
        """The bytes of a part, or None where there is no such part.

        Raises:
            DamagedFile: It is corrupt or unpacks to more than is allowed.
            ProtectedFile: It is encrypted.
        """
        info = self._parts.get(_normal(part))
        if info is None:
            return None
        if info.flag_bits & 1:
            raise ProtectedFile("文档已加密，需要密码才能打开", "请去掉密码，另存为 .docx 后再试。")
        chunks: list[bytes] = []
        size = 0
        try:
            with self._zip.open(info) as stream:
                while chunk := stream.read(_CHUNK_BYTES):
                    size += len(chunk)
                    self._check_size(size, info.compress_size)
                    chunks.append(chunk)
        except (*_PACKAGE_ERRORS, RuntimeError) as exc:
            raise DamagedFile(f"文档不完整或已损坏（{part} 解压失败）", _HINT) from exc
        self._budget -= size
        return b"".join(chunks)

    def _check_size(self, size: int, packed: int) -> None:
        if size > self._budget:
            raise DamagedFile(
                f"文档解压后超过 {self._limit / 2**20:g} MB 的上限，没有读取",
                "这样的文件可能是恶意构造的；确属讲稿时，请拆成几个文件。",
            )
        if size > _SMALL_PART_BYTES and size > self._max_ratio * max(packed, 1):
            raise DamagedFile(
                f"文档的压缩比超过 {self._max_ratio:g} 倍，没有读取",
                "这样的文件可能是恶意构造的；请在 Word 中另存一份后再试。",
            )

    def _find_main(self) -> str:
        for kind, target in self.relationships("").values():
            if kind == "officeDocument":
                return target
        return "word/document.xml"


def _normal(name: str) -> str:
    """Part names are compared without case; some writers use backslashes."""
    return name.replace("\\", "/").lstrip("/").lower()
