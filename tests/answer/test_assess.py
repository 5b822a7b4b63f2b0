"""What a library holds on a question; beside hits that may be on something else."""

import pytest

from speechrag.answer.assess import assess, doubt
from speechrag.answer.extract import compose_answer
from speechrag.types import Filters


@pytest.mark.parametrize(
    "question",
    [
        "区块链挖矿",
        "量子纠缠",
        "核电站选址",
        "熊猫繁育",
        "足球世界杯怎么办",
        "how to train astronauts",
    ],
)
def test_hits_on_what_the_library_has_nothing_on_are_doubted(engine, question):
    result = engine.search(question)
    assert result.hits
    assert doubt(engine, result) == ""


@pytest.mark.parametrize(
    "question",
    ["成果转化", "尾矿库", "老旧小区", "怎样留住人才", "how to attract investment", "“一企一组”"],
)
def test_hits_on_the_question_are_not(engine, question):
    assert doubt(engine, engine.search(question)) is None


def test_where_nothing_is_shown_there_is_nothing_to_doubt(engine):
    result = engine.search("比特币")
    assert result.hits == ()
    assert doubt(engine, result) is None


def test_a_name_that_the_library_lacks_is_told(engine):
    result = engine.search("深圳怎么做成果转化")
    assert doubt(engine, result) == "库里没有提到“深圳”。"


def test_filters_hold(engine):
    only = Filters(speakers=frozenset({"魏长河"}))
    assessed = assess(engine, "招商引资", only)
    assert {hit.speech.speaker for hit in assessed.hits} == {"云岭市委常委、常务副市长 魏长河"}
    assert assessed.sure < assess(engine, "招商引资").sure


@pytest.mark.parametrize("question", ["熊猫繁育", "怎样留住人才", "深圳怎么做成果转化", "你好"])
def test_an_answer_is_refused_on_the_same_grounds(engine, question):
    assessed = assess(engine, question)
    answer = compose_answer(engine, question)
    assert answer.refused is assessed.refuses()
    assert answer.confidence == assessed.sure
    if answer.refused:
        assert answer.note == assessed.absence
        assert list(answer.suggestions) == list(assessed.hits[:3])
