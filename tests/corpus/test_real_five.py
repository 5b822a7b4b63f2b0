"""What must hold on the five real files (issue 2), with the values read off them by eye."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from accounts import assert_accounted, headings, passages, removed

from speechrag.corpus.clean import parse_file
from speechrag.types import ParsedFile, RemovalReason, Truncation

SEEDS = Path(__file__).parents[2].parent / "shared" / "seeds"

pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="needs ../shared/seeds")


@cache
def _real(number: str) -> ParsedFile:
    (path,) = SEEDS.glob(f"{number}_*.txt")
    return parse_file(path, name=path.name)


def _paths(parsed: ParsedFile) -> dict[tuple[str, ...], list[str]]:
    found: dict[tuple[str, ...], list[str]] = {}
    for speech in parsed.speeches:
        for p in speech.passages:
            found.setdefault(p.section_path, []).append(speech.text[p.start : p.end])
    return found


@pytest.mark.parametrize("number", ["000", "001", "002", "003", "004"])
def test_every_character_is_shown_once_or_removed_once(number: str) -> None:
    assert_accounted(_real(number))


def test_000_is_one_speech_truncated_at_1990_of_3583() -> None:
    (speech,) = _real("000").speeches
    assert speech.title == "在全区与“双一流”高校合作推进会议上的讲话"
    assert speech.truncated == Truncation(shown=1990, total=3583)
    assert (speech.occasion, speech.kind) == ("推进会", "讲话")


def test_000_keeps_the_sentence_behind_the_related_titles_and_drops_the_titles() -> None:
    parsed = _real("000")
    (speech,) = parsed.speeches
    titles = [t for t in removed(parsed, RemovalReason.RELATED) if t.startswith("• 在")]
    assert len(titles) == 13
    every = "\n".join(passages(speech))
    assert not [t for t in titles if t[2:] in every]
    assert "在全区与“双一流”高校合作推\n" not in every
    assert "发挥了重要作用，为我区的发展提供了有力的人才保障。" in passages(speech)
    assert "上一篇" not in speech.text
    assert "快文网" not in speech.text


def test_000_does_not_put_what_follows_the_gap_under_the_heading_before_it() -> None:
    paths = _paths(_real("000"))
    assert paths[()][-1] == "发挥了重要作用，为我区的发展提供了有力的人才保障。"
    assert ("（二）科技成果转化取得显著进展",) in paths
    assert (
        "四、下一阶段我区与“双一流”高校合作的重点工作",
        "（二）优化科技成果转化机制，提高转化效率",
    ) in paths


def test_000_has_its_headings() -> None:
    (speech,) = _real("000").speeches
    assert headings(speech) == [
        "一、充分认识与“双一流”高校合作的重要意义",
        "（一）是贯彻落实上级精神的必然要求",
        "（二）科技成果转化取得显著进展",
        "（三）校地合作机制不断完善",
        "三、当前我区与“双一流”高校合作存在的问题及原因分析",
        "（一）合作深度和广度有待进一步拓展",
        "（二）科技成果转化效率有待进一步提高",
        "（三）人才留用和发展环境有待进一步优化",
        "四、下一阶段我区与“双一流”高校合作的重点工作",
        "（一）深化合作领域，拓展合作空间",
        "（二）优化科技成果转化机制，提高转化效率",
    ]


def test_001_is_two_speeches_without_pinyin() -> None:
    first, second = _real("001").speeches
    assert (first.title, second.title) == ("市校合作工作會講話稿篇2", "市校合作工作會講話稿篇3")
    for speech in (first, second):
        assert not [c for c in "āáǎàēéěèīíǐìōóǒòūúǔù" if c in speech.text]
        assert "yè" not in speech.text
    assert "迎來了工業大學的各位領導" in first.text
    assert passages(second)[-1].endswith("\n謝謝大家！")
    assert "還看了" not in second.text


def test_001_mojibake_is_repaired() -> None:
    parsed = _real("001")
    first = parsed.speeches[0]
    assert "近五年年均增長40%以上。空氣動力和掘進裝備制造產業已經占有全國60%以上市場" in first.text
    assert "提供了強大動力。回顧這幾年的全面合作" in first.text
    assert "選派一批有發展潛力的中青年科技人才到大參加脫產學習或集中培訓" in first.text
    assert [speech.doubtful for speech in parsed.speeches] == [(), ()]


def test_001_spaces_inside_chinese_are_gone() -> None:
    second = _real("001").speeches[1]
    assert "在“十二五”開局之年" in second.text
    assert "創辦分校達7年之久" in second.text
    assert " " not in second.text


def test_001_items_are_named_in_the_path_of_what_continues_them() -> None:
    paths = _paths(_real("001"))
    heading = "一、充分肯定市校開展全面合作以來取得的成效"
    (rest,) = paths[(heading, "一是合作的廣度不斷擴大")]
    assert rest.startswith("特別是去年以來，雙方積極拓寬工作思路")
    assert any(text.startswith("一是合作的廣度不斷擴大。") for text in paths[(heading,)])


def test_002_contents_are_an_outline_and_no_passage() -> None:
    parsed = _real("002")
    (speech,) = parsed.speeches
    assert len(speech.contents) == 22
    assert speech.contents[0].label + speech.contents[0].heading == (
        "一、肯定成绩，坚定信心，准确把握我市科技创新发展良好态势"
    )
    only_printed = ["（四）优化创新生态环境，激发创新活力", "是加强知识产权保护\n", "提纲"]
    assert not [words for words in only_printed if words in speech.text]
    assert passages(speech)[0].startswith("同志们：\n今天，我们在这里召开")
    assert len(removed(parsed, RemovalReason.CONTENTS)) == 24


def test_002_lines_broken_inside_a_sentence_are_joined() -> None:
    (speech,) = _real("002").speeches
    every = passages(speech)
    for words in (
        "打破唯论文、唯职称、唯学历、唯奖项",
        "主要任务是全面总结我市",
        "作了汇报发言",
        "领军人才相对短缺",
    ):
        assert [p for p in every if words in p], words


def test_002_halves_of_a_sentence_are_not_glued_across_the_paywall() -> None:
    (speech,) = _real("002").speeches
    assert "新引育高层次人\n发，通过持续创新" in speech.text
    assert speech.truncated == Truncation(shown=2271, total=4311)


def test_003_ends_before_the_page_matter() -> None:
    (speech,) = _real("003").speeches
    assert speech.text.endswith("打造我盟创新产业特色。")
    assert speech.title == "在实施“科技兴蒙”行动促进科技成果转移转化工作推进会上的讲话"
    assert passages(speech)[0].startswith("同志们：\n今天会议的主要任务")
    for words in ("点击查看更多", "工图网", "客服", "VIP", "首页", "Array"):
        assert words not in speech.text


def test_003_run_in_headings_name_the_passages_that_they_open() -> None:
    paths = _paths(_real("003"))
    (text,) = paths[
        "二、扎实推进新形势下科技成果转移转化",
        "（一）完善科技成果转移转化工作机制，建立供需信息汇集“新模式”",
    ]
    heading, body = text.split("\n")
    assert heading == "（一）完善科技成果转移转化工作机制，建立供需信息汇集“新模式”。"
    assert body.startswith("要全面摸清底数，积极组织开展“双调查”")


def test_004_is_dated_and_its_plan_is_unbroken() -> None:
    (speech,) = _real("004").speeches
    assert speech.date == "2025-07-16"
    plan = "《*市高端装备产业产学研合作三年行动计划（2023-2025年）》"
    assert sum(plan in p for p in passages(speech)) == 1
    assert speech.truncated == Truncation(shown=2783, total=8303)
    assert len(speech.contents) == 15
    assert speech.text.count("在全市高端装备产学研合作推进会议上的讲话") == 1


def test_004_what_follows_the_gap_stands_under_the_heading_that_the_contents_name() -> None:
    paths = _paths(_real("004"))
    (text,) = [
        p
        for p in paths[
            "一、深刻认识高端装备产学研合作的重大战略意义", "（二）提升区域创新能力的关键抓手"
        ]
        if "从全省" in p
    ]
    assert text.startswith("从全省范围看，2024年")


def test_passages_have_the_size_asked_for() -> None:
    sizes = [
        p.end - p.start
        for number in ("000", "001", "002", "003", "004")
        for speech in _real(number).speeches
        for p in speech.passages
    ]
    assert max(sizes) <= 400
    assert sum(size >= 80 for size in sizes) / len(sizes) >= 0.9
