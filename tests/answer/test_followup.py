import pytest

from speechrag.answer.extract import compose_answer
from speechrag.answer.followup import Conversation


@pytest.fixture
def conversation(engine):
    talk = Conversation()
    talk.add(compose_answer(engine, "如何提高科研人员转化科技成果的积极性？"), engine)
    return talk


@pytest.mark.parametrize(
    "question", ["那资金方面呢？", "还有企业呢?", "其中有哪些补贴？", "what about funding"]
)
def test_a_follow_up_keeps_the_subject(conversation, engine, question):
    asked = conversation.resolve(question, engine)
    assert "科研人员" in asked
    assert "成果" in asked


def test_what_is_newly_asked_stays_and_its_lead_in_goes(conversation, engine):
    asked = conversation.resolve("那资金方面呢？", engine)
    assert "资金" in asked
    assert "呢" not in asked
    assert not asked.endswith("方面")


def test_the_answer_to_a_follow_up_is_about_both(conversation, engine):
    asked = conversation.resolve("那资金方面呢？", engine)
    answer = compose_answer(engine, "那资金方面呢？", asked=asked)
    assert answer.question == "那资金方面呢？"
    assert answer.asked == asked
    titles = [hit.speech.title for hit in answer.passages]
    assert any("成果转化" in title or "协同创新" in title for title in titles)


@pytest.mark.parametrize(
    "question", ["青禾县登记了多少亩撂荒地？", "城区内涝怎么防？", "防汛工作还有什么薄弱环节？"]
)
def test_a_question_that_stands_by_itself_carries_nothing(conversation, engine, question):
    assert conversation.resolve(question, engine) == question


def test_a_new_subject_replaces_the_old_one_and_a_follow_up_does_not(conversation, engine):
    before = conversation.subject
    asked = conversation.resolve("那资金方面呢？", engine)
    conversation.add(compose_answer(engine, "那资金方面呢？", asked=asked), engine)
    assert conversation.subject == before
    conversation.add(compose_answer(engine, "城区内涝怎么防？"), engine)
    assert "内涝" in conversation.subject
    assert not set(before) & set(conversation.subject)


def test_a_cleared_conversation_remembers_nothing(conversation, engine):
    conversation.clear()
    assert conversation.turns == []
    assert conversation.resolve("那资金方面呢？", engine) == "那资金方面呢？"
