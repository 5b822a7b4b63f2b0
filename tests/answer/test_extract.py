"""Extractive answers on the demo library: every sentence verbatim, every citation good."""

from pathlib import Path

import pytest
import yaml

from speechrag.answer.extract import CHOICES, compose_answer, says_little, split_hit
from speechrag.answer.records import Layout, Mode
from speechrag.answer.render import render_answer
from speechrag.evaluate import load_questions

TESTS = Path(__file__).parents[1]
QUESTIONS = load_questions(TESTS / "questions.yaml")
UNANSWERABLE = yaml.safe_load((TESTS / "unanswerable.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def answers(engine):
    return {question.id: compose_answer(engine, question.text) for question in QUESTIONS}


def test_every_sentence_stands_in_the_passage_it_cites(answers):
    n_sentences = 0
    for answer in answers.values():
        for sentence in answer.sentences:
            (cited,) = sentence.citations
            hit = answer.passages[cited - 1]
            assert sentence.text == hit.speech.text[sentence.start : sentence.end]
            assert sentence.text in hit.text
            assert sentence.checked
            n_sentences += 1
    assert n_sentences > 300


def test_every_passage_is_cited_and_numbered_from_one(answers):
    for answer in answers.values():
        cited = {n for sentence in answer.sentences for n in sentence.citations}
        assert cited == set(range(1, len(answer.passages) + 1))
        assert [hit.rank for hit in answer.passages] == sorted(cited)


def test_no_sentence_is_said_twice(answers):
    for answer in answers.values():
        texts = [sentence.text for sentence in answer.sentences]
        assert len(texts) == len(set(texts))


@pytest.mark.parametrize(
    ("question", "marked"),
    [
        ("云岭产业技术研究院孵化了多少家企业？", "58家"),
        ("望川区2019年的地区生产总值是多少？", "216.4亿元"),
        ("东澜开海节第一届什么时候开幕？", "4月20日"),
        ("杏花里社区加装电梯谈了多少次？", "十九次"),
        ("云顶教学点的老师是谁，教了多少年？", "三十三年"),
        ("青石渡断面有几个月是劣五类水？", "七个月"),
        ("宏盛家具厂爆燃事故伤了几个人？", "两名"),
    ],
)
def test_a_fact_question_gets_one_sentence_with_the_answer_marked(engine, question, marked):
    answer = compose_answer(engine, question)
    assert answer.layout is Layout.FACT
    assert len(answer.sentences) == 1
    (sentence,) = answer.sentences
    assert marked in [sentence.text[span.start : span.end] for span in sentence.spans]


def test_a_how_question_is_numbered_and_a_bare_topic_grouped(engine):
    assert compose_answer(engine, "怎样发展壮大村级集体经济？").layout is Layout.NUMBERED
    topic = compose_answer(engine, "科技成果转化")
    assert topic.layout is Layout.GROUPED
    groups = [sentence.group for sentence in topic.sentences]
    assert len(set(groups)) > 1
    blocks = [g for n, g in enumerate(groups) if n == 0 or groups[n - 1] != g]
    assert len(blocks) == len(set(blocks))  # each group stands in one block


def test_the_same_question_gives_the_same_answer(engine):
    question = "基层治理存在哪些突出矛盾？"
    assert compose_answer(engine, question) == compose_answer(engine, question)


def test_a_refusal_has_no_sentences_and_offers_the_nearest(engine):
    answer = compose_answer(engine, "量子纠缠为什么不能超光速传递信息？")
    assert answer.refused
    assert (answer.sentences, answer.passages, answer.mode) == ((), (), Mode.EXTRACTIVE)
    assert len(answer.suggestions) == 3


def test_sentences_of_a_passage_leave_nothing_out(engine):
    for hit in engine.search("数字政府建设还存在哪些问题？").hits:
        pieces = split_hit(hit)
        assert [hit.speech.text[p.start : p.end] for p in pieces] == [p.text for p in pieces]
        assert pieces == sorted(pieces, key=lambda p: p.start)


def test_the_json_has_the_fields_others_rely_on(engine):
    document = render_answer(compose_answer(engine, "云岭产业技术研究院孵化了多少家企业？"))
    assert {"question", "refused", "mode", "sentences", "passages"} <= set(document)
    (sentence,) = document["sentences"]
    assert {"text", "citations", "checked", "problem", "spans"} <= set(sentence)
    assert sentence["citations"] == [1]
    assert document["passages"][0]["rank"] == 1
    assert sentence["spans"][0]["text"] == "58家"


@pytest.mark.parametrize(
    ("sentence", "little"),
    [
        ("数字政府到底是个什么东西？", True),
        ("（二）让企业接得住。", True),
        ("高校专利转化率要达到百分之", True),
        ("值班室灯亮着，人不在，电话响了十四声没有人接。", False),
        ("他说：“我不怕输给别人，怕的是输给一道门。”", False),
        ("（一）放权不是甩包袱，该管的还要管起来，管不住就放不开。", False),
    ],
)
def test_a_sentence_that_asks_labels_or_breaks_off_says_little(sentence, little):
    assert says_little(sentence) is little


def test_no_passage_has_more_than_its_share_of_an_answer(engine):
    answer = compose_answer(engine, "招商引资存在哪些短板？")
    given = [sentence.citations for sentence in answer.sentences]
    assert max(given.count(one) for one in given) <= CHOICES[Layout.NUMBERED].per_passage
    assert len(set(given)) > 1


def test_sentences_of_one_passage_are_read_in_the_order_of_the_speech(engine):
    answer = compose_answer(engine, "怎样推进数字政府建设？")
    places = [(s.citations, s.start) for s in answer.sentences]
    assert places == sorted(places)
