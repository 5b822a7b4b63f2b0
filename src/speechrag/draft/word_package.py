"""A draft's Word package without what would run or be fetched when its report is opened.

A report goes to colleagues. Macros, a template or a picture on someone's server, and fields that
load files would come along with the draft: they are taken out, and what was taken out is told.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from speechrag.draft.wording import CHINESE, Wording

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MACRO_PARTS = re.compile(r"(?:^|/)(?:vbaProject\.bin|vbaData\.xml|vbaProject\.bin\.rels)$")
_MACRO_TYPE = re.compile(r"vbaProject|(?:word)?[vV]baData")
_MACRO_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"
_PLAIN_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_LOADING_FIELDS = re.compile(
    r"\s*(?:INCLUDEPICTURE|INCLUDETEXT|INCLUDE|IMPORT|LINK|DDE|DDEAUTO|DATABASE|RD)\b",
    re.IGNORECASE,
)
_WEB_LOADS = re.compile(
    rb"""(\b(?:src|background|data|poster|href)\s*=\s*["']?\s*|url\(\s*["']?\s*)"""
    rb"""(?:(?:https?|ftp|file):|//|\\\\)[^"'\s>)]*""",
    re.IGNORECASE,
)  # in a web page that Word shows as a part of the document
_REMOVED_TARGET = "removed"  # a relative path without a file: references to it stay well-formed
_EMPTY_FIELD = ' QUOTE "" '  # a field of constant text: Word shows what stood there last


@dataclass(frozen=True, slots=True)
class CleanPackage:
    """A Word package that fetches nothing, and what it took: kinds of things → how many."""

    data: bytes
    removed: dict[str, int]

    def describe(self, say: Wording = CHINESE) -> str:
        """What was taken out, as a sentence; "" where nothing was."""
        if not self.removed:
            return ""
        told = [say(f"removed_{kind}", n=n) for kind, n in sorted(self.removed.items())]
        return say("removed", things=say("and").join(told))


def clean_package(package: bytes) -> CleanPackage:
    """Take macros, external links that open by themselves, and loading fields out of a package.

    Hyperlinks stay: they are followed only by who clicks on them. A package in which there is
    nothing of the kind comes back as it is, byte for byte.

    Raises:
        BadZipFile: It is no package.
        LxmlError: One of its XML parts is broken.
        ValueError: One of its XML parts has a document type, which Word refuses, too.
    """
    removed: dict[str, int] = {}
    changed: dict[str, bytes | None] = {}
    with zipfile.ZipFile(io.BytesIO(package)) as source:
        names = source.namelist()
        for name in names:
            data = source.read(name)
            cleaned = _clean_part(name, data, removed)
            if cleaned is not data:
                changed[name] = cleaned
        if not changed:
            return CleanPackage(package, {})
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            for name in names:
                kept = changed.get(name, b"") if name in changed else source.read(name)
                if kept is not None:
                    target.writestr(name, kept)
    return CleanPackage(out.getvalue(), removed)


def _clean_part(name: str, data: bytes, removed: dict[str, int]) -> bytes | None:
    """The part without what is to go: the same object where that is nothing, None for all of it."""
    if _MACRO_PARTS.search(name):
        _count(removed, "macros", int(name.endswith("vbaProject.bin")))
        return None
    if name.lower().endswith((".htm", ".html", ".xhtml", ".mht", ".mhtml")):
        page, n = _WEB_LOADS.subn(rb"\1", data)
        _count(removed, "links", n)
        return page if n else data
    if not name.endswith((".xml", ".rels")):
        return data
    root = _parse(name, data)
    if name.endswith(".rels"):
        touched = _clean_links(root, removed)
    elif name == "[Content_Types].xml":
        touched = _clean_types(root)
    else:
        touched = _clean_fields(root, removed)
    return _serialise(root) if touched else data


def _parse(name: str, data: bytes) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    root = etree.fromstring(data, parser)
    if root.getroottree().docinfo.doctype:
        raise ValueError(f"{name} has a document type")
    return root


def _serialise(root: Any) -> bytes:
    from lxml import etree

    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return data


def _clean_links(root: Any, removed: dict[str, int]) -> bool:
    """Drop relationships to macros; point those that would be fetched to nothing."""
    touched = False
    for link in list(root):
        kind = str(link.get("Type", "")).rsplit("/", 1)[-1]
        if _MACRO_TYPE.search(kind):
            root.remove(link)
            touched = True
        elif link.get("TargetMode") == "External" and kind != "hyperlink":
            link.set("Target", _REMOVED_TARGET)
            _count(removed, "templates" if kind == "attachedTemplate" else "links", 1)
            touched = True
    return touched


def _clean_types(root: Any) -> bool:
    touched = False
    for entry in list(root):
        if _MACRO_TYPE.search(f"{entry.get('ContentType')} {entry.get('PartName')}"):
            root.remove(entry)
            touched = True
        elif entry.get("ContentType") == _MACRO_MAIN:
            entry.set("ContentType", _PLAIN_MAIN)
            touched = True
    return touched


def _clean_fields(root: Any, removed: dict[str, int]) -> bool:
    """Turn fields that load files into constant text; the text they last showed stays."""
    touched = False
    for field in root.iter(f"{_W}fldSimple"):
        if _LOADING_FIELDS.match(field.get(f"{_W}instr") or ""):
            field.set(f"{_W}instr", _EMPTY_FIELD)
            _count(removed, "fields", 1)
            touched = True
    for pieces in _instructions(root):
        if _LOADING_FIELDS.match("".join(piece.text or "" for piece in pieces)):
            for piece in pieces:
                piece.text = _EMPTY_FIELD if piece is pieces[0] else ""
            _count(removed, "fields", 1)
            touched = True
    return touched


def _instructions(root: Any) -> Iterator[list[Any]]:
    """The instruction of each complex field, which may be cut into several elements."""
    open_: list[list[Any]] = []
    for node in root.iter(f"{_W}fldChar", f"{_W}instrText"):
        if node.tag == f"{_W}instrText":
            if open_:
                open_[-1].append(node)
        elif node.get(f"{_W}fldCharType") == "begin":
            open_.append([])
        elif node.get(f"{_W}fldCharType") == "end" and open_:
            pieces = open_.pop()
            if pieces:
                yield pieces


def _count(removed: dict[str, int], kind: str, n: int) -> None:
    if n:
        removed[kind] = removed.get(kind, 0) + n
