"""What is made of a question before anything is searched."""

import pytest

from speechrag.errors import QuestionError
from speechrag.index.tokens import Tokenizer
from speechrag.search.query import MAX_QUESTION_CHARS, analyse_question, find_intent, find_topic
from speechrag.types import Role


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer(["成果转化"])


@pytest.mark.parametrize(
    ("question", "role"),
    [
        ("如何提高科技成果转化效率", Role.MEASURE),
        ("how to improve the efficiency of 成果转化", Role.MEASURE),
        ("人才工作还存在哪些短板", Role.PROBLEM),
        ("shortage of scientific talent", Role.PROBLEM),
        ("哪里做得不好", Role.PROBLEM),
        ("困难群众救助", None),
        ("成果转移", None),
        ("会议的主要任务", Role.OPENING),
        ("哪一年签的协议", None),
        ("去年取得了哪些成绩", Role.ACHIEVEMENT),
        ("为什么要抓营商环境", Role.SIGNIFICANCE),
        ("why does talent matter", Role.SIGNIFICANCE),
        ("会议讲话怎么开头", Role.OPENING),
        ("结尾怎么号召大家", Role.CLOSING),
        ("how to end a speech", Role.CLOSING),
        ("今年的目标", Role.GOAL),
        ("当前面临的形势", Role.SITUATION),
        ("成果转化", None),
        ("技术合同成交额是多少", None),
        ("who chaired the meeting", None),
    ],
)
def test_the_intent_of_a_question_is_the_role_that_answers_it(question, role):
    assert find_intent(question.lower()) == role


def test_question_words_are_no_search_terms(tokenizer):
    query = analyse_question("请问如何做好防汛的工作？", tokenizer)
    assert set(query.terms) == {"做好", "防汛", "工作"}


def test_a_question_of_nothing_but_question_words_is_still_searched(tokenizer):
    assert set(analyse_question("怎么办", tokenizer).terms) == {"怎么", "怎么办"}


def test_script_width_case_and_spaces_make_no_difference(tokenizer):
    plain = analyse_question("科技成果转化 AI 2025", tokenizer)
    other = analyse_question("科技 成果 轉化 ＡＩ ２０２５", tokenizer)
    assert set(plain.terms) == set(other.terms)


def test_the_chinese_share_counts_a_latin_word_as_two_characters(tokenizer):
    assert analyse_question("成果转化", tokenizer).chinese_share == 1.0
    assert analyse_question("talent retention", tokenizer).chinese_share == 0.0
    assert analyse_question("人才 retention", tokenizer).chinese_share == pytest.approx(0.5)


def test_quoted_phrases_are_kept_for_an_exact_search(tokenizer):
    query = analyse_question("哪里提到“打破 唯論文”和《行动计划》", tokenizer)
    assert query.phrases == ("打破 唯论文", "行动计划")


@pytest.mark.parametrize("question", ["", "   ", "\n", "😀", "？！……", "—— 、"])
def test_a_question_without_words_is_refused_with_a_remedy(tokenizer, question):
    with pytest.raises(QuestionError) as caught:
        analyse_question(question, tokenizer)
    assert caught.value.hint


def test_a_book_is_sent_to_the_draft_desk(tokenizer):
    with pytest.raises(QuestionError, match="compare"):
        analyse_question("字" * (MAX_QUESTION_CHARS + 1), tokenizer)


@pytest.mark.parametrize(
    ("question", "role"),
    [
        ("留住技术工人难在哪里", Role.PROBLEM),
        ("年轻教师为什么留不住", Role.PROBLEM),
        ("why don't farmers plant rice", Role.PROBLEM),
        ("为什么要重视农村教育", Role.SIGNIFICANCE),
        ("会议在哪里召开", None),
    ],
)
def test_what_is_wrong_is_told_from_why_it_matters_and_from_where_it_was(question, role):
    assert find_intent(question) is role


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("职业教育还存在哪些短板？", "职业教育"),
        ("国有企业怎么改革？", "国有企业 改革"),
        ("有哪些问题？", "有哪些问题?"),
    ],
)
def test_the_topic_is_the_question_without_what_it_asks(tokenizer, question, topic):
    assert find_topic(analyse_question(question, tokenizer)) == topic
