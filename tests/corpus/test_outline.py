"""Which words are headings, which are items, and what path each passage stands under."""

from __future__ import annotations

from pathlib import Path

import pytest
from accounts import headings, outline, parse, parse_one, passages

from speechrag.corpus.clean import parse_file
from speechrag.corpus.labels import find_items, parse_label
from speechrag.types import Hint, Speech

BODY = "这是一段正文，说明有关情况，讲清楚道理，部署好工作，大家要认真贯彻落实，务求取得实效。"


def _sections(speech: Speech) -> list[tuple[int, str, str]]:
    return [(s.level, s.label, s.heading) for s in speech.sections if s.level]


@pytest.mark.parametrize(
    ("text", "level", "number", "label"),
    [
        ("一、提高认识", 1, 1, "一、"),
        ("十二、提高认识", 1, 12, "十二、"),
        ("三.提高认识", 1, 3, "三."),
        ("一、2019年工作回顾", 1, 1, "一、"),
        ("第三部分 提高认识", 1, 3, "第三部分 "),
        ("(二)加强领导", 2, 2, "(二)"),
        ("（十一）加强领导", 2, 11, "（十一）"),
        ("（三）、加强领导", 2, 3, "（三）、"),
        ("3.抓落实", 3, 3, "3."),
        ("3．抓落实", 3, 3, "3．"),
        ("3、抓落实", 3, 3, "3、"),
        ("1.2024年目标", 3, 1, "1."),
        ("(4)抓落实", 4, 4, "(4)"),
        ("4）抓落实", 4, 4, "4）"),
        ("⑤抓落实", 4, 5, "⑤"),
    ],
)
def test_labels_of_both_widths(text: str, level: int, number: int, label: str) -> None:
    found = parse_label(text)
    assert found is not None
    assert (found.level, found.number, text[: found.end]) == (level, number, label)


@pytest.mark.parametrize(
    "text",
    [
        "三年来，我们取得了显著成效。",
        "一二三产业融合发展",
        "一、二季度增长较快",
        "三、四线城市",
        "1.4个百分点",
        "12.5%的企业",
        "2024年的工作",
        "（三年行动）",
        "一是加强领导",
        "第一，加强领导",
        "100、200元",
    ],
)
def test_what_only_looks_like_a_label(text: str) -> None:
    assert parse_label(text) is None


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("一是加强。二是完善。三是落实。", ["一是", "二是", "三是"]),
        ("要做到：一要快，二要准；三要实。", ["一要", "二要", "三要"]),
        ("未来，双方一是要加强对接。二是要攻关。", ["一是", "二是"]),
        ("第一，讲政治。第二，顾大局。", ["第一，", "第二，"]),
        ("首先，讲政治。其次，顾大局。最后，守纪律。", ["首先，", "其次，", "最后，"]),
        ("第一件，出题。第二件，共建。", ["第一件，", "第二件，"]),
        ("突出体现在:一是稳,二是进", ["一是", "二是"]),
        ("三要素缺一不可，统一是前提。", []),
        ("第一要务是发展，第一季度增长。", []),
        ("我们讲一是一、二是二。", []),
    ],
)
def test_items_inside_a_paragraph(text: str, items: list[str]) -> None:
    assert [text[i.start : i.end] for i in find_items(text)] == items


def test_headings_of_four_levels_make_the_path() -> None:
    speech = parse_one(
        f"在大会上的讲话\n同志们：\n{BODY}\n一、提高认识\n{BODY}\n（一）加强学习\n{BODY}\n1．突出重点\n{BODY}\n"
        f"（1）抓住关键\n{BODY}\n（二）加强宣传\n{BODY}\n二、狠抓落实\n{BODY}\n"
    )
    assert [p.section_path for p in speech.passages] == [
        (),
        ("一、提高认识",),
        ("一、提高认识", "（一）加强学习"),
        ("一、提高认识", "（一）加强学习", "1．突出重点"),
        ("一、提高认识", "（一）加强学习", "1．突出重点", "（1）抓住关键"),
        ("一、提高认识", "（二）加强宣传"),
        ("二、狠抓落实",),
    ]


