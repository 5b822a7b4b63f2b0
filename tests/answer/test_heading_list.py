"""哪四个方面: items that stand as headings are given, each with the passage under it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from speechrag.answer.extract import compose_answer
from speechrag.answer.heading_list import asked_count
from speechrag.search.engine import Engine
from speechrag.search.library import build_library

SPEECH = """在全市养老服务体系建设推进会上的讲话
同志们：
今天会议的主要任务是部署养老服务工作。
一、充分认识养老服务工作的重要意义
全市六十岁以上老年人有42.6万人。养老服务关系千家万户，是最大的民生。
二、准确把握养老服务的四个方面重点
（一）扩大普惠供给
今年新增社区食堂36个，每餐补贴3元。
（二）提升护理能力
年内培训养老护理员1500名。
（三）加强医养结合
推动二级以上医院与养老机构签约，签约率达到95%。
（四）强化安全监管
对全市118家养老机构开展消防安全排查，发现隐患立即整改。
三、切实加强组织领导
各区县要成立专班，每月调度一次，年底前完成全部任务。
"""
ITEMS = ["（一）扩大普惠供给", "（二）提升护理能力", "（三）加强医养结合", "（四）强化安全监管"]


@pytest.fixture(scope="module")
def elderly(tmp_path_factory, settings):
    folder = tmp_path_factory.mktemp("elderly")
    (folder / "library").mkdir()
    (folder / "library" / "养老.txt").write_text(SPEECH, encoding="utf-8")
    own = replace(settings, index=folder / "index")
    build_library([folder / "library"], own)
    return Engine.open(own)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("要突出哪四个方面？", 4),
        ("抓好哪3件事", 3),
        ("哪两项任务", 2),
        ("四个方面重点分别是什么", 4),
        ("第三项任务是什么", None),
        ("哪些方面", None),
        ("", None),
    ],
)
def test_the_number_asked_for_is_read(question, expected):
    assert asked_count(question) == expected


def test_every_item_is_given_and_cites_the_passage_under_it(elderly):
    answer = compose_answer(elderly, "养老服务要突出哪四个方面？")
    assert [s.text for s in answer.sentences] == ITEMS
    assert [s.citations for s in answer.sentences] == [(1,), (2,), (3,), (4,)]
    assert [hit.passage.section_path[-1] for hit in answer.passages] == ITEMS
    text = answer.passages[0].speech.text
    assert [text[s.start : s.end] for s in answer.sentences] == ITEMS


def test_another_number_is_no_list_of_headings(elderly):
    answer = compose_answer(elderly, "养老服务要突出哪三个方面？")
    assert not set(ITEMS) & {s.text for s in answer.sentences}
