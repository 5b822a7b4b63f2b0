"""The tab 问答, without a browser: what each button does."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from answer.conftest import SCRIPTS
from speechrag.answer.records import Mode
from speechrag.ui.answer_panel import AnswerDesk, Session
from speechrag.ui.strings import Strings

QUESTION = "云岭产业技术研究院孵化了多少家企业？"


class Library:
    def __init__(self, engine):
        self._engine = engine

    def engine(self):
        return self._engine


@pytest.fixture
def desk(engine, settings):
    return AnswerDesk(Library(engine), settings, Strings("zh"))


@pytest.fixture
def with_model(engine, settings, server):
    good = replace(
        settings, llm_base_url=server.url, llm_model=str(server.models["good"]), llm_retries=0
    )
    return AnswerDesk(Library(engine), good, Strings("zh"))


def test_an_answer_is_marked_cited_and_followed_by_its_passage(desk):
    html = desk.answer(QUESTION, Session(), with_model=False)
    assert "<mark>58家</mark>" in html
    assert 'href="#sr-source-1"' in html
    assert 'class="sr-card"' in html


def test_a_follow_up_says_as_what_it_was_searched(desk):
    session = Session()
    desk.answer("如何提高科研人员转化科技成果的积极性？", session, with_model=False)
    html = desk.answer("那资金方面呢？", session, with_model=False)
    assert "按“" in html
    assert len(session.talk.turns) == 2


def test_a_refusal_offers_the_nearest(desk):
    assert "文库里没有找到" in desk.answer(
        "量子纠缠为什么不能超光速传递信息？", Session(), with_model=False
    )


def test_an_empty_question_is_a_message(desk):
    assert "sr-answer" not in desk.answer(" ", Session(), with_model=False)


def test_nothing_waits_to_be_sent_unless_the_switch_is_on(desk, with_model):
    session = Session()
    with_model.answer(QUESTION, session, with_model=False)
    assert with_model.preview(session) == ("", "")
    assert list(with_model.send(session, "visitor")) == []


def test_what_is_previewed_is_what_is_sent(with_model, monkeypatch):
    from speechrag.answer.endpoint import Endpoint

    session = Session()
    with_model.answer(QUESTION, session, with_model=True)
    where, body = with_model.preview(session)
    assert "127.0.0.1" in where
    sent = []
    monkeypatch.setattr(Endpoint, "stream", lambda _, request, stop: sent.append(request) or [])
    list(with_model.send(session, "visitor"))
    assert [request.body() for request in sent] == [json.loads(body)]
    assert with_model.preview(session) == ("", "")


def test_words_come_unchecked_and_the_answer_comes_checked(with_model):
    session = Session()
    with_model.answer(QUESTION, session, with_model=True)
    *writing, last = with_model.send(session, "visitor")
    assert all("尚未核对" in html for html in writing)
    assert SCRIPTS["good"] in writing[-1]
    assert "⚠ 数字在所引段落中没有：90" in last
    assert session.talk.turns[-1].mode is Mode.MODEL


def test_stop_ends_the_stream(engine, settings, server):
    endless = replace(
        settings, llm_base_url=server.url, llm_model=str(server.models["endless"]),
        llm_answer_tokens=5000,
    )  # fmt: skip
    desk = AnswerDesk(Library(engine), endless, Strings("zh"))
    session = Session()
    desk.answer(QUESTION, session, with_model=True)
    stream = desk.send(session, "visitor")
    next(stream)
    desk.stop("another visitor")
    next(stream)
    desk.stop("visitor")
    assert "已停止" in list(stream)[-1]


def test_a_follow_up_is_made_whole_before_it_is_answered(engine, settings, server):
    whole = replace(
        settings, llm_base_url=server.url, llm_model=str(server.models["whole"]), llm_retries=0
    )
    desk = AnswerDesk(Library(engine), whole, Strings("zh"))
    session = Session()
    desk.answer("如何提高科研人员转化科技成果的积极性？", session, with_model=True)
    desk.answer("那资金方面呢？", session, with_model=True)
    where, body = desk.preview(session)
    assert "先请模型改写成完整的问题" in where
    assert "段落" not in json.loads(body)["messages"][1]["content"]
    html = list(desk.send(session, "visitor"))[-1]
    assert f"按“{SCRIPTS['whole']}”查找" in html
    assert session.talk.turns[-1].asked == SCRIPTS["whole"]
    assert SCRIPTS["whole"] in desk.preview(session)[1]  # now the answer's request waits


def test_a_follow_up_that_is_not_made_whole_keeps_its_carried_terms(engine, settings):
    down = replace(settings, llm_base_url="http://127.0.0.1:9/v1", llm_model="m", llm_retries=0)
    desk = AnswerDesk(Library(engine), down, Strings("zh"))
    session = Session()
    desk.answer("如何提高科研人员转化科技成果的积极性？", session, with_model=True)
    desk.answer("那资金方面呢？", session, with_model=True)
    carried = session.talk.turns[-1].asked
    html = list(desk.send(session, "visitor"))[-1]
    assert "追问没能改写" in html
    assert "连不上" in html
    assert session.talk.turns[-1].asked == carried != "那资金方面呢？"


def test_a_citation_leads_to_its_passage_where_the_sentence_is_marked(desk):
    session = Session()
    html = desk.answer(QUESTION, session, with_model=False)
    (sentence,) = session.talk.turns[-1].sentences
    assert '<a class="sr-cite" href="#sr-source-1"' in html
    source = html.split('id="sr-source-1"')[1]
    assert f"<mark>{sentence.text}</mark>" in source


@pytest.mark.parametrize("suffix", [".docx", ".md"])
def test_the_conversation_is_exported(desk, suffix):
    session = Session()
    assert desk.export(session, suffix) is None
    desk.answer(QUESTION, session, with_model=False)
    file = Path(desk.export(session, suffix))
    assert file.suffix == suffix
    assert file.stat().st_size > 200


def test_hostile_text_is_escaped(desk):
    html = desk.answer("<script>alert(1)</script>成果转化", Session(), with_model=False)
    assert "<script>" not in html
