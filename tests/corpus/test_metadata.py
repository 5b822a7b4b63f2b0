"""Title, date, speaker, occasion, kind and place are read where a source states them."""

from __future__ import annotations

import pytest
from accounts import parse, parse_one, removed

from speechrag.corpus.metadata import read_date, read_kind, read_occasion, read_speaker
from speechrag.types import RemovalReason, Speech

BODY = "今天，我们在这里开会，主要任务是总结成绩、分析形势、部署工作，请大家认真抓好落实。"


def _head(head: str, file: str = "讲话.txt") -> Speech:
    return parse_one(f"{head}\n同志们：\n{BODY}\n{BODY}\n{BODY}\n", file)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2025/7/16 22:26:33", "2025-07-16"),
        ("2024年3月5日", "2024-03-05"),
        ("（2024年3月）", "2024-03"),
        ("2024 年 3 月 5 日", "2024-03-05"),
        ("二〇二四年三月五日", "2024-03-05"),
        ("二○二四年十二月三十一日", "2024-12-31"),
        ("二〇一六年", "2016"),
        ("２０２４－０３－０５", "2024-03-05"),
        ("2023.4.26", "2023-04-26"),
        ("2025年东澜推介会", "2025"),
        ("2024年13月", "2024"),
        ("没有日期", None),
    ],
)
def test_dates_are_iso_and_as_precise_as_stated(text: str, iso: str | None) -> None:
    assert read_date(text) == iso


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("市长 张三", "市长 张三"),
        ("云岭市委常委、常务副市长　魏长河", "云岭市委常委、常务副市长 魏长河"),
        ("中共雲嶺市委書記　周啟明", "中共雲嶺市委書記 周啟明"),
        ("（2025年4月16日，根据录音整理）许慎言", "许慎言"),
        ("张三", "张三"),
        ("讲话人：李四", "李四"),
        ("同志们", None),
        ("工作回顾", None),
        ("市委书记要亲自抓落实，负总责", None),
    ],
)
def test_speakers(text: str, speaker: str | None) -> None:
    assert read_speaker(text) == speaker


def test_title_date_and_speaker_lines_are_taken_from_the_head() -> None:
    head = "在全市科技创新工作\n推进会议上的讲话\n（2024年3月5日）\n市委书记　王建国\n"
    parsed = parse(f"{head}同志们：\n{BODY}\n{BODY}\n{BODY}\n")
    (speech,) = parsed.speeches
    assert speech.title == "在全市科技创新工作推进会议上的讲话"
    assert (speech.date, speech.speaker) == ("2024-03-05", "市委书记 王建国")
    assert (speech.occasion, speech.kind) == ("推进会", "讲话")
    assert removed(parsed, RemovalReason.METADATA) == ["（2024年3月5日）", "市委书记　王建国"]
    assert speech.text.startswith("在全市科技创新工作推进会议上的讲话\n同志们：\n")


def test_a_repeated_title_and_its_label_are_metadata() -> None:
    parsed = parse(f"标题:在大会上的讲话\n在大会上的讲话\n在大会上的讲话\n同志们：\n{BODY}\n")
    assert parsed.speeches[0].text.count("在大会上的讲话") == 1
    assert removed(parsed, RemovalReason.METADATA) == ["标题:", "在大会上的讲话", "在大会上的讲话"]


def test_a_scrap_of_the_title_before_the_salutation_is_metadata() -> None:
    parsed = parse(f"在成果转化工作推进会上的讲话\n工作推进会:同志们:\n{BODY}\n")
    assert removed(parsed, RemovalReason.METADATA) == ["工作推进会:"]
    assert "\n同志们：\n" in parsed.speeches[0].text


def test_a_subtitle_tells_occasion_and_date() -> None:
    speech = _head("凝心聚力 开创未来\n——2020年1月9日在望川区第六届人民代表大会第五次会议上的报告")
    assert speech.title == "凝心聚力 开创未来"
    assert (speech.date, speech.occasion, speech.kind) == ("2020-01-09", "代表大会", "报告")


def test_the_date_below_the_title_goes_before_that_of_the_page() -> None:
    speech = _head("在大会上的讲话\n发表时间:2025/7/16 22:26:33\n（2024年3月5日）")
    assert speech.date == "2024-03-05"
    assert _head("在大会上的讲话\n发表时间:2025/7/16 22:26:33").date == "2025-07-16"


def test_the_file_name_helps_out() -> None:
    speech = parse_one(f"同志们：\n{BODY}\n", "库/2023-在全市招商引资大会上的讲话.txt")
    assert (speech.title, speech.date) == ("在全市招商引资大会上的讲话", "2023")
    assert parse_one(f"同志们：\n{BODY}\n", "000_90a4da06c2c4f1bb.txt").date is None


def test_a_signature_at_the_end_dates_the_speech() -> None:
    parsed = parse(f"在大会上的讲话\n同志们：\n{BODY}\n{BODY}\n二〇二四年三月五日\n")
    assert parsed.speeches[0].date == "2024-03-05"
    assert removed(parsed, RemovalReason.METADATA) == ["二〇二四年三月五日"]


@pytest.mark.parametrize(
    ("title", "occasion", "kind"),
    [
        ("在全市优化营商环境座谈会上的讲话", "座谈会", "讲话"),
        ("全市抓基层党建工作述职评议会议主持词", "述职评议会议", "主持词"),
        ("在市校合作工作會議上的講話", "工作会议", "讲话"),
        ("在庆祝教师节大会上的致辞", "大会", "致辞"),
        ("在项目开工仪式上的致辞", "仪式", "致辞"),
        ("在动员大会上的表态发言", "动员大会", "发言"),
        ("政府工作报告", None, "报告"),
    ],
)
def test_occasion_and_kind(title: str, occasion: str | None, kind: str) -> None:
    assert (read_occasion(title), read_kind(title)) == (occasion, kind)


def test_place_is_what_the_title_names_and_never_our_city() -> None:
    assert _head("在青禾县乡村振兴工作会议上的讲话").place == "青禾县"
    assert _head("在全市乡村振兴工作会议上的讲话").place is None


def test_ids_depend_on_the_name_and_the_place_in_the_file_alone() -> None:
    first = parse_one(f"在大会上的讲话\n同志们：\n{BODY}\n", "甲.txt")
    again = parse_one(f"在小会上的发言\n各位：\n{BODY}\n", "甲.txt")
    other = parse_one(f"在大会上的讲话\n同志们：\n{BODY}\n", "乙.txt")
    assert first.id == again.id != other.id
    assert len(first.id) == 12
    assert first.passages[0].id == f"{first.id}-0000"
