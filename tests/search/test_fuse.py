"""Fusion by hand arithmetic."""

import numpy as np
import pytest

from speechrag.search.fuse import Signals, Weights, fuse_signals, reciprocal_rank_fusion


def signals(**changed):
    zeros = np.zeros(2, dtype=np.float32)
    names = ("lexical", "dense", "late", "sentence", "nearby", "context", "role", "phrase", "name")
    values = dict.fromkeys(names, zeros)
    values |= {name: np.array(value, dtype=np.float32) for name, value in changed.items()}
    return Signals(rows=np.array([3, 8]), **values)


WEIGHTS = Weights(
    lexical=0.3,
    dense=0.2,
    late=0.1,
    sentence=0.3,
    nearby=0.1,
    context=0.2,
    role=0.1,
    phrase=1.0,
    asked_fact=2.0,
)


def test_a_score_is_the_weighted_sum_of_its_parts():
    total, parts = fuse_signals(
        signals(
            lexical=[0.5, 0.0],
            dense=[0.25, 1.0],
            late=[1.0, 0.5],
            sentence=[0.5, 0.2],
            nearby=[0.0, 0.4],
            context=[0.5, 0.0],
            role=[0, 1],
        ),
        WEIGHTS,
        asks_fact=False,
    )
    first = 0.3 * 0.5 + 0.2 * 0.25 + 0.1 + 0.3 * 0.5 + 0.2 * 0.5
    second = 0.2 + 0.1 * 0.5 + 0.3 * 0.2 + 0.1 * 0.4 + 0.1
    assert total == pytest.approx([first, second])
    assert sum(part[0] for part in parts.values()) == pytest.approx(total[0])


def test_a_question_for_a_fact_trusts_words_more():
    total, _ = fuse_signals(signals(lexical=[0.5, 0.25]), WEIGHTS, asks_fact=True)
    assert total == pytest.approx([0.3, 0.15])


def test_a_negative_cosine_takes_nothing_away():
    total, _ = fuse_signals(signals(dense=[-0.5, 0.5]), WEIGHTS, asks_fact=False)
    assert total == pytest.approx([0.0, 0.1])


def test_a_quoted_phrase_outweighs_everything_else():
    total, parts = fuse_signals(
        signals(lexical=[1, 0], dense=[1, 0], late=[1, 0], sentence=[1, 0], phrase=[0, 1]),
        WEIGHTS,
        asks_fact=False,
    )
    assert parts["phrase"] == pytest.approx([0, 1])
    assert total == pytest.approx([0.9, 1])


def test_reciprocal_rank_fusion_sums_reciprocal_ranks():
    scores = reciprocal_rank_fusion([np.array([5, 7]), np.array([7])], k=60)
    assert scores == pytest.approx({5: 1 / 61, 7: 1 / 62 + 1 / 61})
