"""A speech without line breaks still has its title, its date and its speaker."""

from __future__ import annotations

import pytest

from speechrag.corpus.clean import parse_file
from speechrag.corpus.run_in_head import RunInHead, read_run_in_head

BODY = "今天会议的主要任务是部署下一步工作。各单位要压实责任，抓好落实。"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (
            "在全市殡葬改革工作会议上的讲话（2023年4月18日）青石市副市长林知远同志们：",
            ("在全市殡葬改革工作会议上的讲话", "2023-04-18", "青石市副市长林知远"),
        ),
        ("关于供水保障情况的报告各位代表：", ("关于供水保障情况的报告", None, None)),
        (
            "在青石市春节团拜会上的致辞尊敬的各位来宾，女士们、先生们：",
            ("在青石市春节团拜会上的致辞", None, None),
        ),
        (
            "在先进事迹报告会上的讲话(2024.9.10) 市长 何以安 同志们：",
            ("在先进事迹报告会上的讲话", "2024-09-10", "市长 何以安"),
        ),
    ],
)
def test_title_date_and_speaker_are_read_before_the_address(
    head: str, expected: tuple[str, str | None, str | None]
) -> None:
    assert read_run_in_head(head + BODY) == RunInHead(*expected)


@pytest.mark.parametrize(
    "text",
    [
        "要学习在省委工作会议上的讲话精神，同志们：",
        "今天我在这里作工作报告，同志们：",
        "受县委委托我向大会作报告各位代表：",
        "同志们：在上次会议的讲话中各位代表：",
        "刚才听了三位同志的发言很受启发同志们：",
        "在全市工作会议上的讲话",
        "在全市工作会议上的讲话\n同志们：",
        "",
    ],
)
def test_a_sentence_before_the_address_is_no_head(text: str) -> None:
    assert read_run_in_head(text + BODY) is None


def test_a_file_of_one_line_is_titled_by_its_head_and_loses_nothing(tmp_path) -> None:
    file = tmp_path / "新建文本文档.txt"
    head = "在全市教育大会上的讲话（2024年9月10日）市长何以安同志们："
    file.write_text(head + BODY * 3, encoding="utf-8")
    parsed = parse_file(file, file.name)
    (speech,) = parsed.speeches
    assert speech.title == "在全市教育大会上的讲话"
    assert (speech.date, speech.speaker) == ("2024-09-10", "市长何以安")
    assert speech.kind == "讲话"
    assert speech.text.startswith(head)
    assert parsed.coverage == 1.0
