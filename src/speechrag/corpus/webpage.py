"""Web pages: the visible text in document order, a line per block.

Nothing is fetched. Scripts, styles and hidden elements are no text. What stands around the article
(navigation, forms, share buttons, lists of links) stays in the text and is hinted "boilerplate":
whether it goes is for cleaning to say.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field

from lxml import etree

from speechrag.corpus.assembly import LineBuilder
from speechrag.corpus.decode import decode_bytes
from speechrag.corpus.numerals import format_number
from speechrag.corpus.page_rules import BLOCKS, Element, find_around, is_unseen, list_format
from speechrag.errors import DamagedFile, EmptySource, UnsupportedFormat
from speechrag.types import Document

_META_CHARSET = re.compile(rb"""<meta[^>]{0,400}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)""", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_WIDE = r"[\u2e80-\u9fff\uff00-\uffef\u3000-\u303f]"
_WIDE_BREAK = re.compile(rf"(?<={_WIDE})[ \t]*[\r\n][ \t\r\n\f]*(?={_WIDE})")
_CELL = "\x1f"  # stands between two cells until blanks are collapsed
_CELL_BREAK = re.compile(rf"[ \t\r\n\f]*{_CELL}[ \t\r\n\f]*")


@dataclass(slots=True)
class _Line:
    """A line being put together, with what is known about each stretch of it."""

    parts: list[str] = field(default_factory=list)
    n_chars: int = 0
    n_link_chars: int = 0
    n_links: int = 0
    n_cells: int = 0

    def add(self, text: str, *, linked: bool) -> None:
        n = len(_SPACE.sub("", text))
        self.parts.append(text)
        self.n_chars += n
        self.n_link_chars += n if linked else 0

    @property
    def is_links(self) -> bool:
        return self.n_links > 0 and self.n_link_chars >= 0.6 * self.n_chars


def read_webpage(raw: bytes, name: str) -> Document:
    """Read an HTML page, in whatever encoding.

    Args:
        raw: The file.
        name: What `Document.file` is to be.

    Raises:
        UndecodableText: No encoding explains its bytes.
        DamagedFile: It nests so deeply that parts of it would be lost.
        EmptySource: It shows no text.
    """
    decoded = decode_bytes(raw, declared=_declared(raw))
    builder, title = _read_html(decoded.text)
    text, hints = builder.build()
    if not text.strip():
        raise EmptySource(
            "网页里没有文字（可能靠脚本显示内容）", "请在浏览器中复制正文，存为 .txt 或 .docx。"
        )
    return Document(
        file=name,
        format="html",
        encoding=decoded.encoding,
        text=text,
        hints=hints,
        undecodable=decoded.undecodable,
        title=title,
    )


def read_mhtml(raw: bytes, name: str) -> Document:
    """Read a web archive (.mht, .mhtml: RFC 2557): the HTML part of a MIME message.

    Raises:
        UnsupportedFormat: It holds no HTML part.
        SourceError: As `read_webpage`.
    """
    import email
    import email.policy

    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    for part in message.walk():
        if part.get_content_type() in {"text/html", "application/xhtml+xml"}:
            body = part.get_payload(decode=True)
            if isinstance(body, bytes) and body.strip():
                charset = part.get_content_charset()
                if charset and not _declared(body):
                    body = f'<meta charset="{charset}">'.encode("ascii", "ignore") + body
                return read_webpage(body, name)
    raise UnsupportedFormat(
        "网页存档里没有网页正文", "请在浏览器中打开，另存为 .html 或复制成 .txt 后再试。"
    )


def _declared(raw: bytes) -> str | None:
    head = raw[:8192]
    found = _META_CHARSET.search(head) or _XML_CHARSET.search(head)
    return found[1].decode("ascii", "ignore") if found else None


def _read_html(html: str) -> tuple[LineBuilder, str | None]:
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        root = etree.fromstring(html.replace("\x00", "").replace(_CELL, "").encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if any(error.level == etree.ErrorLevels.FATAL for error in parser.error_log):
        raise DamagedFile(
            "网页嵌套过深或不完整，没有读取", "请在浏览器中复制正文，存为 .txt 或 .docx。"
        )
    if root is None:
        return LineBuilder(), None
    title = root.findtext(".//head/title") or root.findtext(".//title")
    page = _Page(root)
    page.walk(root)
    return page.finish(), _SPACE.sub(" ", title or "").strip() or None


class _Page:
    """One walk over the elements of a page."""

    def __init__(self, root: Element) -> None:
        self._around = find_around(root)
        self._only_h1 = len(root.findall(".//h1")) == 1
        self._lines: list[tuple[_Line, str, str, int, bool]] = []  # line, text, kind, level, around
        self._line = _Line()
        self._kind: tuple[str, int] = ("", 0)
        self._n_around = 0
        self._n_links = 0
        self._n_pre = 0
        self._counters: dict[Element, int] = {}
        self._label = ""  # of a list item, until its first line comes

    def walk(self, root: Element) -> None:
        """Visit the tree in document order, without recursion: pages may nest without limit."""
        stack: deque[tuple[Element, bool]] = deque([(root, False)])
        while stack:
            node, leaving = stack.pop()
            if leaving:
                self._leave(node)
                if node is not root:
                    self._text(node.tail)
            elif not isinstance(node.tag, str) or (node is not root and is_unseen(node)):
                self._text(node.tail)
            else:
                self._enter(node)
                stack.append((node, True))
                stack.extend((child, False) for child in reversed(node))

    def _enter(self, node: Element) -> None:
        tag = node.tag
        if tag in BLOCKS:
            self._flush()
        self._n_around += node in self._around
        self._n_pre += tag == "pre"
        if tag == "a" and not (node.get("href") or "#").startswith("#"):
            self._n_links += 1
            self._line.n_links += 1
        elif tag == "br":
            self._flush()
        elif tag in {"td", "th"}:
            self._line.n_cells += 1
            if self._line.n_chars:
                self._line.parts.append(_CELL)
        elif tag == "li":
            self._label = self._item_label(node)
        elif tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            level = int(tag[1])
            self._kind = ("title" if level == 1 and self._only_h1 else "heading", level)
        self._text(node.text)

    def _leave(self, node: Element) -> None:
        tag = node.tag
        if tag in BLOCKS:
            self._flush()
        self._n_around -= node in self._around
        self._n_pre -= tag == "pre"
        if tag == "a" and not (node.get("href") or "#").startswith("#"):
            self._n_links -= 1
        elif tag == "li":
            self._label = ""
        elif tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            self._kind = ("", 0)

    def _text(self, text: str | None) -> None:
        if not text:
            return
        if self._n_pre:
            head, *rest = text.replace("\r\n", "\n").split("\n")
            self._line.add(head, linked=self._n_links > 0)
            for line in rest:
                self._flush()
                self._line.add(line, linked=self._n_links > 0)
        else:
            self._line.add(text, linked=self._n_links > 0)

    def _item_label(self, node: Element) -> str:
        """The number that an ordered list shows before an item."""
        parent = node.getparent()
        if parent is None or parent.tag != "ol":
            return ""
        number = _integer(node.get("value"))
        if number is None:
            number = self._counters.get(parent, (_integer(parent.get("start")) or 1) - 1) + 1
        self._counters[parent] = number
        label = format_number(number, list_format(parent))
        if not label:
            return ""
        return f"{label}. " if label.isascii() else f"{label}、"

    def _flush(self) -> None:
        line, self._line = self._line, _Line()
        text = "".join(line.parts)
        if not self._n_pre:
            text = _SPACE.sub(" ", _WIDE_BREAK.sub("", text))
        text = _CELL_BREAK.sub("\t", text).strip(" \t\r\n\f")
        if text:
            text, self._label = self._label + text, ""
            self._lines.append((line, text, *self._kind, self._n_around > 0))

    def finish(self) -> LineBuilder:
        """The lines with their hints."""
        self._flush()
        builder = LineBuilder()
        dense = _dense(self._lines)
        for (line, text, kind, level, around), is_dense in zip(self._lines, dense, strict=True):
            if around or is_dense:
                builder.add(text, "boilerplate")
            else:
                builder.add(text, kind or ("table" if line.n_cells > 1 else ""), level)
        return builder


def _dense(lines: list[tuple[_Line, str, str, int, bool]]) -> list[bool]:
    """Which lines are lists of links: several links on a line, or three such lines in a row."""
    dense = [line.is_links and line.n_links > 1 for line, *_ in lines]
    linked = [line.is_links for line, *_ in lines]
    start = 0
    for at in range(len(lines) + 1):
        if at == len(lines) or not linked[at]:
            if at - start >= 3:
                dense[start:at] = [True] * (at - start)
            start = at + 1
    return dense


def _integer(text: str | None) -> int | None:
    try:
        return int(text or "")
    except ValueError:
        return None
