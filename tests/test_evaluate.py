"""Metrics against hand arithmetic, and the reading of question files."""

import math

import pytest

from speechrag.errors import QuestionSetError
from speechrag.evaluate import (
    Judge,
    Question,
    average_by_kind,
    bootstrap_interval,
    load_questions,
    paired_p_value,
)

PASSAGES = [
    ("a", "一是健全供需對接機制。"),
    ("b", "二是简化转化流程,减少中间环节。"),
    ("c", "三是加大资金投入。"),
    ("d", "同志们,现在开会。"),
]
TEXT = dict(PASSAGES)


def ranker(*ids):
    return lambda _question: [(i, TEXT[i]) for i in ids]


def judge_one(gold, *ids):
    question = Question("q1", "howto", "如何转化", tuple(gold))
    return Judge(PASSAGES).judge([question], ranker(*ids))[0].values


def test_a_perfect_ranking_scores_one_on_every_metric():
    values = judge_one(["供需对接机制", "减少中间环节"], "b", "a", "d")
    assert values == pytest.approx({"ndcg@10": 1.0, "mrr@10": 1.0, "recall@5": 1.0})


def test_ndcg_discounts_by_the_logarithm_of_the_rank():
    values = judge_one(["供需对接机制", "减少中间环节"], "d", "a", "c", "b")
    dcg = 1 / math.log2(3) + 1 / math.log2(5)
    ideal = 1 + 1 / math.log2(3)
    assert values["ndcg@10"] == pytest.approx(dcg / ideal)
    assert values["mrr@10"] == pytest.approx(0.5)
    assert values["recall@5"] == pytest.approx(1.0)


def test_a_gold_counts_once_by_the_first_passage_that_has_it():
    copies = [("a", "简化转化流程"), ("b", "简化转化流程。"), ("c", "无关")]
    question = Question("q", "fact", "流程", ("转化流程",))
    judged = Judge(copies).judge([question], lambda _q: copies)
    assert judged[0].values == pytest.approx({"ndcg@10": 1.0, "mrr@10": 1.0, "recall@5": 1.0})


def test_two_golds_in_one_passage_make_one_relevant_passage():
    values = judge_one(["简化转化流程", "减少中间环节"], "b")
    assert values["ndcg@10"] == pytest.approx(1.0)


def test_matching_ignores_script_width_and_spaces():
    assert judge_one(["供需對接 机制。"], "a")["mrr@10"] == pytest.approx(1.0)


def test_missing_an_answer_scores_zero():
    assert judge_one(["资金投入"], "a", "b") == pytest.approx(
        {"ndcg@10": 0.0, "mrr@10": 0.0, "recall@5": 0.0}
    )


def test_golds_that_stand_nowhere_are_named():
    question = Question("q", "fact", "?", ("资金投入", "没有的话"))
    assert Judge(PASSAGES).missing([question]) == [(question, "没有的话")]


def test_means_are_given_by_kind_and_over_all():
    questions = [Question("1", "fact", "x", ("资金投入",)), Question("2", "howto", "y", ("对接",))]
    judged = Judge(PASSAGES).judge(questions, ranker("c"))
    means = average_by_kind(judged)
    assert means["fact"]["ndcg@10"] == pytest.approx(1.0)
    assert means["howto"]["ndcg@10"] == pytest.approx(0.0)
    assert means["all"]["ndcg@10"] == pytest.approx(0.5)
    assert means["all"]["n"] == 2


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[]", "非空"),
        ("- {id: a, q: ''}", "第 1 项"),
        ("- {q: x, gold: []}", "gold"),
        ("{", "YAML"),
    ],
)
def test_a_wrong_question_file_is_refused_by_name(tmp_path, text, named):
    file = tmp_path / "questions.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(QuestionSetError) as caught:
        load_questions(file)
    assert named in str(caught.value)
    assert "questions.yaml" in str(caught.value)


def test_the_interval_of_a_constant_is_that_constant():
    assert bootstrap_interval([0.5] * 10) == pytest.approx((0.5, 0.5))


def test_the_interval_has_the_normal_width_for_many_values():
    values = [0.0, 1.0] * 200
    low, high = bootstrap_interval(values)
    half = 1.96 * 0.5 / math.sqrt(400)
    assert low == pytest.approx(0.5 - half, abs=0.005)
    assert high == pytest.approx(0.5 + half, abs=0.005)


def test_the_paired_test_equals_the_exact_sign_count():
    first, second = [1.0] * 6, [0.0] * 6
    # all 6 differences have one sign: 2 of the 2**6 sign patterns are as extreme
    assert paired_p_value(first, second) == pytest.approx(2 / 2**6)
    assert paired_p_value(first, first) == 1.0
