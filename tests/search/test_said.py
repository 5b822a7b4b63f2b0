"""Questions that ask what somebody said."""

import pytest

from speechrag.search.said import Said, Speakers
from speechrag.types import Filters

WEI, ZHOU, SHU = (
    "云岭市委常委、常务副市长 魏长河",
    "中共云岭市委书记 周启明",
    "中共雲嶺市委書記 周啟明",
)
SPEAKERS = Speakers([WEI, ZHOU, SHU, "许慎言"])


@pytest.mark.parametrize(
    ("question", "lines", "rest"),
    [
        ("魏长河怎么讲招商引资", (WEI,), "招商引资"),
        ("魏副市长关于招商引资的讲话", (WEI,), "关于招商引资"),
        ("魏长河在科技大会上是怎么讲成果转化的", (WEI,), "在科技大会上 成果转化的"),
        ("周书记强调了哪些问题", (ZHOU, SHU), "问题"),
        ("周启明讲了什么？", (ZHOU, SHU), ""),
        ("請問魏長河如何看待營商環境", (WEI,), "請問 營商環境"),
        ("许慎言同志对人才工作提出了什么要求", ("许慎言",), "对人才工作 要求"),
        ("what did 魏长河 say about 成果转化", (WEI,), "成果转化"),
        ("speeches by 魏长河 on science parks", (WEI,), "on science parks"),
        ("According to 魏长河, how to attract talent", (WEI,), "how to attract talent"),
        ("how does 魏长河 view innovation", (WEI,), "innovation"),
    ],
)
def test_who_is_asked_about_and_what(question, lines, rest):
    assert SPEAKERS.read(question) == Said(lines, rest)


@pytest.mark.parametrize(
    "question",
    [
        "谁是魏长河", "魏长河同志先进事迹", "如何落实周启明同志重要讲话精神",
        "如何落实周启明讲话精神",
        "市委书记怎么讲成果转化", "周密部署安全生产", "周到服务是怎么说的", "何以安讲了什么",
        "怎样讲好开场白", "how to improve the efficiency of 成果转化", "", "魏长河",
    ],
)  # fmt: skip
def test_other_questions_are_left_alone(question):
    assert SPEAKERS.read(question) is None


def test_a_library_that_nobody_signs():
    assert Speakers([]).read("魏长河讲了什么") is None
    assert Speakers(["办公室、秘书处"]).read("魏长河讲了什么") is None


def test_only_his_speeches_are_looked_at(signed_engine):
    found = signed_engine.search("林知远怎么讲成果转化")
    assert {hit.speech.speaker for hit in found.hits} == {"市长 林知远"}
    assert found.hits[0].text == "成果转化要打通堵点。"
    assert found.question == "林知远怎么讲成果转化"
    assert found.speakers == ("市长 林知远",)
    both = signed_engine.search("怎么讲成果转化")
    assert {hit.speech.speaker for hit in both.hits} == {"市长 林知远", "书记 周启明"}
    assert both.speakers == ()


def test_what_he_said_at_all_is_what_his_speeches_are_called(signed_engine):
    assert (
        signed_engine.analyse("林知远讲了什么").text == "在防汛会议上的讲话；在成果转化会议上的讲话"
    )
    found = signed_engine.search("林市长都讲了些什么？")
    assert found.speakers == ("市长 林知远",)
    titles = {hit.speech.title for hit in found.hits}
    assert titles == {"在防汛会议上的讲话", "在成果转化会议上的讲话"}


def test_a_filter_by_speaker_outweighs_the_question(signed_engine):
    theirs = Filters(speakers=frozenset({"周启明"}))
    found = signed_engine.search("林知远怎么讲成果转化", filters=theirs)
    assert {hit.speech.speaker for hit in found.hits} == {"书记 周启明"}
