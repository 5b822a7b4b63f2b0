"""Folding and tokenizing: what is compared when two texts are said to hold the same words.

Everything here is for search keys only; what is shown is never folded. Every token and every key
character knows where it stands in the text it came from.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from speechrag.index.foldtable import load_table

RULES_VERSION = 1
"""Counted up whenever the same text may give other tokens; part of every tokenizer's digest."""

Span = tuple[str, int, int]

_HAN = r"\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
_SPACE = re.compile(r"[\s\u200b]+")
# White space counts only between two words or figures of a script that separates its words.
_IDLE_SPACE = re.compile(rf"\u200b+|(?<![^\W_{_HAN}])\s+|\s+(?![^\W_{_HAN}])")
_NOT_IN_KEY = re.compile(r"[\s\u200b]+|[^\w\s]+|_+")
_RUN = re.compile(
    rf"(?P<han>[{_HAN}]+)"
    rf"|(?P<number>\d+(?:[.,]\d+)*%?(?![^\W_{_HAN}]))"
    rf"|(?P<word>[^\W_{_HAN}]+(?:'[^\W_{_HAN}]+)*)"
)

# Characters whose simplified form depends on the word they stand in. OpenCC decides by phrases;
# these rules give the same answer for all but 1 in 10,000 words of jieba's dictionary (see tests).
CONTEXT_CHARS = re.compile("[著瞭藉覆像座俱]")
_CONTEXT = re.compile(
    "(?<![显名专论土编译原巨昭卓拙遗合])(?P<着>著)(?![名作述称者书录])"
    "|(?P<了>瞭)(?!望)"
    "|(?<![慰狼蕴枕])(?P<借>藉)"
    "|(?<=[答批函反回往繁重恢])(?P<复>覆)"
    "|(?<=想)(?P<象>像)"
    "|(?P<坐>座)(?=标)"
    "|(?<=[家傢])(?P<具>俱)"
)

# What they become, which may differ between a text and its key.
_BY_CONTEXT = frozenset(_CONTEXT.groupindex) | set(CONTEXT_CHARS.pattern)


@cache
def _table() -> dict[int, str]:
    return load_table()


def _by_context(folded: str) -> str:
    if not CONTEXT_CHARS.search(folded):
        return folded
    return _CONTEXT.sub(lambda match: match.lastgroup or match[0], folded)


@lru_cache(maxsize=1024)  # a passage is folded for its words and for its near copies
def _char_fold(text: str) -> str:
    folded = text.translate(_table())
    if folded.isascii():
        return folded
    lowered = folded.lower()
    if len(lowered) == len(folded):
        return lowered
    return "".join(low if len(low := char.lower()) == 1 else char for char in folded)


def fold(text: str) -> str:
    """The search fold of a text, character by character.

    Traditional becomes Simplified, full width half width, capitals small, and variants of a
    punctuation mark one mark. `len(fold(text)) == len(text)`, so an offset into one is an offset
    into the other. Some Traditional characters (著, 瞭, 藉 …) are decided by their neighbours.
    """
    return _by_context(_char_fold(text))


def fold_key(text: str, *, ignore_punctuation: bool = False) -> str:
    """The fold without white space, and without punctuation and symbols where asked."""
    drop = _NOT_IN_KEY if ignore_punctuation else _SPACE
    return _by_context(drop.sub("", _char_fold(text)))


def may_hold(folded: str, key: str) -> bool:
    """Whether a text can hold a key of `fold_key`: False only where one of its characters lacks.

    Args:
        folded: `fold` of the text.
        key: A key without white space.
    """
    return all(char in folded for char in key if char not in _BY_CONTEXT)


def fold_key_map(text: str, *, ignore_punctuation: bool = False) -> tuple[str, list[int]]:
    """`fold_key`, with the offset in `text` of each of its characters.

    A stretch `key[a:b]` (a < b) stands in the text at `offsets[a] : offsets[b - 1] + 1`.
    """
    drop = _NOT_IN_KEY if ignore_punctuation else _SPACE
    key, offsets = _without(_char_fold(text), drop)
    return _by_context(key), offsets


def _without(text: str, drop: re.Pattern[str]) -> tuple[str, list[int]]:
    """The text without what matches, and where each character that is left stood."""
    kept: list[str] = []
    offsets: list[int] = []
    at = 0
    for match in drop.finditer(text):
        kept.append(text[at : match.start()])
        offsets.extend(range(at, match.start()))
        at = match.end()
    kept.append(text[at:])
    offsets.extend(range(at, len(text)))
    return "".join(kept), offsets


def stem(word: str) -> str:
    """Fold the plural of an English word (Harman's S-stemmer, JASIS 42(1), 1991).

    English stands in Chinese speeches as names and single terms; a full stemmer would cost a
    dependency and change nothing that was measured.
    """
    if len(word) < 4 or not word.endswith("s") or not word.isascii():
        return word
    if word.endswith("ies") and word[-4] not in "ae":
        return word[:-3] + "y"
    if word.endswith("es") and word[-3] in "aeo":
        return word
    if word[-2] in "us":
        return word
    return word[:-1]


