"""A phrase as something to look for in shown text: found as the search fold sees it.

Simplified and Traditional, width, case and white space make no difference; what is found are
offsets into the text as it stands. Searching the text itself with one class of characters for each
of the phrase's is ten times faster than folding every text first, and each find is held against
the real fold afterwards, which knows that 著 is 着 only in some words.
"""

from __future__ import annotations

import bisect
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from speechrag.errors import QuestionError
from speechrag.index.foldtable import load_table
from speechrag.index.tokens import fold_key, fold_key_map
from speechrag.types import Speech

Span = tuple[int, int]

MAX_PHRASE_CHARS = 60
_CONTEXT_PAIRS = dict(zip("着了借复象坐具", "著瞭藉覆像座俱", strict=True))  # tokens.fold decides
_BY_CONTEXT = frozenset("".join((*_CONTEXT_PAIRS, *_CONTEXT_PAIRS.values())))
_REACH = 8  # characters beside a find that its fold may depend on
_WORD_CHAR = re.compile(r"[0-9a-z]", re.IGNORECASE)


class Phrase:
    """One wording, as it was asked for and as it is compared.

    Raises:
        QuestionError: Nothing is left of it once it is folded, or it is no phrase but a text.
    """

    def __init__(self, text: str) -> None:
        self.text = " ".join(text.split())
        self.key = fold_key(self.text)
        if not re.search(r"[^\W_]", self.key):
            raise QuestionError(
                f"“{self.text}”里没有可查的字。" if self.text else "要查的提法是空的。",
                "请写一个词或短语，如：speechrag timeline 科技成果转化",
            )
        if len(self.key) > MAX_PHRASE_CHARS:
            raise QuestionError(
                f"“{self.text[:20]}……”有 {len(self.key)} 字，不像一个提法。",
                f"请写 {MAX_PHRASE_CHARS} 字以内的词或短语；整段文字请用 speechrag search。",
            )
        self._pattern = _compile(self.key)
        self._by_context = not _BY_CONTEXT.isdisjoint(self.key)
        self._bound_left = bool(_WORD_CHAR.match(self.key[0]))
        self._bound_right = bool(_WORD_CHAR.match(self.key[-1]))

    def find(self, speech: Speech) -> list[Span]:
        """Where it stands in a speech: half-open offsets, in order, without overlaps.

        It may run over a line break, but not out of its passage or heading.
        """
        found = list(self.find_in(speech.text, 0, len(speech.text)))
        if not found:
            return found
        blocks = blocks_of(speech)
        if all(_within_one(blocks, span) for span in found):
            return found
        return [span for block in blocks for span in self.find_in(speech.text, *block)]

    def find_in(self, text: str, start: int, end: int) -> Iterator[Span]:
        """Where it stands in `text[start:end]`."""
        for match in self._pattern.finditer(text, start, end):
            span = match.span()
            if self._inside_word(text, *span):
                continue
            if not self._by_context or self._holds(text, *span):
                yield span

    def _inside_word(self, text: str, start: int, end: int) -> bool:
        """Whether Latin letters or figures go on beside it, as with AI in “AIDS”."""
        left = self._bound_left and start > 0 and _WORD_CHAR.match(text[start - 1])
        right = self._bound_right and end < len(text) and _WORD_CHAR.match(text[end])
        return bool(left or right)

    def _holds(self, text: str, start: int, end: int) -> bool:
        low = max(0, start - _REACH)
        key, offsets = fold_key_map(text[low : end + _REACH])
        at = bisect.bisect_left(offsets, start - low)
        return key.startswith(self.key, at)


def blocks_of(speech: Speech) -> list[Span]:
    """The passages and headings of a speech, in order: together its text."""
    spans = {(p.start, p.end) for p in speech.passages}
    spans |= {(s.start, s.end) for s in speech.sections if s.start < s.end}
    return sorted(spans)


def _within_one(blocks: list[Span], span: Span) -> bool:
    at = bisect.bisect_right(blocks, (span[0], len(blocks) and blocks[-1][1])) - 1
    return at >= 0 and span[1] <= blocks[at][1]


@cache
def _same_fold() -> dict[str, str]:
    """Folded character → all characters that may become it."""
    classes: defaultdict[str, set[str]] = defaultdict(set)
    for code, folded in load_table().items():
        classes[folded].add(chr(code))
    for folded, written in _CONTEXT_PAIRS.items():
        classes[folded] |= {written, *classes[written]}
    return {folded: "".join(sorted(written)) for folded, written in classes.items()}


def _compile(key: str) -> re.Pattern[str]:
    classes = _same_fold()
    gap = rf"[\s{re.escape(classes[chr(0x200B)])}\u200b]*"
    return re.compile(gap.join(_char_class(char, classes.get(char, "")) for char in key))


def _char_class(char: str, others: str) -> str:
    written = "".join(sorted({char, char.upper(), *others})) if char != "ß" else char
    if len(written) == 1:
        return re.escape(written)
    return f"[{re.escape(written)}]"
