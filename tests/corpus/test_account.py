"""Nothing is lost: for every known file and for generated ones, whatever they hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from accounts import assert_accounted, document, parse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speechrag.corpus.clean import coverage_of, parse_document, parse_file
from speechrag.types import Hint, RemovalReason, Removed, Segment

ROOT = Path(__file__).parents[2]
KNOWN = [
    path
    for folder in (ROOT / "seeds", ROOT.parent / "shared" / "seeds")
    for path in sorted(folder.glob("*"))
    if path.suffix in {".txt", ".md", ".html", ".docx", ".pdf"}
]

FRAGMENTS = [
    *["\n", "\n\n", "  \n", "　　", "\r\n", "\x0c", "\u2028", "\ufeff", "\x00", "\ufffd", "\u200b"],
    *[
        "同志们:",
        "各位领导、同志们：",
        "谢谢大家!",
        "在全市会议上的讲话",
        "标题:在全市会议上的讲话",
    ],
    *[
        "一、提高认识",
        "(一)加强领导",
        "（二）完善机制，强化保障。要做好工作。",
        "1.抓落实。",
        "(2)",
        "①",
    ],
    *[
        "一是",
        "二是加大投入。",
        "第一,",
        "首先，",
        "最后，",
        "“引用。”",
        "《文件",
        "》",
        "“",
        "”",
        "(",
        ")",
    ],
    *[
        "。",
        "!",
        "?",
        "；",
        ":",
        "，",
        "……",
        "...",
        "目录",
        "目录/提纲:……",
        "讲话稿篇2",
        "篇一：",
        "篇二",
    ],
    *["……(快文网http://x省略766字,正式会员可完整阅读)……", "(未完,全文共3583字,当前只显示1990字"],
    *[
        "点击查看全文",
        "更多相关文章:",
        "• 在全市会议上的讲话",
        "• ",
        "猜你喜欢",
        "上一篇:在会上的讲话",
    ],
    *["发表时间:2025/7/16 22:26:33", "2024年3月5日", "市长 张三", "客服热线:400", "- 1 -"],
    *[
        "工業(yè)大學",
        "(de)",
        "諝鈩恿途蜻M",
        "?仡欉@",
        "锛屽湪",
        "ÎÒÃÇ",
        "12.5%",
        "abc def",
        "**",
        "# 题",
    ],
    "我们要进一步深化改革，完善机制，推动高质量发展，努力取得新的更大成绩。",
]


@pytest.mark.parametrize("path", KNOWN, ids=lambda p: p.name)
def test_every_known_file_is_accounted_for(path: Path) -> None:
    parsed = parse_file(path)
    assert_accounted(parsed)
    assert parsed.speeches
    assert all(speech.passages for speech in parsed.speeches)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=40), st.sampled_from(["", "\n", "\n　　"]))
def test_any_mixture_of_speech_and_page_is_accounted_for(parts: list[str], between: str) -> None:
    parse(between.join(parts))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=200))
def test_any_text_is_accounted_for(text: str) -> None:
    parse(text)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from(FRAGMENTS), max_size=20).map("\n".join),
    st.lists(
        st.tuples(
            st.integers(0, 300),
            st.integers(0, 60),
            st.sampled_from(
                ["heading", "title", "boilerplate", "page_furniture", "markup", "table"]
            ),
        ),
        max_size=4,
    ),
)
def test_any_hints_are_accounted_for(text: str, ranges: list[tuple[int, int, str]]) -> None:
    n = len(text)
    hints = tuple(Hint(min(a, n), min(a + size, n), kind, 1) for a, size, kind in ranges)
    parse(text, hints=hints)


def test_the_same_document_gives_the_same_result() -> None:
    source = document("\n".join(FRAGMENTS))
    assert parse_document(source) == parse_document(source)


def test_coverage_counts_what_is_missing_and_what_is_there_twice() -> None:
    parsed = parse("在大会上的讲话\n同志们：\n我们要坚定信心，扎实工作。")
    (speech,) = parsed.speeches
    n = len(parsed.document.text)
    without = replace(parsed, speeches=(replace(speech, passages=()),))
    assert coverage_of(without) == (n - 18 + 1) / n  # the line break between is layout
    twice = replace(parsed, removed=(*parsed.removed, Removed(0, 3, RemovalReason.WIDGET)))
    assert coverage_of(twice) == (n - 3) / n
    repeated = replace(speech, segments=(*speech.segments, Segment(0, 7, 0, 7)))
    assert coverage_of(replace(parsed, speeches=(repeated,))) == (n - 7) / n


def test_blank_and_empty_documents_hold_no_speech() -> None:
    for text in ("", "\n", " 　\n\t\u200b"):
        parsed = parse(text)
        assert (parsed.speeches, parsed.coverage) == ((), 1.0)


def test_boilerplate_and_markup_named_by_the_reader_are_taken_out() -> None:
    text = "菜单一 菜单二\n## 在大会上的讲话\n同志们：\n我们要坚定信心，扎实工作，取得实效。\n页脚"
    hints = (
        Hint(0, 7, "boilerplate"),
        Hint(8, 11, "markup"),
        Hint(11, 18, "heading", 1),
        Hint(len(text) - 2, len(text), "page_furniture"),
    )
    parsed = parse(text, hints=hints)
    reasons = [r.reason for r in parsed.removed if r.reason is not RemovalReason.LAYOUT]
    assert reasons == [RemovalReason.NAVIGATION, RemovalReason.MARKUP, RemovalReason.PAGE_FURNITURE]
    assert parsed.speeches[0].title == "在大会上的讲话"
