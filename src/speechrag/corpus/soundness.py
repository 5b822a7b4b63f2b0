"""How sound a short stretch reads as Chinese: the cost of its likeliest words.

Word frequencies come from jieba's dictionary (MIT), read from its file when first needed. A
unigram word model with the Viterbi split that jieba itself uses; Traditional is looked up folded.
"""

from __future__ import annotations

import math
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from speechrag.corpus.characters import IS_HAN, simplify
from speechrag.corpus.likelihood import char_cost

MAX_WORD_CHARS = 5
_UNLISTED_COST = 4.0  # on top of a character's own cost when no word explains it


class _Words:
    """What the dictionary says of words of up to five characters.

    Attributes:
        counts: How often each was seen; longer words besides, which nobody asks for.
        total: The natural log of how often all of them were.
    """

    def __init__(self, text: str) -> None:
        parts = text.split()  # word, count, part of speech; twice as fast as line by line
        words, counts = parts[::3], list(map(int, parts[1::3]))
        self.counts = dict(zip(words, counts, strict=True))
        short = (n for word, n in zip(words, counts, strict=True) if len(word) <= MAX_WORD_CHARS)
        self.total = math.log(max(sum(short), 1))

    def cost(self, word: str) -> float | None:
        """The negative natural log probability of a word; None if it is not listed."""
        count = self.counts.get(word)
        return None if count is None else self.total - math.log(max(count, 1))


@cache
def _words() -> _Words:
    """The words of jieba's dictionary; none where it is not installed."""
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        return _Words("")
    return _Words((Path(spec.origin).parent / "dict.txt").read_text("utf-8"))


def is_word(text: str) -> bool:
    """Whether the dictionary lists a word of up to five characters, Simplified or Traditional."""
    return len(text) <= MAX_WORD_CHARS and simplify(text) in _words().counts


def sound_cost(text: str) -> float:
    """The cost of the likeliest split into words; 4 to 6 a character is sound, over 9 is not."""
    cost_of = _words().cost
    plain = simplify(text)
    n = len(plain)
    best = [0.0] * (n + 1)
    for at in range(n - 1, -1, -1):
        char = plain[at]
        if not IS_HAN.match(char):
            best[at] = best[at + 1] + min(char_cost(char), 14.0)
            continue
        single = cost_of(char)
        cost = char_cost(text[at])
        alone = cost + _UNLISTED_COST if single is None else max(single, cost)
        lowest = alone + best[at + 1]
        for end in range(at + 2, min(n, at + MAX_WORD_CHARS) + 1):
            word = cost_of(plain[at:end])
            if word is not None and word + best[end] < lowest:
                lowest = word + best[end]
        best[at] = lowest
    return best[0]
