"""Other words for the question's words, from the encoder's own vectors; no model is asked.

English words become Chinese terms by their nearest Chinese tokens; rare Chinese words get a few
near-synonyms. Both count less than the words that were typed (`Weights.added_terms`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

from speechrag.search.query import Query

N_TRANSLATIONS = 4  # Chinese tokens for an English word
MIN_TRANSLATION_COSINE = 0.45
N_SYNONYMS = 3  # for a Chinese word
MIN_SYNONYM_COSINE = 0.60


@runtime_checkable
class Thesaurus(Protocol):
    """An encoder that can name the tokens nearest to a text."""

    def nearest_tokens(self, text: str, k: int, script: str) -> Sequence[tuple[str, float]]:
        """Up to k (token, cosine), falling, in a script: "zh" or "en"; never the text itself."""


def expand_query(query: Query, encoder: object, is_indexed: Callable[[str], bool]) -> Query:
    """The query with translations and synonyms in `added`, weights in (0, 1].

    Args:
        query: The question.
        encoder: Expands only when it is a `Thesaurus`.
        is_indexed: Whether any passage holds a term; others are left out.

    """
    if not isinstance(encoder, Thesaurus):
        return query
    added: dict[str, float] = {}

    def add(near: Sequence[tuple[str, float]], least: float) -> None:
        for token, cosine in near:
            if cosine >= least and token not in query.terms and is_indexed(token):
                added[token] = max(added.get(token, 0.0), min(1.0, float(cosine)))

    english = query.english_words
    for word in english:
        add(encoder.nearest_tokens(word, N_TRANSLATIONS, "zh"), MIN_TRANSLATION_COSINE)
    if len(english) > 1:
        add(encoder.nearest_tokens(" ".join(english), N_TRANSLATIONS, "zh"), MIN_TRANSLATION_COSINE)
    for term in query.terms:
        if len(term) > 1 and not term.isascii():
            add(encoder.nearest_tokens(term, N_SYNONYMS, "zh"), MIN_SYNONYM_COSINE)
    return replace(query, added=added)
