"""How sure one may be that the passages found answer the question.

A logistic model over what the stages of the search say in absolute terms, so that the scores of
different questions can be held against one threshold. Its coefficients are fitted by
`python -m benchmarks.answers.calibrate` on answerable questions and on questions that no speech of
the library answers (benchmarks/results/answers-refusal.md).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from speechrag.index.tokens import fold_key
from speechrag.search.explain import TokenEncoder
from speechrag.search.query import Query
from speechrag.search.rewrite import Thesaurus
from speechrag.search.stopwords import QUESTION_WORDS
from speechrag.types import Encoder, Hit

PARTS = ("dense", "lexical", "context")
N_NEAR = 60  # words of the language near the question
N_AROUND, N_WORDS = 12, 8  # words near each of its first words
N_HITS = 5  # whose text is looked at; an answer further down is none for a person

# Feature → (mean, scale, coefficient), and the intercept: printed by benchmarks.answers.calibrate.
MODEL: dict[str, tuple[float, float, float]] = {
    "dense": (0.1458, 0.0476, 1.2786),
    "lexical": (0.0131, 0.0137, -0.6775),
    "context": (0.0149, 0.0092, 0.4895),
    "lead": (0.1414, 0.1230, 0.3101),
    "covered": (0.3484, 0.3129, 0.2750),
    "close": (0.5430, 0.1803, -0.2786),
    "known": (0.2229, 0.0864, 1.0482),
    "known_words": (0.2707, 0.1128, 0.6296),
    "english": (0.2018, 0.3770, -0.0298),
}
INTERCEPT = 0.9835


class Terms(Protocol):
    """What a library knows of a term; the lexical index is one."""

    def df(self, term: str) -> int:
        """In how many passages it stands."""

    def idf(self, term: str) -> float:
        """Its weight."""


def confidence(query: Query, hits: Sequence[Hit], *, terms: Terms, encoder: Encoder) -> float:
    """The probability, in [0, 1], that the hits answer the question; 0 without hits.

    Args:
        query: The question, as the engine analysed it.
        hits: What the engine found, best first.
        terms: `engine.generation.lexical`.
        encoder: The encoder of the index.

    """
    if not hits:
        return 0.0
    values = measure_evidence(query, hits, terms=terms, encoder=encoder)
    logit = INTERCEPT + sum(
        coefficient * (values[name] - mean) / scale
        for name, (mean, scale, coefficient) in MODEL.items()
    )
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def measure_evidence(
    query: Query, hits: Sequence[Hit], *, terms: Terms, encoder: Encoder
) -> dict[str, float]:
    """The features of `MODEL`, from the first hits.

    dense, lexical, context: the best share of these stages in a score. lead: how far the first hit
    is ahead of the last. covered: share of the question's words, by idf, in a passage or its
    headings. close: how near the nearest word of a passage is to each word of the question, a mean
    weighted by the words' share of the question's vector. known: of the words of the language that
    are nearest to the question, those that this library uses; known_words: the same, for each of
    the question's own words.
    """
    first = hits[:N_HITS]
    known, known_words = _known(query, terms, encoder)
    return {
        **{part: max(hit.parts.get(part, 0.0) for hit in first) for part in PARTS},
        "lead": first[0].score - first[-1].score,
        "covered": max(_covered(query, hit, terms) for hit in first),
        "close": max(_closeness(query, hit, encoder) for hit in first),
        "known": known,
        "known_words": known_words,
        "english": 1 - query.chinese_share,
    }


def _known(query: Query, terms: Terms, encoder: Encoder) -> tuple[float, float]:
    """(share for the question, mean share for its words); 0.5 where it cannot be told."""
    if not isinstance(encoder, Thesaurus):
        return 0.5, 0.5
    near = encoder.nearest_tokens(query.text, N_NEAR, "zh")
    whole = sum(cosine for _, cosine in near)
    known = sum(cosine for token, cosine in near if terms.df(token)) / whole if near else 0.5
    shares = []
    for term in [term for term in query.terms if len(term) > 1][:N_WORDS]:
        around = [token for token, _ in encoder.nearest_tokens(term, N_AROUND, "zh")]
        # the word itself counts for four of its neighbours
        votes = [bool(terms.df(token)) for token in around + [term] * (N_AROUND // 3)]
        shares.append(sum(votes) / len(votes))
    return known, sum(shares) / len(shares) if shares else 0.5


def _covered(query: Query, hit: Hit, terms: Terms) -> float:
    weights = {term: weight * terms.idf(term) for term, weight in query.terms.items()}
    key = fold_key(" ".join((hit.text, *hit.passage.section_path, hit.speech.title)))
    here = sum(weight for term, weight in weights.items() if fold_key(term) in key)
    return here / (sum(weights.values()) or 1.0)


def _closeness(query: Query, hit: Hit, encoder: Encoder) -> float:
    """Mean cosine of the question's words with their nearest word of the passage."""
    if not isinstance(encoder, TokenEncoder):
        return hit.parts.get("dense", 0.0)
    asked = [v for t, _, v in encoder.token_vectors(query.folded) if t not in QUESTION_WORDS]
    found = [v for _, _, v in encoder.token_vectors(hit.text)]
    if not asked or not found:
        return 0.0
    a, b = np.stack(asked), np.stack(found)
    weights = np.linalg.norm(a, axis=1)
    a = a / np.maximum(weights, 1e-9)[:, None]
    b = b / np.maximum(np.linalg.norm(b, axis=1), 1e-9)[:, None]
    return float((weights * (a @ b.T).max(axis=1)).sum() / weights.sum())
