"""Other words for the question's words, from the encoder's own vectors; no model is asked.

English words become Chinese terms by their nearest Chinese tokens; rare Chinese words get a few
near-synonyms. Both count less than the words that were typed (`Weights.added_terms`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

from speechrag.index.lexical import LexicalIndex
from speechrag.search.query import Query

N_TRANSLATIONS = 4  # Chinese tokens for an English word
MIN_TRANSLATION_COSINE = 0.45
N_SYNONYMS = 3  # for a Chinese word
MIN_SYNONYM_COSINE = 0.60
N_CONTAINING = 30  # indexed words that hold a word which is in no passage


@runtime_checkable
class Thesaurus(Protocol):
    """An encoder that can name the tokens nearest to a text."""

    def nearest_tokens(self, text: str, k: int, script: str) -> Sequence[tuple[str, float]]:
        """Up to k (token, cosine), falling, in a script: "zh" or "en"; never the text itself."""


def expand_query(
    query: Query, encoder: object, lexical: LexicalIndex, *, relaxed: bool = False
) -> Query:
    """The query with other words in `added`, weights in (0, 1].

    Words that no passage holds are looked for inside longer ones, so that 汛 finds 防汛. In the
    relaxed pass English words are translated and Chinese words get synonyms, when the encoder is a
    `Thesaurus`: in the first pass late interaction sees the same neighbours better and sooner
    (benchmarks/results/retrieval.md). Only indexed words are added.
    """
    added: dict[str, float] = {}

    def add(word: str, weight: float) -> None:
        if word not in query.terms and lexical.df(word) > 0:
            added[word] = max(added.get(word, 0.0), min(1.0, weight))

    for term in query.terms:
        if not term.isascii() and lexical.df(term) == 0:
            for word in lexical.terms_containing(term)[:N_CONTAINING]:
                add(word, 1.0)
    if relaxed and isinstance(encoder, Thesaurus):
        for token, cosine in _near_words(query, encoder):
            add(token, float(cosine))
    return replace(query, added=added)


def _near_words(query: Query, encoder: Thesaurus) -> list[tuple[str, float]]:
    near: list[tuple[str, float]] = []
    english = query.english_words
    for text in (*english, *([" ".join(english)] if len(english) > 1 else [])):
        found = encoder.nearest_tokens(text, N_TRANSLATIONS, "zh")
        near += [(token, cosine) for token, cosine in found if cosine >= MIN_TRANSLATION_COSINE]
    for term in query.terms:
        if len(term) > 1 and not term.isascii():
            found = encoder.nearest_tokens(term, N_SYNONYMS, "zh")
            near += [(token, cosine) for token, cosine in found if cosine >= MIN_SYNONYM_COSINE]
    return near
