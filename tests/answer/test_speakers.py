"""谁是某某: who signs speeches of the library is told by the line that they signed with."""

from __future__ import annotations

import pytest

from speechrag.answer.endpoint import Endpoint
from speechrag.answer.extract import compose_answer
from speechrag.answer.generate import prepare_request
from speechrag.answer.records import Layout, Note
from speechrag.answer.speakers import asked_name
from speechrag.types import Filters


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("谁是林知远", "林知远"), ("林知远是谁？", "林知远"), ("請問林知遠是什麼人", "林知远"),
        ("林知远副市长是谁", "林知远副市长"), ("林知远担任什么职务？", "林知远"),
        ("Who is 林知远?", "林知远"), ("林知远的职务是什么", "林知远"),
        ("谁是基层治理的主体力量，怎么发挥作用", None), ("谁来牵头", None),
        ("林知远讲了什么", None), ("牵头的是谁", None), ("", None), ("？？", None),
    ],
)  # fmt: skip
def test_a_name_is_read_only_from_a_question_about_nothing_else(question, name):
    assert asked_name(question) == name


@pytest.mark.parametrize(
    "question", ["谁是魏长河", "魏长河是谁？", "魏长河副市长是谁", "魏長河是誰"]
)
def test_a_speaker_is_told_by_the_line_of_the_speech(engine, question):
    answer = compose_answer(engine, question)
    assert (answer.refused, answer.layout, answer.note) == (False, Layout.FACT, Note.SIGNED)
    assert [(s.text, s.citations) for s in answer.sentences] == [
        ("云岭市委常委、常务副市长 魏长河", (1,))
    ]
    (hit,) = answer.passages
    assert hit.speech.speaker == answer.sentences[0].text
    assert hit.passage == hit.speech.passages[0]


def test_each_office_is_told_once_the_latest_first_and_no_bare_name(engine):
    answer = compose_answer(engine, "许慎言是谁")
    assert [s.text for s in answer.sentences] == [
        "云岭市委副书记、市长 许慎言",
        "云岭市人民政府市长 许慎言",
    ]
    dates = [hit.speech.date for hit in answer.passages]
    assert dates == ["2024-03-20", "2022-05-10"]


def test_filters_hold_and_strangers_are_refused_as_before(engine):
    answer = compose_answer(engine, "许慎言是谁", filters=Filters(date_to="2023"))
    assert [s.text for s in answer.sentences] == ["云岭市人民政府市长 许慎言"]
    assert compose_answer(engine, "谁是钱不识").refused


def test_a_model_is_not_asked_what_no_passage_says(engine):
    answer, request = prepare_request(engine, "谁是魏长河", Endpoint("http://127.0.0.1:9", "m"))
    assert request is None
    assert answer.note == Note.SIGNED
