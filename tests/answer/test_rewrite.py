"""A follow-up made whole by a model: what is sent, what is taken from it, what is not."""

import pytest

from speechrag.answer.endpoint import Endpoint
from speechrag.answer.records import Note
from speechrag.answer.rewrite import build_rewrite, read_rewrite, rewrite_question

EARLIER = ["如何提高科研人员转化科技成果的积极性？"]
FOLLOW_UP = "那资金方面呢？"
WHOLE = "提高科研人员转化科技成果的积极性，资金方面怎么办？"


@pytest.fixture
def nobody():
    return Endpoint("http://127.0.0.1:9/v1", "m", n_retries=0, timeout_s=5)


def test_only_the_last_questions_are_sent_and_nothing_of_the_library(nobody):
    request = build_rewrite([*map(str, range(9)), *EARLIER], FOLLOW_UP, nobody)
    said = request.body()["messages"][1]["content"].splitlines()
    assert said == [
        "前面的问题：6", "前面的问题：7", "前面的问题：8", f"前面的问题：{EARLIER[0]}",
        f"最后一个问题：{FOLLOW_UP}",
    ]  # fmt: skip
    assert request.passages == ()


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (WHOLE, WHOLE),
        (f"改写后的问题：“{WHOLE}”\n", WHOLE),
        ("", None),
        (f"{WHOLE}\n第二行", None),
        (FOLLOW_UP, None),
        ("科研人员转化科技成果", None),  # what was newly asked is gone
        ("提高科研人员转化科技成果积极性的资金方面有300万元吗？", None),  # a figure of its own
        ("资金方面，市里请歌星开演唱会花了几个亿，票房如何？", None),  # things of its own
        (WHOLE * 9, None),
    ],
)
def test_only_a_question_on_the_same_subject_is_taken(engine, text, whole):
    assert read_rewrite(text, EARLIER, FOLLOW_UP, engine) == whole


def test_an_endpoint_that_is_down_leaves_the_carried_terms(engine, nobody):
    request = build_rewrite(EARLIER, FOLLOW_UP, nobody)
    assert rewrite_question(engine, EARLIER, FOLLOW_UP, request, nobody) == (None, Note.DOWN)


@pytest.mark.parametrize(
    ("model", "expected"), [("whole", (WHOLE, None)), ("good", (None, Note.GARBAGE))]
)
def test_a_real_server_makes_it_whole_or_is_not_believed(engine, server, model, expected):
    endpoint = Endpoint(server.url, str(server.models[model]), n_retries=0)
    request = build_rewrite(EARLIER, FOLLOW_UP, endpoint)
    assert rewrite_question(engine, EARLIER, FOLLOW_UP, request, endpoint) == expected
