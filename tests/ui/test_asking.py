"""Reading the form: dates as people type them, filters, and requests that come back."""

import pytest

from speechrag.errors import QuestionError
from speechrag.types import Filters
from speechrag.ui.asking import MAX_K, Request, read_date
from speechrag.ui.strings import Strings

ZH = Strings("zh")


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        ("2023", "2023"), (2023, "2023"), ("2023年", "2023"), ("2023-5", "2023-05"),
        ("2023年5月", "2023-05"), ("2023年5月18日", "2023-05-18"), ("2023/5/18", "2023-05-18"),
        (" 2023.05.18 ", "2023-05-18"), ("", None), (None, None), ("不限", None), ("any", None),
    ],
)  # fmt: skip
def test_dates_are_read_as_people_type_them(typed, iso):
    assert read_date(typed, ZH) == iso


@pytest.mark.parametrize("typed", ["去年", "2023-13", "2023-02-30", "05-18", "20235"])
def test_what_is_no_date_is_refused_with_an_example(typed):
    with pytest.raises(QuestionError) as refused:
        read_date(typed, ZH)
    assert "2023-05-18" in refused.value.hint


def test_reversed_dates_are_refused():
    with pytest.raises(QuestionError, match="晚于"):
        Request.from_form("问", ["2024", "2023", [], [], [], 10], ZH)


def test_a_month_within_the_last_year_is_not_reversed():
    request = Request.from_form("问", ["2023-05", "2023", [], [], [], 10], ZH)
    assert (request.date_from, request.date_to) == ("2023-05", "2023")


def test_the_form_becomes_filters_and_survives_a_trip_through_the_browser():
    request = Request.from_form("问", ["2020", None, ["讲话"], ["举措"], ["a.txt"], 20], ZH)
    assert Request.from_json(request.as_json()) == request
    assert request.filters() == Filters(
        "2020", None, frozenset(["讲话"]), frozenset(["举措"]), frozenset(["a.txt"])
    )


def test_what_comes_back_from_the_browser_is_not_trusted():
    request = Request.from_json({"question": 5, "k": 10**9, "roles": ["不存在", "举措"]})
    assert request == Request("5", k=MAX_K, roles=("举措",))
