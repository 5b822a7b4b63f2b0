"""How sure one may be that the passages found answer the question.

A logistic model over what the stages of the search say in absolute terms, so that the scores of
different questions can be held against one threshold. Its coefficients are fitted by
`python -m benchmarks.answers.calibrate` on answerable questions and on questions that no speech of
the library answers (benchmarks/results/answers-refusal.md).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from speechrag.index.tokens import fold_key
from speechrag.search.explain import TokenEncoder
from speechrag.search.query import Query
from speechrag.search.stopwords import QUESTION_WORDS
from speechrag.types import Encoder, Hit

N_HITS = 5  # whose text is looked at; an answer further down is none for a person

# Feature → (mean, scale, coefficient), and the intercept: printed by benchmarks.answers.calibrate.
MODEL: dict[str, tuple[float, float, float]] = {
    "dense": (0.14, 0.05, 1.0),
    "lexical": (0.08, 0.07, 1.0),
    "covered": (0.4, 0.3, 1.0),
    "close": (0.45, 0.15, 1.0),
}
INTERCEPT = 1.0


def confidence(
    query: Query, hits: Sequence[Hit], *, idf: Callable[[str], float], encoder: Encoder
) -> float:
    """The probability, in [0, 1], that the hits answer the question; 0 without hits.

    Args:
        query: The question, as the engine analysed it.
        hits: What the engine found, best first.
        idf: The weight of a term in this library (`engine.generation.lexical.idf`).
        encoder: The encoder of the index.

    """
    if not hits:
        return 0.0
    values = measure_evidence(query, hits, idf=idf, encoder=encoder)
    logit = INTERCEPT + sum(
        coefficient * (values[name] - mean) / scale
        for name, (mean, scale, coefficient) in MODEL.items()
    )
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def measure_evidence(
    query: Query, hits: Sequence[Hit], *, idf: Callable[[str], float], encoder: Encoder
) -> dict[str, float]:
    """The features of `MODEL`, and those that were tried beside them; the best of the first hits.

    dense, lexical: the share of these stages in the score. covered: share of the question's words,
    by idf, in the passage or its headings. close: how near the nearest word of the passage is to
    each word of the question, as a mean weighted by the words' share of the question's vector;
    remote: the same for the word of the question that is worst off among the weighty ones.
    """
    first = hits[:N_HITS]
    dense = max(hit.parts.get("dense", 0.0) for hit in first)
    close, remote = max(_closeness(query, hit, encoder) for hit in first)
    return {
        "dense": dense,
        "lexical": max(hit.parts.get("lexical", 0.0) for hit in first),
        "context": max(hit.parts.get("context", 0.0) for hit in first),
        "covered": max(_covered(query, hit, idf) for hit in first),
        "close": close,
        "remote": remote,
        "lead": hits[0].score - hits[-1].score,
        "english": 1 - query.chinese_share,
    }


def _covered(query: Query, hit: Hit, idf: Callable[[str], float]) -> float:
    weights = {term: weight * idf(term) for term, weight in query.terms.items()}
    key = fold_key(" ".join((hit.text, *hit.passage.section_path, hit.speech.title)))
    here = sum(weight for term, weight in weights.items() if fold_key(term) in key)
    return here / (sum(weights.values()) or 1.0)


def _closeness(query: Query, hit: Hit, encoder: Encoder) -> tuple[float, float]:
    """(mean, worst) cosine of the question's words with their nearest word of the passage."""
    if not isinstance(encoder, TokenEncoder):
        dense = hit.parts.get("dense", 0.0)
        return dense, dense
    asked = [v for t, _, v in encoder.token_vectors(query.folded) if t not in QUESTION_WORDS]
    found = [v for _, _, v in encoder.token_vectors(hit.text)]
    if not asked or not found:
        return 0.0, 0.0
    a, b = np.stack(asked), np.stack(found)
    weights = np.linalg.norm(a, axis=1)
    a = a / np.maximum(weights, 1e-9)[:, None]
    b = b / np.maximum(np.linalg.norm(b, axis=1), 1e-9)[:, None]
    best = (a @ b.T).max(axis=1)
    weighty = weights >= 0.5 * weights.max()
    return float((weights * best).sum() / weights.sum()), float(best[weighty].min())
