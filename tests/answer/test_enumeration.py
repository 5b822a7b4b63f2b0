"""A list is answered with all of its items, without the sentence that only leads to them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from speechrag.answer.enumeration import N_ITEMS, complete_list, is_item


@dataclass(frozen=True)
class At:
    start: int
    text: str


LEAD = At(0, "尽管取得了进展，但仍然存在一些问题。")
ONE = At(20, "一是供需对接不够紧密，成果与市场脱节。")
TWO = At(45, "二是中间环节较多，流程繁琐。")
MORE = At(60, "这些环节最长的要走半年。")
THREE = At(75, "三是资金投入不足。")
PASSAGE = (LEAD, ONE, TWO, MORE, THREE)


def test_missing_items_come_in_their_places() -> None:
    assert complete_list([THREE, TWO], PASSAGE) == [ONE, TWO, THREE]


def test_what_leads_to_the_list_goes_and_what_says_more_stays() -> None:
    assert complete_list([LEAD, MORE, TWO], PASSAGE) == [ONE, TWO, MORE, THREE]


def test_a_lead_alone_stays() -> None:
    assert complete_list([LEAD], PASSAGE) == [LEAD]


def test_a_first_sentence_that_says_something_stays() -> None:
    says = At(0, "我市研发投入强度只有百分之一点二，低于全省平均水平。")
    assert complete_list([says, ONE], (says, ONE, TWO)) == [says, ONE, TWO]


def test_one_item_is_no_list_and_a_long_list_is_left() -> None:
    assert complete_list([ONE], (LEAD, ONE, MORE)) == [ONE]
    long = [At(n, f"{n + 1}．第{n}件事要办好。") for n in range(N_ITEMS + 1)]
    assert complete_list(long[3:4], long) == long[3:4]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("一是加强领导。", True), ("第二，抓好落实。", True), ("其三，狠抓作风。", True),
        ("（3）完善制度。", True), ("2．规范程序。", True), ("首先，要提高认识。", True),
        ("一定要抓好落实。", False), ("第一产业增加值增长百分之四。", False),
        ("2024年增长5％。", False),
        ("十分重要的是作风。", False),
    ],
)  # fmt: skip
def test_items_are_told_by_how_they_begin(sentence: str, expected: bool) -> None:
    assert is_item(sentence) is expected
