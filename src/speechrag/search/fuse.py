"""From what each stage says of a candidate to one score.

A convex sum of normalised scores, after Bruch, Gai and Ingber, "An Analysis of Fusion Functions for
Hybrid Retrieval" (ACM TOIS 2023): it keeps how far apart candidates are, which reciprocal rank fusion
throws away. The weights depend on the question, since words are a sure guide to a Chinese passage for
a Chinese question and none for an English one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from speechrag.search.query import Query

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each stage counts; fitted on benchmarks/questions (see benchmarks/results/)."""

    lexical: float = 0.50
    dense: float = 0.40
    context: float = 0.10
    role: float = 0.06
    opposite_role: float = 0.0
    fields: Mapping[str, float] = field(
        default_factory=lambda: {"body": 1.0, "heading": 0.35, "title": 0.1}
    )
    added_terms: float = 0.4  # terms that translation or synonymy brought in


def weights_for(query: Query, base: Weights) -> Weights:
    """The weights for one question: the fewer Han characters, the more meaning counts."""
    lexical = base.lexical * (0.35 + 0.65 * min(1.0, query.chinese_share * 1.5))
    if query.asks_fact:
        lexical *= 1.25
    total = lexical + base.dense + base.context
    return replace(
        base,
        lexical=lexical / total,
        dense=base.dense / total,
        context=base.context / total,
    )


@dataclass(frozen=True, slots=True)
class Signals:
    """What each stage says of the candidates; arrays of one length, one row each.

    lexical: BM25, ≥ 0, unbounded. dense, context: cosines in [-1, 1]. role: 1 where the passage's
    role is the one asked for, else 0. phrase: 1 where a quoted phrase stands verbatim, else 0.
    """

    rows: NDArray[np.int64]
    lexical: Floats
    dense: Floats
    context: Floats
    role: Floats
    phrase: Floats


def fuse_signals(signals: Signals, weights: Weights) -> tuple[Floats, dict[str, Floats]]:
    """Scores in [0, 1 + role], and the share of each part in them."""
    parts = {
        "lexical": weights.lexical * _by_maximum(signals.lexical),
        "dense": weights.dense * _by_maximum(signals.dense),
        "context": weights.context * _by_maximum(signals.context),
        "role": weights.role * signals.role,
    }
    if signals.phrase.any():
        parts["phrase"] = signals.phrase
    total = np.sum(np.stack(list(parts.values())), axis=0, dtype=np.float32)
    return total, parts


def _by_maximum(scores: Floats) -> Floats:
    """Scores over the best of them; negatives count as nothing."""
    positive = np.maximum(scores, np.float32(0))
    best = positive.max(initial=0)
    return positive / best if best > 0 else positive


def reciprocal_rank_fusion(rankings: list[NDArray[np.int64]], k: int = 60) -> dict[int, float]:
    """Row → Σ 1 / (k + rank), ranks from 1 (Cormack, Clarke and Büttcher, SIGIR 2009)."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, row in enumerate(ranking.tolist(), 1):
            scores[row] = scores.get(row, 0.0) + 1.0 / (k + rank)
    return scores
