"""Questions that ask what was said at some time."""

import datetime

import pytest

from speechrag.search.asking import ask, is_of, within
from speechrag.search.period import read_period
from speechrag.types import Filters, Period

TODAY = datetime.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("question", "first", "last", "words", "rest"),
    [
        ("2023年怎么讲招商引资", "2023", "2023", "2023年", "怎么讲招商引资"),
        ("2018年的讲话里怎么讲污染防治", "2018", "2018", "2018年", "怎么讲污染防治"),
        ("二〇二三年招商引資講話", "2023", "2023", "二〇二三年", "招商引資講話"),
        ("２０２３年怎么讲招商", "2023", "2023", "２０２３年", "怎么讲招商"),
        ("2021年7月份怎么讲防汛", "2021-07", "2021-07", "2021年7月份", "怎么讲防汛"),
        ("2023年1月至3月怎么讲防汛", "2023-01", "2023-03", "2023年1月至3月", "怎么讲防汛"),
        (
            "在2020年到2022年的讲话中，防汛是怎么说的",
            "2020",
            "2022",
            "2020年到2022年",
            "防汛是怎么说的",
        ),
        ("2020-2022年怎么讲防汛", "2020", "2022", "2020-2022年", "怎么讲防汛"),
        ("2022年以来乡村振兴怎么讲", "2022", None, "2022年以来", "乡村振兴怎么讲"),
        ("2023年以前怎么讲作风", None, "2022", "2023年以前", "怎么讲作风"),
        ("去年关于就业的讲话", "2025", "2025", "去年", "关于就业的讲话"),
        ("去年以来怎么讲防汛", "2025", None, "去年以来", "怎么讲防汛"),
        ("近三年关于营商环境的讲话", "2023-11-23", None, "近三年", "关于营商环境的讲话"),
        ("过去十年怎么讲生态", "2016-11-23", None, "过去十年", "怎么讲生态"),
        ("2023年对招商引资提出了什么要求", "2023", "2023", "2023年", "对招商引资提出了什么要求"),
        (
            "what did we say about 招商 in 2023",
            "2023",
            "2023",
            "2023",
            "what did we say about 招商",
        ),
        ("speeches from 2019 to 2021 on jobs", "2019", "2021", "2019 to 2021", "speeches on jobs"),
        ("speeches since 2020 on talent", "2020", None, "since 2020", "speeches on talent"),
        ("talks before 2020 on jobs", None, "2019", "before 2020", "talks on jobs"),
        ("last year's speech on jobs", "2025", "2025", "last year's", "speech on jobs"),
        (
            "what was said in the last two years",
            "2024-11-23",
            None,
            "the last two years",
            "what was said",
        ),
    ],
)
def test_the_time_asked_about_and_the_rest(question, first, last, words, rest):
    asked = read_period(question, TODAY)
    assert asked.period == Period(first, last, words)
    assert asked.rest == rest


@pytest.mark.parametrize(
    "question",
    [
        "望川区2019年的地区生产总值是多少？",
        "2022年全市技术合同成交额是多少",
        "到2028年怎么讲工业总产值",
        "2035年远景目标怎么讲",
        "2024年目标任务怎么讲",
        "2030年怎么讲",
        "2019年讲话精神如何落实",
        "如何讲好2023年的故事",
        "“2023年怎么讲”",
        "《2023年讲话》",
        "怎么讲招商引资",
        "12023年怎么讲",
        "",
        "water quality and PM2.5 targets for 2020",
        "what did we say about 2020 targets",
        "2020年，我市全面部署、强调落实，推动营商环境持续优化，各项指标位居全省前列，企业群众满意度大幅提升，"
        "为下一步工作打下了坚实基础",
    ],
)
def test_a_year_that_belongs_to_the_subject_restricts_nothing(question):
    assert read_period(question, TODAY) is None


@pytest.mark.parametrize(
    ("question", "asks_nothing"),
    [
        ("2023年讲了什么", True),
        ("2023年我们都讲过什么内容？", True),
        ("2023年的讲话有哪些", True),
        ("list the speeches of 2019", True),
        ("2023年怎么讲防汛", False),
        ("speeches since 2020 on talent", False),
    ],
)
def test_whether_anything_but_the_time_is_asked(engine, question, asks_nothing):
    assert engine.asks_nothing(read_period(question, TODAY).rest) is asks_nothing


def test_the_last_day_of_february_has_days_before_it():
    asked = read_period("近三年怎么讲防汛", datetime.date(2024, 2, 29))
    assert asked.period.date_from == "2021-02-28"


def test_only_speeches_of_that_time_are_looked_at(engine):
    found = ask(engine, "2021年怎么讲督查督办", today=TODAY)
    assert {hit.speech.date for hit in found.hits} == {"2021-02-03"}
    assert found.period == Period("2021", "2021", "2021年")
    assert (found.question, found.searched) == ("2021年怎么讲督查督办", "怎么讲督查督办")
    later = ask(engine, "2022年以来怎么讲督查督办", today=TODAY)
    assert {hit.speech.date for hit in later.hits} <= {"2022", "2023-04-26"}
    assert later.hits[0].text.startswith("要加强督查督办")


def test_a_speech_dated_by_its_year_may_be_of_any_month_of_it():
    period = Period("2022-05", "2022-05", "2022年5月")
    assert is_of("2022", period)
    assert is_of("2022-05-31", period)
    assert not is_of("2022-06-01", period)
    assert not is_of("2023", period)
    assert not is_of(None, period)


def test_a_time_without_a_speech_restricts_nothing_and_is_told(engine):
    found = ask(engine, "2015年怎么讲成果转化", today=TODAY)
    assert found.period == Period("2015", "2015", "2015年", has_speeches=False)
    assert found.hits == ask(engine, "怎么讲成果转化").hits
    assert within(Filters(), found.period) == Filters()


def test_what_was_said_at_all_is_what_its_speeches_are_called(engine):
    found = ask(engine, "2021年讲了什么？", today=TODAY)
    assert found.searched == "在乡村振兴工作会议上的致辞"
    assert {hit.speech.date for hit in found.hits} == {"2021-02-03"}


def test_dates_among_the_filters_outweigh_the_question(engine):
    filters = Filters(date_from="2021", date_to="2021")
    found = ask(engine, "2023年怎么讲督查督办", filters=filters, today=TODAY)
    assert found.period is None
    assert {hit.speech.date for hit in found.hits} == {"2021-02-03"}


def test_who_and_when_together(signed_engine):
    found = ask(signed_engine, "林知远2021年怎么讲成果转化", today=TODAY)
    assert {hit.speech.date for hit in found.hits} == {"2021"}
    assert found.speakers == ("市长 林知远",)
    assert found.period.words == "2021年"


def test_a_heading_or_a_phrase_is_not_asked_about_a_time(engine):
    assert engine.search("2021年怎么讲督查督办").period is None


def test_a_much_closer_passage_of_another_time_is_pointed_at(engine):
    found = ask(engine, "2021年怎么讲成果转化引导基金", today=TODAY)
    assert {hit.speech.date for hit in found.hits} <= {"2021-02-03"}
    assert found.elsewhere.text == "设立成果转化引导基金，引导社会资本参与。"
    assert ask(engine, "2023年怎么讲成果转化引导基金", today=TODAY).elsewhere is None
    assert ask(engine, "2015年怎么讲成果转化引导基金", today=TODAY).elsewhere is None
