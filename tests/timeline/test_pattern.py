"""A phrase is found as the search fold sees it, and told apart from what only looks like it."""

import pytest

from index_fakes import parse_speech
from speechrag.errors import QuestionError
from speechrag.timeline.pattern import Phrase


def found(phrase, text):
    speech = parse_speech(f"# 题\n{text}\n", "a.txt")
    return [speech.text[start:end] for start, end in Phrase(phrase).find(speech)]


@pytest.mark.parametrize(
    ("phrase", "text", "stands"),
    [
        ("科技成果轉化", "科技成果转化与科技成果轉化", ["科技成果转化", "科技成果轉化"]),
        ("科技成果转化", "科　技 成果\u200b转化", ["科　技 成果\u200b转化"]),
        ("5g", "５Ｇ和5G、15G、5Gbps", ["５Ｇ", "5G"]),
        ("AI", "AI、ai；AIDS，training，用AI做", ["AI", "ai", "AI"]),
        ("哈哈", "哈哈哈哈哈", ["哈哈", "哈哈"]),
        ("着", "看著，著名，着手", ["著", "着"]),
        ("显著", "顯著，显着", ["顯著"]),
        ("一·二", "一•二", ["一•二"]),
        ("“放管服”", "「放管服」改革", ["「放管服」"]),
        ("没有", "科技", []),
    ],
)
def test_folds_script_width_case_and_space(phrase, text, stands):
    assert found(phrase, text) == stands


def test_runs_over_a_line_break_inside_its_passage_only():
    from dataclasses import replace

    speech = parse_speech("# 题\n推动成果\n转化工作\n", "a.txt")
    assert Phrase("成果转化").find(speech) == []
    first, second = speech.passages
    one = replace(speech, passages=(replace(first, end=second.end),))
    assert Phrase("成果转化").find(one) == [(2, 7)]


@pytest.mark.parametrize("phrase", ["", "  ", "，。", "\u200b", "“”"])
def test_refuses_what_holds_nothing_to_look_for(phrase):
    with pytest.raises(QuestionError) as refused:
        Phrase(phrase)
    assert "speechrag timeline" in refused.value.hint


def test_refuses_a_whole_text():
    with pytest.raises(QuestionError, match="61 字"):
        Phrase("长" * 61)
