"""Where sentences end, and which stretches must not be cut."""

from __future__ import annotations

import re

# Quotations, titles and parentheses of one line that a cut must not part.
_WHOLE = re.compile(
    r"“[^“”\n]{0,300}”|《[^《》\n]{0,120}》|（[^（）\n]{0,200}）|「[^「」\n]{0,300}」|\([^()\n]{0,200}\)"
)
_END = re.compile(r"(?:[。！？!?]|…+)+[”’」』）》】)\]\"]*")
_LIST_END = re.compile(
    r"[；;](?=\s*(?:[一二三四五六七八九十]{1,2}[是要]|第[一二三四五六七八九十]|[（(]))"
)


def protected_spans(text: str) -> list[tuple[int, int]]:
    """Ranges inside which nothing may be cut, ascending."""
    return [m.span() for m in _WHOLE.finditer(text)]


def sentence_ends(text: str) -> list[int]:
    """Offsets just behind each sentence, ascending; the last is the text's length.

    A sentence that ends inside a quotation ends where the quotation does: at its closing mark,
    when the text goes on behind it with a new sentence.
    """
    spans = protected_spans(text)
    ends: list[int] = []
    at = 0
    for match in sorted([*_END.finditer(text), *_LIST_END.finditer(text)], key=re.Match.end):
        end = match.end()
        while at < len(spans) and spans[at][1] < end:
            at += 1
        if at < len(spans) and spans[at][0] < end < spans[at][1]:
            continue
        if not ends or end > ends[-1]:
            ends.append(end)
    if text and (not ends or ends[-1] != len(text)):
        ends.append(len(text))
    return ends


def first_sentence_end(text: str) -> int:
    """The offset just behind the first sentence."""
    spans = protected_spans(text)
    for match in _END.finditer(text):
        if not any(start < match.end() < end for start, end in spans):
            return match.end()
    return len(text)
