"""From what each stage says of a candidate to one score.

A convex sum, after Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval"
(ACM TOIS 2023), which keeps how far apart candidates are where reciprocal rank fusion loses it.
Each stage is normalised by what it could have given at most, not by what it gave its best
candidate: a question whose words stand nowhere then leaves the choice to meaning by itself, and the
scores of different questions can be held against one threshold (docs/adr/0006-fusion.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each stage counts; fitted with cross-validation (docs/adr/0006-fusion.md)."""

    lexical: float = 0.05
    dense: float = 1.0
    late: float = 2.3
    sentence: float = 0.8
    nearby: float = 0.4
    context: float = 0.3
    role: float = 0.5
    phrase: float = 1.0
    name: float = 0.3
    fields: Mapping[str, float] = field(
        default_factory=lambda: {"body": 1.0, "heading": 0.25, "title": 0.05}
    )
    added_terms: float = 0.3  # terms that translation or synonymy brought in
    asked_fact: float = 5.0  # times `lexical`, for a question that asks a figure, name or date
    # Below these a hit, or the best hit, is no answer: the right passages of all our questions lie
    # above (benchmarks/results/thresholds.md).
    min_score: float = 0.18
    min_best_score: float = 0.19


WITHOUT_TOKENS = Weights(
    lexical=1.0,
    late=0.0,
    sentence=0.0,
    nearby=0.0,
    context=0.15,
    role=0.2,
    asked_fact=1.5,
    min_score=0.0,
    min_best_score=0.0,
)
"""For an encoder without token vectors: words then speak only through BM25; not calibrated."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What each stage says of the candidates; arrays of one length, one row each.

    lexical: BM25 over the most it could be for this question, in [0, 1]. dense, context: cosines in
    [-1, 1]. late: word by word; sentence: the cosine of the best sentence; nearby: that of the
    better neighbour; these in [0, 1], 0 where there are no token vectors. role: how telling it is
    that the passage has the role asked for, in [0, 1]. phrase, name: the share of the quoted
    phrases, and of the rare proper nouns, that it holds verbatim.
    """

    rows: NDArray[np.int64]
    lexical: Floats
    dense: Floats
    late: Floats
    sentence: Floats
    nearby: Floats
    context: Floats
    role: Floats
    phrase: Floats
    name: Floats

    def take(self, places: NDArray[np.int64]) -> Signals:
        """The candidates at some places only."""
        return Signals(
            rows=self.rows[places],
            lexical=self.lexical[places],
            dense=self.dense[places],
            late=self.late[places],
            sentence=self.sentence[places],
            nearby=self.nearby[places],
            context=self.context[places],
            role=self.role[places],
            phrase=self.phrase[places],
            name=self.name[places],
        )


def fuse_signals(
    signals: Signals, weights: Weights, *, asks_fact: bool
) -> tuple[Floats, dict[str, Floats]]:
    """Scores, higher is better, about 0 to 1; and the share of each part in them, which add up."""
    lexical = weights.lexical * (weights.asked_fact if asks_fact else 1.0)
    whole = weights.lexical + weights.dense + weights.late + weights.sentence + weights.nearby
    parts = {
        "lexical": signals.lexical * np.float32(lexical / whole),
        "dense": np.maximum(signals.dense, 0) * np.float32(weights.dense / whole),
        "late": signals.late * np.float32(weights.late / whole),
        "sentence": signals.sentence * np.float32(weights.sentence / whole),
        "nearby": signals.nearby * np.float32(weights.nearby / whole),
        "context": np.maximum(signals.context, 0) * np.float32(weights.context / whole),
        "role": signals.role * np.float32(weights.role / whole),
    }
    if signals.phrase.any():
        parts["phrase"] = signals.phrase * np.float32(weights.phrase)
    if signals.name.any():
        parts["name"] = signals.name * np.float32(weights.name)
    total: Floats = np.zeros(len(signals.rows), dtype=np.float32)
    for part in parts.values():
        total = total + part
    return total, parts


def reciprocal_rank_fusion(rankings: list[NDArray[np.int64]], k: int = 60) -> dict[int, float]:
    """Row → Σ 1 / (k + rank), ranks from 1 (Cormack, Clarke and Büttcher, SIGIR 2009).

    Not what the engine uses; the rival that benchmarks hold it against.
    """
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, row in enumerate(ranking.tolist(), 1):
            scores[row] = scores.get(row, 0.0) + 1.0 / (k + rank)
    return scores
