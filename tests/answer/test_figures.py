import pytest

from speechrag.answer.figures import find_figures, read_number, same_figure


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("三百二十", 320), ("两万三千", 23_000), ("二〇二三", 2023), ("十", 10), ("一百零五", 105),
        ("三点五", 3.5), ("一亿两千万", 120_000_000), ("12.5", 12.5), ("1,684", 1684), ("好", None),
    ],
)  # fmt: skip
def test_numbers_are_read_in_figures_and_in_characters(text, value):
    assert read_number(text) == value


def test_one_percentage_has_one_value_however_it_is_written():
    for text in ("百分之三十", "30%", "３０％", "三成"):
        (figure,) = find_figures(text)
        assert (figure.value, figure.is_percent) == (30.0, True), text


def test_scales_are_multiplied_out():
    (figure,) = find_figures("总产值3125亿元")
    assert figure.value == 312_500_000_000
    (same,) = find_figures("３１２５亿元")
    assert same_figure(figure, same)


def test_offsets_are_those_of_the_text():
    text = "九十四户里错评了十七户,漏评了8户"
    assert [text[f.start : f.end] for f in find_figures(text)] == ["九十四", "十七", "8"]


@pytest.mark.parametrize(
    "text",
    ["统一思想", "一是加强领导", "进一步提高", "万一失败", "千方百计", "一定要办成", "成果转化"],
)
def test_characters_that_count_nothing_are_no_numbers(text):
    assert find_figures(text) == []


def test_a_share_is_not_the_number_itself():
    (share,), (number,) = find_figures("30%"), find_figures("30家")
    assert not same_figure(share, number)
