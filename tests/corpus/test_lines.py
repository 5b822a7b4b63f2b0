"""Broken lines are joined, paragraphs stay apart, punctuation is widened one for one."""

from __future__ import annotations

import pytest
from accounts import parse, parse_one, passages, removed

from speechrag.corpus.punctuation import widen
from speechrag.types import RemovalReason

LONG = (
    "今天，我们在这里召开全市科技创新工作推进会议，主要任务是全面总结我市科技创新工作取得的成绩，"
    "深入分析当前面临的形势，研究部署下一阶段科技创新重点工作。刚才，几个部门和地区作了汇报发言，"
    "讲得都很好，我都同意，大家一定要落实好。下面，结合工作实际，我讲几点意见。"
)


def _wrap(text: str, width: int, indent: str = "") -> str:
    text = indent + text
    return "\n".join(text[i : i + width] for i in range(0, len(text), width))


@pytest.mark.parametrize("width", [18, 25, 33, 40])
@pytest.mark.parametrize("indent", ["", "　　"])
def test_hard_wrapped_text_comes_back_in_one_piece(width: int, indent: str) -> None:
    second = LONG.replace("今天", "近年来").replace("科技创新", "安全生产")
    text = "\n".join(
        [
            "在全市科技创新工作推进会议上的讲话",
            "",
            "同志们：",
            _wrap(LONG, width, indent),
            indent + "一、提高认识，增强做好工作的责任感",
            _wrap(second, width, indent),
            indent + "二、突出重点，抓好当前的各项任务",
            _wrap(LONG, width, indent),
        ]
    )
    speech = parse_one(text)
    assert speech.text.split("\n") == [
        "在全市科技创新工作推进会议上的讲话",
        "同志们：",
        LONG,
        "一、提高认识，增强做好工作的责任感",
        second,
        "二、突出重点，抓好当前的各项任务",
        LONG,
    ]


def test_a_line_broken_inside_a_sentence_is_joined() -> None:
    speech = parse_one(
        "同志们：\n建立以创新能力为导向的人才评价体系，打破唯\n论文、唯职称、唯学历的倾向。\n"
    )
    assert "打破唯论文、唯职称" in speech.text


def test_a_sentence_that_goes_on_behind_a_page_number_is_joined() -> None:
    speech = parse_one(
        "同志们：\n我们要坚持把成果转化放在更加突出的位置，着力\n"
        "— 3 —\n解决好体制机制问题，推动发展。\n"
    )
    assert "着力解决好" in speech.text


def test_english_words_keep_a_space_where_a_line_ends() -> None:
    speech = parse_one(
        "同志们：\n我们引进了 Research and\nDevelopment 体系，成效明显，值得推广。\n"
    )
    assert "Research and Development" in speech.text


@pytest.mark.parametrize("blank", ["\n\n", "\n　　", "\n\u3000\n\t", "\r\n\r\n", "\x0c", "\u2029"])
def test_paragraphs_stay_apart(blank: str) -> None:
    lines = ["同志们：", "今年的工作取得了很好的成绩。", "明年的任务更加艰巨繁重。"]
    assert parse_one(blank.join(lines)).text.split("\n") == lines


def test_full_sentences_on_lines_of_their_own_are_paragraphs() -> None:
    text = "同志们：\n今年的工作取得了很好的成绩，超出预期。\n明年的任务艰巨，要早作准备。"
    assert parse_one(text).text == text


@pytest.mark.parametrize(
    ("half", "full"),
    [
        ("今天,我们开会:", "今天，我们开会："),
        ("增长11.1%,居第一;其中工业1,000亿元", "增长11.1%，居第一；其中工业1,000亿元"),
        ("(一)加强(2023-2025年)规划", "（一）加强（2023-2025年）规划"),
        ("为什么?好!", "为什么？好！"),
        ("上午9:30开会,日期2025-07-16 22:26:33。", "上午9:30开会，日期2025-07-16 22:26:33。"),
        ("见http://a.cn/b?c=(d),谢谢", "见http://a.cn/b?c=(d),谢谢"),
        ("Hello, world (really)!", "Hello, world (really)!"),
        ("人工智能(AI)技术", "人工智能（AI）技术"),
        ("GDP(国内生产总值)增长", "GDP（国内生产总值）增长"),
        ("“引用”,然后", "“引用”，然后"),
        ("减少*%,生产", "减少*%，生产"),
        ("f(x)=(a,b)", "f(x)=(a,b)"),
        ("1)加强领导", "1）加强领导"),
        ('他说:"好",走了', '他说："好"，走了'),
    ],
)
def test_punctuation_is_widened_by_its_neighbours(half: str, full: str) -> None:
    assert widen(half) == full


def test_widening_keeps_every_offset() -> None:
    source = "同志们:\n今天,我们开会(第三次);大家好!"
    speech = parse_one(source)
    assert speech.text == "同志们：\n今天，我们开会（第三次）；大家好！"
    assert [(s.start, s.end, s.source_start, s.source_end) for s in speech.segments] == [
        (0, 4, 0, 4),
        (5, 22, 5, 22),
    ]


def test_dots_that_end_chinese_sentences_become_full_stops_but_figures_stay() -> None:
    text = (
        "同志们:\n经市委同意,今天开会.会议只有一个议题.增长3.5%的目标要实现.\n"
        "二.抓好落实\n要抓好落实,见到实效."
    )
    speech = parse_one(text)
    assert "今天开会。会议只有一个议题。增长3.5%的目标要实现。" in speech.text
    assert "二.抓好落实" in speech.text


def test_spaces_inside_chinese_are_layout() -> None:
    parsed = parse("同志们：\n在 “ 十二五 ” 开局之年，分校达 7 年之久，从 2001 年起， 而且合作。\n")
    assert "在“十二五”开局之年，分校达7年之久，从2001年起，而且合作。" in parsed.speeches[0].text
    assert set("".join(removed(parsed, RemovalReason.LAYOUT))) == {" ", "\n"}


def test_the_space_between_two_mottoes_of_a_heading_stays() -> None:
    speech = parse_one("同志们：\n一、提高认识 统一思想\n认识是行动的先导，思想是行动的指南。\n")
    assert speech.sections[0].heading == "提高认识 统一思想"
    assert passages(speech)[-1].startswith("认识是")
