"""The nearest wordings that do occur, for a phrase that never does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from speechrag.index.tokens import fold_key
from speechrag.search.engine import Engine
from speechrag.timeline.pattern import Phrase

N_SUGGESTED = 3
N_HITS = 12
MIN_LIKENESS = 0.5
MERE_PART = 0.9  # a part of the phrase says less than another wording of the whole
_CLAUSE = re.compile(r"[^，。；：！？、,;:!?\n\"'()《》]+")
_EDGES = frozenset("的和与及之在对将把以为于等是了更也要")


def suggest_wordings(engine: Engine, phrase: Phrase) -> tuple[str, ...]:
    """At most three phrases of the library like this one, in letters and in meaning, best first."""
    from rapidfuzz import fuzz

    hits = engine.search(phrase.text, k=N_HITS, per_speech=0)
    candidates = dict.fromkeys(
        window
        for hit in (*hits.hits, *hits.suggestions)
        for text in (hit.text, *hit.passage.section_path)
        for window in _windows(text, len(phrase.key))
    )
    candidates.pop(phrase.key, None)
    letters = {
        text: fuzz.ratio(text, phrase.key) / 100 * (MERE_PART if text in phrase.key else 1)
        for text in candidates
    }
    best = sorted(candidates, key=lambda text: (-letters[text], text))[:200]
    if not best:
        return ()
    vectors = engine.encoder.encode_passages([phrase.key, *best])
    meant = vectors[1:] @ vectors[0]
    scores = {
        text: (letters[text] + float(near)) / 2 for text, near in zip(best, meant, strict=True)
    }
    chosen: list[str] = []
    for text in sorted(best, key=lambda text: (-scores[text], len(text), text)):
        if scores[text] < MIN_LIKENESS or len(chosen) == N_SUGGESTED:
            break
        if not any(text in other or other in text for other in chosen):
            chosen.append(text)
    return tuple(chosen)


def _windows(text: str, n_chars: int) -> Iterator[str]:
    """Runs of whole words of about the phrase's length."""
    import rjieba

    low, high = max(2, n_chars // 2), n_chars + max(2, n_chars // 2)
    for clause in _CLAUSE.findall(text):
        words = rjieba.cut(fold_key(clause, ignore_punctuation=True))
        for start, first in enumerate(words):
            if first in _EDGES:
                continue
            window = ""
            for word in words[start:]:
                window += word
                if len(window) > high:
                    break
                if len(window) >= low and word not in _EDGES:
                    yield window