class Tokenizer:
    """Words of Chinese (jieba's segmentation by rjieba) and English, with numbers.

    A word of three characters or more also gives the shorter dictionary words inside it, so that
    成果转化 is found by 转化. A user term is always a token where it stands. A single character
    is a token only where no longer word covers it.

    Args:
        user_terms: Terms that are to be found as one word, in any script.
    """

    def __init__(self, user_terms: Iterable[str] = ()) -> None:
        terms = {fold_key(term, ignore_punctuation=True) for term in user_terms} - {""}
        self._terms = sorted(terms, key=lambda term: (-len(term), term))
        self._term_pattern = re.compile("|".join(map(re.escape, self._terms)) or r"(?!)")
        self._loaded: Any = None

    def __reduce__(self) -> tuple[Callable[[tuple[str, ...]], Tokenizer], tuple[tuple[str, ...]]]:
        """For another process: made anew there, once for the same terms."""
        return _tokenizer_of, (tuple(self._terms),)

    @property
    def user_terms(self) -> Sequence[str]:
        """The user's terms as they are compared: folded, longest first."""
        return tuple(self._terms)

    @property
    def digest(self) -> str:
        """SHA-256 over what determines the tokens: rules, rjieba's version, the user's terms."""
        from importlib.metadata import version

        parts = [f"rules {RULES_VERSION}", f"rjieba {version('rjieba')}", *self._terms]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def warm_up(self) -> None:
        """Load the dictionary now (0.15 s) instead of with the first text."""
        self._jieba().cut("预热")

    def tokenize(self, text: str) -> list[str]:
        """The tokens of a text in the order of where they start, with repetitions."""
        squeezed = _by_context(_IDLE_SPACE.sub("", _char_fold(text)))
        tokens: list[str] = []
        for piece, _start, is_term in self._pieces(squeezed):
            if is_term:
                tokens += [token for token, _start, _end in self._term_spans(piece, 0)]
            else:
                self._add_tokens(piece, tokens)
        return tokens

    def _add_tokens(self, piece: str, tokens: list[str]) -> None:
        """What `_spans` gives for a piece without user terms, without spans and twice as fast."""
        cut = self._jieba().cut_for_search
        number, number_end = "", -1
        for match in _RUN.finditer(piece):
            run = match[0]
            if match.lastgroup == "han":
                words = cut(run)
                if number_end == match.start() and len(words[0]) == 1:
                    words[0] = number + words[0]
                tokens += words
            elif match.lastgroup == "number":
                number, number_end = run.replace(",", ""), match.end()
                tokens.append(number)
            else:
                tokens.append(stem(run.removesuffix("'s")))

    def tokenize_spans(self, text: str) -> list[Span]:
        """The tokens as `tokenize` gives them, each with its start and end in `text`."""
        squeezed, offsets = _without(_char_fold(text), _IDLE_SPACE)
        return [
            (token, offsets[start], offsets[end - 1] + 1)
            for token, start, end in self._spans(_by_context(squeezed))
        ]

    def _jieba(self) -> Any:
        if self._loaded is None:
            # The module's own instance: making another costs 0.1 s more. Nothing is added to its
            # dictionary, for user terms are cut out beforehand.
            import rjieba

            self._loaded = rjieba
        return self._loaded

    def _spans(self, text: str) -> Iterator[Span]:
        """Tokens of a folded text without idle white space, offsets into that text."""
        number: Span | None = None
        for piece, start, is_term in self._pieces(text):
            if is_term:
                yield from self._term_spans(piece, start)
                number = None
                continue
            for match in _RUN.finditer(piece):
                at = start + match.start()
                if match.lastgroup == "han":
                    yield from self._han_spans(match[0], at, number)
                    number = None
                elif match.lastgroup == "number":
                    number = (match[0].replace(",", ""), at, start + match.end())
                    yield number
                else:
                    number = None
                    yield (stem(match[0].removesuffix("'s")), at, start + match.end())

    def _pieces(self, text: str) -> Iterator[tuple[str, int, bool]]:
        """Cut the text at user terms: (piece, start, whether it is a term)."""
        at = 0
        for match in self._term_pattern.finditer(text):
            start, end = match.span()
            if _inside_word(text, start, end):
                continue
            if at < start:
                yield text[at:start], at, False
            yield match[0], start, True
            at = end
        if at < len(text):
            yield text[at:], at, False

    def _term_spans(self, term: str, start: int) -> Iterator[Span]:
        whole = (term, start, start + len(term))
        for match in _RUN.finditer(term):
            if match.lastgroup == "han":
                for token, begin, end in self._jieba().tokenize(match[0], "search"):
                    span = (token, start + match.start() + begin, start + match.start() + end)
                    # A term's single characters say nothing that the term does not.
                    if end - begin > 1 and span != whole:
                        yield span
        yield whole

    def _han_spans(self, run: str, start: int, number: Span | None) -> Iterator[Span]:
        """Words of one run of Chinese; 年 after 2025 becomes 2025年."""
        for token, begin, end in self._jieba().tokenize(run, "search"):
            if number and begin == 0 and end == 1 and number[2] == start:
                yield (number[0] + token, number[1], start + end)
            else:
                yield (token, start + begin, start + end)


@lru_cache(maxsize=1)
def _tokenizer_of(user_terms: tuple[str, ...]) -> Tokenizer:
    return Tokenizer(user_terms)


def _inside_word(text: str, start: int, end: int) -> bool:
    """Whether a Latin term is only a part of a longer word, as ai is of training."""
    return _splits_word(text, start) or _splits_word(text, end)


def _splits_word(text: str, at: int) -> bool:
    if not 0 < at < len(text):
        return False
    return all(char.isascii() and char.isalnum() for char in text[at - 1 : at + 1])