def test_a_heading_is_no_part_of_any_passage() -> None:
    speech = parse_one(f"在大会上的讲话\n同志们：\n{BODY}\n一、提高认识，统一思想\n{BODY}\n")
    assert passages(speech) == [f"同志们：\n{BODY}", BODY]
    (title, heading) = speech.sections
    assert speech.text[title.start : title.end] == "在大会上的讲话"
    assert (title.level, heading.level) == (0, 1)
    assert speech.text[heading.start : heading.end] == "一、提高认识，统一思想"


def test_a_heading_glued_to_the_paragraph_before_it_is_found() -> None:
    speech = parse_one(
        f"在大会上的讲话\n一、工作重点\n(一)深化合作领域\n{BODY}为我区培养高层次的创新人才。"
        f"(二)优化转化机制,提高转化效率\n{BODY}\n"
    )
    assert headings(speech) == [
        "一、工作重点",
        "（一）深化合作领域",
        "（二）优化转化机制，提高转化效率",
    ]
    assert speech.passages[-1].section_path == ("一、工作重点", "（二）优化转化机制，提高转化效率")


def test_a_glued_heading_may_have_its_body_behind_it() -> None:
    speech = parse_one(
        f"在大会上的讲话\n二、摆问题\n（一）热得快，凉得也快。{BODY}（二）对不上号。{BODY}（三）走得慢。{BODY}\n"
    )
    assert outline(speech)[1:] == ["（一）热得快，凉得也快", "（二）对不上号", "（三）走得慢"]
    assert [p.section_path[-1] for p in speech.passages] == outline(speech)[1:]


def test_a_reference_to_another_section_is_not_split_off() -> None:
    text = f"同志们：\n一、提高认识\n{BODY}见《决定》第三条。（五）款的规定要执行，不得打折扣。\n"
    assert headings(parse_one(text)) == ["一、提高认识"]


def test_a_first_sentence_that_is_a_heading_names_the_passage_that_it_opens() -> None:
    speech = parse_one(
        f"在大会上的讲话\n（一）完善工作机制,建立供需“新模式”。{BODY}\n（二）总体要求：{BODY}\n"
    )
    assert outline(speech) == ["（一）完善工作机制，建立供需“新模式”", "（二）总体要求"]
    assert headings(speech) == []  # no extent of their own: their words belong to the passages
    assert [p.section_path for p in speech.passages] == [(name,) for name in outline(speech)]
    assert passages(speech) == [
        "（一）完善工作机制，建立供需“新模式”。\n" + BODY,
        "（二）总体要求：\n" + BODY,
    ]


def test_a_long_or_telling_first_sentence_stays_in_the_passage() -> None:
    long = "坚持" + "把推动高质量发展作为首要任务，" * 5 + "努力开创新局面。"
    speech = parse_one(f"在大会上的讲话\n一、{long}{BODY}\n二、去年我们完成了投资500亿元。{BODY}\n")
    assert headings(speech) == []
    assert long in speech.text
    assert passages(speech)[0].startswith("一、坚持把推动")
    assert [(s.label, s.start == s.end) for s in speech.sections if s.level == 1] == [
        ("一、", True),
        ("二、", True),
    ]


def test_numbered_lines_that_are_themselves_the_content_are_passages() -> None:
    items = ["1.新建幼儿园5所；", "2.新增停车泊位3600个；", "3.改造老旧小区23个。"]
    speech = parse_one("在大会上的讲话\n一、办好实事\n今年要办好这几件事：\n" + "\n".join(items))
    assert headings(speech) == ["一、办好实事"]
    assert passages(speech) == ["今年要办好这几件事：\n" + "\n".join(items)]
    assert [s.heading for s in speech.sections if s.level == 3] == [
        "新建幼儿园5所",
        "新增停车泊位3600个",
        "改造老旧小区23个",
    ]


