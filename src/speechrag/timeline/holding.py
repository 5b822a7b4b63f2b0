"""Which speeches may hold a phrase, told from the index of words alone.

Every Chinese character of an indexed text stands in a word of it. So whatever words the tokenizer
saw there, a passage that holds the phrase has, for each of the phrase's characters, some term that
covers it and agrees with the phrase wherever the two overlap. Passages without one are out; the
others are read. Nothing that holds the phrase is ever missed (a test compares with reading all).
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from speechrag.index.lexical import LexicalIndex
from speechrag.search.candidates import Searchable

_HAN = re.compile("[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af]")
_LETTER_OR_FIGURE = re.compile(r"[^\W_]")
_STEMMED_AWAY = frozenset("siey'")  # the tokenizer folds plurals: cities is city


class Narrowing:
    """Answers, for one generation, which passages can hold a folded phrase."""

    def __init__(self, generation: Searchable) -> None:
        self._lexical: LexicalIndex = generation.lexical
        self._store = generation.store
        self._terms: dict[str, list[str]] = {}  # by character, for each is asked for many times

    def speech_numbers(self, key: str) -> NDArray[np.int64]:
        """The numbers of the speeches that may hold it, rising."""
        return np.unique(self._store.speech_of_row[self.rows(key)]).astype(np.int64)

    def rows(self, key: str) -> NDArray[np.int64]:
        """The passages that may hold it, or stand under a heading or title that does, rising."""
        held = np.ones(self._store.n_passages, dtype=bool)
        for at in range(len(key)):
            rows = self._rows_covering(key, at)
            if rows is not None:
                here = np.zeros(len(held), dtype=bool)
                here[rows] = True
                held &= here
        return np.flatnonzero(held)

    def _rows_covering(self, key: str, at: int) -> NDArray[np.int32] | None:
        """Rows with a term that can cover the character; None where the character tells nothing."""
        char = key[at]
        if _HAN.match(char):
            terms = [term for term in self._containing(char) if _agrees(term, key, at)]
        elif _LETTER_OR_FIGURE.match(char) and char not in _STEMMED_AWAY:
            terms = self._containing(char)
        else:
            return None
        fields = self._lexical.fields
        parts = [self._lexical.postings(term, field)[0] for term in terms for field in fields]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int32)

    def _containing(self, char: str) -> list[str]:
        if char not in self._terms:
            self._terms[char] = self._lexical.terms_containing(char)
        return self._terms[char]


def _agrees(term: str, key: str, at: int) -> bool:
    """Whether a term can stand over `key[at]` and agree with the key wherever they overlap.

    Only Chinese characters are compared: 1,200年 is indexed as 1200年.
    """
    place = term.find(key[at])
    while place >= 0:
        shift = at - place  # term[i] stands at key[i + shift]
        low, high = max(0, -shift), min(len(term), len(key) - shift)
        pairs = zip(term[low:high], key[low + shift : high + shift], strict=True)
        if all(a == b or not (_HAN.match(a) and _HAN.match(b)) for a, b in pairs):
            return True
        place = term.find(key[at], place + 1)
    return False
