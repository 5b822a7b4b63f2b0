"""Markdown: the text as it stands, with hints on what is mark and what is text.

Follows CommonMark where speeches written in Markdown use it; a ** that stands for a name left out
(**市, **区) is no mark.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from speechrag.types import Hint

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)?")
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.S | re.M)
_FRONT_TITLE = re.compile(r"^title:[ \t]*(.+?)[ \t]*\r?$", re.MULTILINE)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[^`]*$")
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)(.*?)([ \t]+#+)?[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_RULE = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$")
_TABLE_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_DEFINITION = re.compile(r" {0,3}\[[^\]]+\]:[ \t]+\S+.*$")
_PREFIX = re.compile(r"(?:[ \t]*>[ \t]?)+|[ \t]*[-*+][ \t]+(?:\[[ xX]\][ \t]+)?")
_INLINE = re.compile(
    r"(?P<escape>\\)(?=[!-/:-@\[-`{-~])"
    r"|(?P<comment><!--.*?-->)"
    r"|(?P<image>!\[[^\]\n]*\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\))"
    r"|(?P<open>\[)(?P<label>[^\[\]\n]*)(?P<url>\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)|\]\[[^\]\n]*\])"
    r"|(?P<tag></?[A-Za-z][^<>\n]*>)"
    r"|(?P<code>`+)(?P<literal>.+?)(?P<close>(?P=code))(?!`)"
)
_SIGNS = ("escape", "comment", "image", "open", "url", "tag", "code", "close")
_EMPHASIS = re.compile(r"(?P<run>\*{1,3}|~~)(?=\S)(?P<words>.+?)(?<=\S)(?P=run)(?!\*)")
_UNDERSCORE = re.compile(r"(?<!\w)(?P<run>_{1,3})(?=\S)(?P<words>.+?)(?<=\S)(?P=run)(?!\w)")
_PLACE_NAME = re.compile(r"[省市县区州盟旗镇乡村街局厅委院校厂某同集公]")


def markdown_hints(text: str) -> tuple[tuple[Hint, ...], str | None]:
    """What a Markdown text marks.

    Args:
        text: The whole file, decoded.

    Returns:
        Hints by rising start, "heading" (level 1–6), "table" and "markup" (characters that are
        signs, not text); and the title that the front matter states.
    """
    hints: list[Hint] = []
    title = None
    at = 0
    front = _FRONT_MATTER.match(text)
    if front:
        hints.append(Hint(0, front.end(), "markup"))
        stated = _FRONT_TITLE.search(front[1])
        title = stated[1].strip("\"'") if stated else None
        at = front.end()
    hints += _block_hints(text, at)
    hints.sort(key=lambda hint: (hint.start, -hint.end, hint.kind))
    return tuple(hints), title or None


def _lines(text: str, at: int) -> Iterator[tuple[int, str]]:
    for match in _LINE.finditer(text, at):
        if match[0]:
            yield match.start(), match[0].rstrip("\r\n")


def _block_hints(text: str, at: int) -> Iterator[Hint]:
    fence = ""
    previous: tuple[int, str] | None = None  # a line that an underline would make a heading
    for start, line in _lines(text, at):
        end = start + len(line)
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not line.strip(" `~"):
                fence = ""
                yield Hint(start, end, "markup")
            continue
        if mark:
            fence, previous = mark[1], None
            yield Hint(start, end, "markup")
            continue
        level = _underline_level(line) if previous else 0
        if level and previous:
            yield Hint(previous[0], previous[0] + len(previous[1]), "heading", level)
            yield Hint(start, end, "markup")
            previous = None
            continue
        yield from _line_hints(start, line)
        is_plain = line.strip() and not _PREFIX.match(line) and not _HEADING.match(line)
        previous = (start, line) if is_plain and "|" not in line else None


def _underline_level(line: str) -> int:
    match = _UNDERLINE.match(line)
    return 0 if not match else 1 if match[1][0] == "=" else 2


def _line_hints(start: int, line: str) -> Iterator[Hint]:
    end = start + len(line)
    if not line.strip():
        return
    is_table_rule = "|" in line and _TABLE_RULE.match(line)
    if _RULE.match(line) or is_table_rule or _DEFINITION.match(line):
        yield Hint(start, end, "markup")
        return
    heading = _HEADING.match(line)
    body = 0
    if heading:
        body = heading.start(2)
        yield Hint(start, start + body, "markup")
        if heading[2]:
            yield Hint(start + body, start + heading.end(2), "heading", len(heading[1]))
        if heading[3]:
            yield Hint(start + heading.start(3), end, "markup")
    else:
        while prefix := _PREFIX.match(line, body):
            yield Hint(start + body, start + prefix.end(), "markup")
            body = prefix.end()
        if line.lstrip().startswith("|"):
            yield Hint(start, end, "table")
    for a, b in _inline(line, body):
        yield Hint(start + a, start + b, "markup")


def _inline(line: str, at: int) -> Iterator[tuple[int, int]]:
    """Ranges of a line that are signs: escapes, links, tags, code marks, emphasis."""
    spans: list[tuple[int, int]] = []
    literal: list[tuple[int, int]] = []
    for match in _INLINE.finditer(line, at):
        spans += [match.span(group) for group in _SIGNS if match[group] is not None]
        if match["escape"] is not None:
            literal.append((match.end(), match.end() + 1))
        if match["literal"] is not None:
            literal.append(match.span("literal"))
    taken = spans + literal
    for pattern in (_EMPHASIS, _UNDERSCORE):
        spans += _emphasis(line, at, pattern, taken)
    yield from sorted(spans)


def _emphasis(
    line: str, at: int, pattern: re.Pattern[str], taken: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """The marks of emphasis, the nested ones too."""
    while match := pattern.search(line, at):
        opening, words = match.span("run"), match.span("words")
        closing = (words[1], match.end())
        if match["run"] == "*" and not _flanks(line, opening[0], words):
            at = opening[1]
            continue
        is_name = _PLACE_NAME.match(line, words[0]) and _PLACE_NAME.match(line, closing[1])
        if is_name or any(a < opening[1] and opening[0] < b for a, b in taken):
            at = opening[1]
            continue
        yield opening
        yield from _emphasis(line[: words[1]], words[0], pattern, taken)
        yield closing
        at = match.end()


def _flanks(line: str, start: int, words: tuple[int, int]) -> bool:
    """Whether two single stars can open and close (CommonMark 0.31.2, 6.2).

    Asked of single stars only: the rule refuses **“双一流”**建设, which its writer meant as bold.
    """
    before, first = line[start - 1 : start], line[words[0]]
    last, after = line[words[1] - 1], line[words[1] + 1 : words[1] + 2]
    opens = not _is_mark(first) or not before or before.isspace() or _is_mark(before)
    closes = not _is_mark(last) or not after or after.isspace() or _is_mark(after)
    return opens and closes


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS"
