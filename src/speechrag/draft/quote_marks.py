"""Find what a draft quotes: words in quotation marks, titles, and what follows “…指出：”."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from speechrag.draft.attribution import Claim, read_claim
from speechrag.draft.records import Span
from speechrag.index.tokens import fold_key

MAX_QUOTE_CHARS = 600  # a mark left open must not swallow the draft
MAX_SCARE_LETTERS = 8  # “卡脖子”“双一流”: a name or a figure of speech, unless someone said it
MAX_TERM_LETTERS = 16  # up to here, without a comma inside, it may be the name of a thing

_CLOSERS = {
    "\u201c": "\u201d", "\u2018": "\u2019", "\u300c": "\u300d", "\u300e": "\u300f",
    "\u300a": "\u300b", "\u3008": "\u3009", "\u301d": "\u301e", "\ufe41": "\ufe42",
}  # fmt: skip
_TITLES = {"\u300a", "\u3008"}
_STRAIGHT = {'"', "\uff02"}
_CLAUSE_MARK = re.compile("[\uff0c\u3002\uff1b\uff1a\uff1f\uff01,;:?!…]")
_ENDS_SENTENCE = re.compile("[。\uff01\uff1f!?\uff1b]")
_SAYS = "(?:指出|强调|说过?|讲过?|写道|提出|说道|讲道|谈到|提到)"
_STATEMENT = re.compile(
    rf"(?P<lead>[^。\uff01\uff1f!?\uff1b\n]{{0,80}}?{_SAYS})[\uff1a:]\s*(?P<words>[^\n]+)"
)
_OWN_WORDS = re.compile(
    r"(?:我|我们|再|还要|这里|下面|最后)(?:重点|着重|特别|再次|主要|想)?(?:指出|强调|说|讲|提出)$|"
    r"[一二三四五六七八九十几\d](?:点|条|句|个方面)"
)


@dataclass(frozen=True, slots=True)
class Quotation:
    """Quoted words without their marks; `start:end` is their place in the draft.

    kind: "quote", "title" or "statement" (without marks, after …指出：).
    """

    text: str
    start: int
    end: int
    kind: str
    claim: Claim

    @property
    def n_letters(self) -> int:
        """Letters and digits."""
        return len(fold_key(self.text, ignore_punctuation=True))

    @property
    def is_scare_quote(self) -> bool:
        """Whether the marks only set off a short name or figure of speech."""
        if self.kind != "quote" or self.claim.is_speech:
            return False
        # 小机构，大服务: a slogan may have a comma, but no end of a sentence
        return self.n_letters <= MAX_SCARE_LETTERS and not _ENDS_SENTENCE.search(self.text)

    @property
    def may_be_a_term(self) -> bool:
        """Whether it may be the name of a thing: no one said it, and it is one clause."""
        if self.kind != "quote" or self.claim.is_speech or self.claim.title:
            return False
        return self.n_letters <= MAX_TERM_LETTERS and not _CLAUSE_MARK.search(self.text)


def find_quotations(text: str) -> list[Quotation]:
    """Every outermost quotation of a draft, by its place."""
    found = []
    for start, end, is_title in _marked(text):
        inner = _strip(text, start, end)
        if inner[0] < inner[1]:
            kind = "title" if is_title else "quote"
            claim = Claim() if is_title else read_claim(text, start - 1, end + 1)
            found.append(Quotation(text[inner[0] : inner[1]], *inner, kind, claim))
    taken = [(quotation.start - 1, quotation.end + 1) for quotation in found]
    found += _statements(text, taken)
    return sorted(found, key=lambda q: (q.start, q.end))


def _marked(text: str) -> Iterator[tuple[int, int, bool]]:
    """The inside of each outermost pair of marks, and whether they are a title's."""
    open_marks: list[tuple[str, int]] = []
    straight_at = -1
    for at, char in enumerate(text):
        if open_marks and at - open_marks[0][1] > MAX_QUOTE_CHARS:
            open_marks.clear()
        if char == "\n":
            if open_marks and not _goes_on(text, at, open_marks[0][0]):
                open_marks.clear()
            straight_at = -1
        elif char in _CLOSERS:
            if open_marks and open_marks[-1][0] == char and char not in _TITLES:
                open_marks.pop()  # the one before was never closed
            open_marks.append((char, at))
        elif open_marks and char in _CLOSERS.values():
            while open_marks and _CLOSERS[open_marks[-1][0]] != char:
                open_marks.pop()
            if open_marks:
                opener, start = open_marks.pop()
                if not open_marks:
                    yield start + 1, at, opener in _TITLES
        elif char in _STRAIGHT and not open_marks:
            if straight_at >= 0:
                yield straight_at + 1, at, False
                straight_at = -1
            else:
                straight_at = at


def _goes_on(text: str, at: int, opener: str) -> bool:
    """Whether a quotation left open at the end of a line is closed in one of the next.

    Lines of pasted text may break anywhere; but who opens another quotation has closed the first.
    """
    if _ENDS_SENTENCE.match(text[at - 1]):
        return False
    ahead = text[at : at + MAX_QUOTE_CHARS]
    closed, again = ahead.find(_CLOSERS[opener]), ahead.find(opener)
    return closed >= 0 and not 0 <= again < closed


def _strip(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _statements(text: str, taken: list[Span]) -> Iterator[Quotation]:
    """Words without marks after …指出：, to the end of their sentence."""
    for match in _STATEMENT.finditer(text):
        start = match.start("words")
        while start < match.end("words") and (text[start] in _CLOSERS or text[start] in _STRAIGHT):
            start += 1  # never closed, or it would be a quotation
        end_mark = _ENDS_SENTENCE.search(text, start, match.end("words"))
        end = end_mark.end() if end_mark else match.end("words")
        inside = any(a < end and start < b for a, b in taken)
        quoted = any(a <= match.end("lead") <= b for a, b in taken)
        if inside or quoted or _OWN_WORDS.search(match["lead"]):
            continue
        if len(fold_key(text[start:end], ignore_punctuation=True)) > MAX_SCARE_LETTERS:
            claim = read_claim(text, start, end)
            yield Quotation(text[start:end], start, end, "statement", claim)
