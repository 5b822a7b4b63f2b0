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


@cache
def _words() -> dict[str, float]:
    """The cost (negative natural log probability) of each word of up to five characters."""
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        return {}
    rows = (Path(spec.origin).parent / "dict.txt").read_text("utf-8").splitlines()
    counts: dict[str, int] = {}
    for row in rows:
        word, count, *_ = row.split(" ")
        if len(word) <= MAX_WORD_CHARS:
            counts[word] = counts.get(word, 0) + int(count)
    total = math.log(sum(counts.values()))
    return {word: total - math.log(max(count, 1)) for word, count in counts.items()}


def is_word(text: str) -> bool:
    """Whether the dictionary lists a word, in Simplified or Traditional writing."""
    return simplify(text) in _words()


def sound_cost(text: str) -> float:
    """The cost of the likeliest split into words; 4 to 6 a character is sound, over 9 is not."""
    words = _words()
    plain = simplify(text)
    n = len(plain)
    best = [0.0] * (n + 1)
    for at in range(n - 1, -1, -1):
        char = plain[at]
        if not IS_HAN.match(char):
            best[at] = best[at + 1] + min(char_cost(char), 14.0)
            continue
        single = words.get(char)
        cost = char_cost(text[at])
        alone = cost + _UNLISTED_COST if single is None else max(single, cost)
        lowest = alone + best[at + 1]
        for end in range(at + 2, min(n, at + MAX_WORD_CHARS) + 1):
            word = words.get(plain[at:end])
            if word is not None and word + best[end] < lowest:
                lowest = word + best[end]
        best[at] = lowest
    return best[0]
