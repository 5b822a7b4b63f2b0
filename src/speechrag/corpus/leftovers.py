"""HTML that was left in a text: entities and tags that a program wrote out instead of reading.

A pasted or exported text often holds &ldquo; for “ and <br> for a line's end, in an HTML file too
where they were escaped twice. Only names that HTML knows are taken: <通知> and a < b stay.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from speechrag.corpus.edits import Edit
from speechrag.types import RemovalReason

_ENTITY = re.compile(r"&(?:amp;)*(?:#\d{2,7}|#[xX][0-9a-fA-F]{2,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_BLOCK = (
    "address|article|blockquote|br|center|dd|div|dl|dt|h[1-6]|hr|li|ol|p|pre|section"
    "|table|tbody|td|th|thead|tr|ul"
)
_INLINE = "a|b|big|em|font|i|img|o:p|small|span|strong|sub|sup|u|body|html|head|meta|wbr"
_TAG = re.compile(
    rf"</?(?P<name>{_BLOCK}|{_INLINE})(?=[\s/>])(?:\s[^<>\n]{{0,400}})?/?>|<!--.{{0,2000}}?-->"
    r"|<(?P<unseen>style|script|title)\b[^<>]{0,400}>.{0,20000}?</(?P=unseen)\s*>",
    re.IGNORECASE | re.DOTALL,
)
_IS_BLOCK = re.compile(_BLOCK, re.IGNORECASE)
MIN_TAGS = 2  # one alone may be what the text is about


def find_leftovers(source: str) -> list[Edit]:
    """Edits that read entities and take tags out; a block's tag ends its line."""
    edits = list(_entities(source)) if "&" in source else []
    if "<" in source:
        tags = list(_TAG.finditer(source))
        edits += map(_tag, tags) if len(tags) >= MIN_TAGS else []
    return sorted(edits, key=lambda e: e.start)


def _entities(source: str) -> Iterator[Edit]:
    for match in _ENTITY.finditer(source):
        text = match.group()
        while (read := html.unescape(text)) != text:
            text = read
        if text != match.group() and len(text) <= 2:
            shown = " " if text.isspace() else text if text.isprintable() else ""
            yield Edit(match.start(), match.end(), RemovalReason.MARKUP, shown)


def _tag(match: re.Match[str]) -> Edit:
    name = match["name"] or ""
    return Edit(
        match.start(),
        match.end(),
        RemovalReason.MARKUP,
        ends_line=_IS_BLOCK.fullmatch(name) is not None,
    )
