"""What speaks for an answer being there, and what is no question to a library."""

import numpy as np
import pytest

from speechrag.answer.confidence import MODEL, Vocabulary, confidence, measure_evidence
from speechrag.answer.extract import compose_answer
from speechrag.answer.refuse import UNSURE, caution, is_small_talk, name_absent


def measure(engine, question):
    return measure_evidence(
        engine.analyse(question), engine.search(question, k=12, per_speech=100).hits, engine
    )


class Words:
    def common_words(self, script):
        assert script == "zh"
        return ["东", "西", "南"], np.array([[1, 0], [0, 1], [0.6, 0.8]], dtype=np.float32)


class Library:
    def dfs(self, terms):
        return np.array([term != "东" for term in terms]).astype(int)


def test_the_share_of_near_words_in_use_is_weighted_by_their_cosine():
    vocabulary = Vocabulary(Words(), Library())
    shares = vocabulary.used_near(np.array([[1, 0], [0, 1]], dtype=np.float32), 2)
    np.testing.assert_allclose(shares, [0.6 / 1.6, 1.0], rtol=1e-6)


def test_the_nearest_word_in_use_is_found():
    vocabulary = Vocabulary(Words(), Library())
    nearest = vocabulary.nearest_used(np.array([[1, 0], [0, 1], [-1, 0]], dtype=np.float32))
    np.testing.assert_allclose(nearest, [0.6, 1.0, 0.0], rtol=1e-6)


def test_no_hits_give_no_confidence(engine):
    assert confidence(engine.analyse("成果转化"), [], engine) == 0.0


def test_every_feature_of_the_model_is_measured(engine):
    assert set(measure(engine, "怎样清理证明")) == set(MODEL)


def test_a_fact_that_is_given_is_told_and_one_that_is_not_is_not(engine):
    given = measure(engine, "澄心办手机端注册用户有多少？")["told"]
    missing = measure(engine, "澄江区有多少家博物馆？")["told"]
    assert given > 0.5 > missing


def test_a_year_that_no_hit_names_is_missing(engine):
    assert measure(engine, "1987年的洪水冲垮了多少座塘坝？")["year_missing"] == 1.0
    assert measure(engine, "2016年的洪水冲垮了多少座塘坝？")["year_missing"] == 0.0


@pytest.mark.parametrize(
    ("question", "absent"),
    [
        ("上海市的放管服改革怎么样", "上海"), ("澄江区的放管服改革怎么样", None),
        ("清华大学同云岭市共建了什么？", "清华大学"), ("怎样治理污染", None),
        ("how does Shanghai cut red tape", "shanghai"),
    ],
)  # fmt: skip
def test_a_well_known_place_that_the_library_never_names_is_absent(engine, question, absent):
    assert name_absent(engine.analyse(question), engine) == absent


def test_what_is_not_in_the_library_is_named_in_the_refusal(engine):
    answer = compose_answer(engine, "上海市的数字政府建设用了多少钱？")
    assert answer.refused
    assert answer.note == "库里没有提到“上海”。"
    assert answer.suggestions[0].speech.title == "在全区数字政府建设暨“一网通办”推进会上的讲话"


@pytest.mark.parametrize(
    ("question", "sure", "said"),
    [
        ("弱口令怎么清理？", UNSURE - 0.01, "只找到相近的内容，未必回答了您的问题。"),
        ("weak passwords", 0.3, "Only something close was found; it may not answer the question."),
        ("弱口令怎么清理？", UNSURE, None),
    ],
)
def test_an_answer_that_may_be_none_says_so(engine, question, sure, said):
    assert caution(engine.analyse(question), sure) == said


def test_the_caution_stands_with_the_answer(engine):
    unsure = compose_answer(engine, "清溪河里有哪些珍稀鱼类？")
    assert (unsure.refused, unsure.note) == (False, "只找到相近的内容，未必回答了您的问题。")
    assert compose_answer(engine, "述职的书记每人讲几分钟？").note is None


def test_a_name_that_is_absent_is_told_in_the_language_of_the_question(engine):
    answer = compose_answer(engine, "how much did Tesla invest in Shanghai")
    assert answer.note == "The library does not mention “Shanghai”."


def test_a_subject_of_the_library_is_known_and_another_is_not(engine):
    ours, other = measure(engine, "怎样治理污染"), measure(engine, "怎样弹奏钢琴协奏曲")
    assert ours["known"] > 2 * other["known"]
    assert ours["known_words"] > other["known_words"]


@pytest.mark.parametrize(
    ("question", "is_small"),
    [
        ("你好，请问你是谁", True), ("谢谢，再见", True), ("Are you a person?", True),
        ("怎样感谢老师们的付出", False), ("天气预报怎样更准", False), ("他们是谁", False),
    ],
)  # fmt: skip
def test_small_talk_is_told_from_questions(engine, question, is_small):
    assert is_small_talk(engine.analyse(question)) is is_small


def test_small_talk_is_refused_with_the_nearest(engine):
    answer = compose_answer(engine, "你觉得成果转化怎么样？")
    assert answer.refused
    assert answer.suggestions