def test_items_stay_in_the_passage_and_are_listed_without_extent() -> None:
    text = f"一是合作规模持续扩大。{BODY * 2}"
    speech = parse_one(f"在大会上的讲话\n（一）成效\n{text}\n二是平台不断完善。{BODY * 2}\n")
    assert passages(speech)[0] == text
    (item, _) = [s for s in speech.sections if s.level == 6]
    assert (item.label, item.heading, item.start) == ("一是", "合作规模持续扩大", item.end)
    assert speech.text[item.start :].startswith("一是合作")
    assert speech.passages[0].section_path == ("（一）成效",)


def test_what_continues_a_long_item_names_the_item_in_its_path() -> None:
    long = "一是合作的广度不断扩大。" + BODY * 12 + "二是合作的深度不断延伸。" + BODY
    speech = parse_one(f"在大会上的讲话\n一、成效\n{long}\n")
    paths = [p.section_path for p in speech.passages]
    assert paths[0] == ("一、成效",)
    assert paths[1] == ("一、成效", "一是合作的广度不断扩大")
    assert paths[-1] == ("一、成效",)
    assert passages(speech)[-1].startswith("二是")


@pytest.mark.parametrize("word", ["首先", "最后"])
def test_a_lone_first_or_last_is_no_list(word: str) -> None:
    speech = parse_one(
        f"在大会上的讲话\n同志们：\n{BODY}\n{word}，请允许我代表市委表示感谢。{BODY}\n"
    )
    assert _sections(speech) == []


def test_a_heading_that_only_the_files_structure_shows() -> None:
    text = f"在大会上的讲话\n工作回顾\n{BODY}\n明年打算\n{BODY}\n"
    hints = tuple(
        Hint(text.index(words), text.index(words) + 4, "heading", 2)
        for words in ("工作回顾", "明年打算")
    )
    (speech,) = parse(text, hints=hints).speeches
    assert [p.section_path for p in speech.passages] == [("工作回顾",), ("明年打算",)]


def test_short_lines_above_prose_are_headings_when_there_are_several() -> None:
    two = parse_one(
        f"在大会上的讲话\n同志们：\n{BODY}\n工作回顾\n{BODY * 2}\n明年打算\n{BODY * 2}\n"
    )
    assert headings(two) == ["工作回顾", "明年打算"]
    one = parse_one(f"在大会上的讲话\n同志们：\n{BODY}\n工作回顾\n{BODY * 2}\n")
    assert headings(one) == []
    assert "工作回顾" in "".join(passages(one))


def test_headings_lost_behind_a_gap_are_not_those_before_it() -> None:
    mark = "……(某网省略766字,正式会员可完整阅读)……"
    lost = parse_one(
        f"在大会上的讲话\n一、形势\n(一)成绩\n{BODY}{mark}\n{BODY}\n(三)机制\n{BODY}\n三、保障\n{BODY}\n"
    )
    assert [p.section_path for p in lost.passages] == [
        ("一、形势", "（一）成绩"),
        (),
        ("（三）机制",),
        ("三、保障",),
    ]
    kept = parse_one(f"在大会上的讲话\n一、形势\n{BODY}{mark}\n{BODY}\n二、保障\n{BODY}\n")
    assert [p.section_path for p in kept.passages] == [("一、形势",), ("一、形势",), ("二、保障",)]


def test_a_numbered_item_broken_before_its_last_words_is_one_item() -> None:
    file = next((Path(__file__).parents[2] / "seeds").glob("2020-*.pdf"))
    (speech,) = parse_file(file, file.name).speeches
    whole = "新增公共停车泊位3600个，机关单位的停车场夜间和周末向居民免费开放；"
    assert sum(whole in passage for passage in passages(speech)) == 1
