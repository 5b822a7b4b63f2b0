"""A file that holds several speeches gives each its own title, text and id."""

from __future__ import annotations

import pytest
from accounts import parse, removed

from speechrag.types import RemovalReason

BODY = "今天，我们在这里开会，主要任务是总结成绩、分析形势、部署工作，请大家认真抓好落实。" * 4


@pytest.mark.parametrize(
    ("marks", "titles"),
    [
        (("合作會講話稿篇2", "合作會講話稿篇3"), ("合作會講話稿篇2", "合作會講話稿篇3")),
        (
            ("篇一：在动员会上的讲话", "篇二：在总结会上的讲话"),
            ("篇一：在动员会上的讲话", "篇二：在总结会上的讲话"),
        ),
        (("【范文一】", "【范文二】"), ("【范文一】", "【范文二】")),
        (("第一篇 在动员会上的讲话", "第二篇 在总结会上的讲话"), None),
        (("讲话稿(1)", "讲话稿(2)"), ("讲话稿（1）", "讲话稿（2）")),
    ],
)
def test_marks_part_the_speeches(marks: tuple[str, str], titles: tuple[str, str] | None) -> None:
    parsed = parse(
        f"领导讲话稿三篇\n以下是小编为大家整理的讲话稿，希望对大家有帮助。\n"
        f"{marks[0]}\n同志们：\n{BODY}\n谢谢大家！\n{marks[1]}\n各位代表：\n{BODY}\n"
    )
    assert [s.title for s in parsed.speeches] == list(titles or marks)
    assert [s.text.count(BODY) for s in parsed.speeches] == [1, 1]
    assert parsed.speeches[0].id != parsed.speeches[1].id
    assert removed(parsed, RemovalReason.METADATA)[0] == "领导讲话稿三篇"


def test_a_new_title_and_salutation_behind_a_closing_begin_a_new_speech() -> None:
    parsed = parse(
        f"在动员会上的讲话\n同志们：\n{BODY}\n{BODY}\n{BODY}\n谢谢大家！\n"
        f"在总结会上的讲话\n（2024年3月5日）\n同志们：\n{BODY}\n{BODY}\n谢谢！\n"
    )
    assert [(s.title, s.date) for s in parsed.speeches] == [
        ("在动员会上的讲话", None),
        ("在总结会上的讲话", "2024-03-05"),
    ]


def test_an_address_inside_a_speech_does_not_begin_a_new_one() -> None:
    parsed = parse(f"在动员会上的讲话\n同志们：\n{BODY}\n各位代表！\n{BODY}\n同志们！\n{BODY}\n")
    assert len(parsed.speeches) == 1


def test_a_list_of_titles_alone_parts_nothing() -> None:
    parsed = parse(
        f"讲话稿汇编\n篇一：在动员会上的讲话\n篇二：在总结会上的讲话\n同志们：\n{BODY}\n"
    )
    assert len(parsed.speeches) == 1


def test_a_notice_truncates_the_speech_it_stands_in() -> None:
    notice = "(未完,全文共3583字,当前只显示1990字,请阅读下面提示信息。)"
    parsed = parse(f"讲话稿篇1\n同志们：\n{BODY}\n讲话稿篇2\n同志们：\n{BODY}{notice}\n")
    assert [s.truncated is None for s in parsed.speeches] == [True, False]
