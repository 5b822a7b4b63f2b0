"""Words that a page says to its reader, and words that the dictionary lists."""

from __future__ import annotations

import random

import pytest

from speechrag.corpus.page_words import PAGE_WORD, n_page_words
from speechrag.corpus.soundness import _Words, is_word, sound_cost

PIECES = (
    "网站|网页|本网|责任编辑|编辑|责编|作者|工作者|著作权|著|写|扫|扫一扫|扫描|您的|您|上一|上传|文档|文|VIP|vip|App|qq|QQ|"
    "http|HTTPS|:|www|WWW.|.|cookie|Copyright|ſ|K|¥|,|。|的|经济"
).split("|")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("各位代表,现在我向大会报告工作。", 0),
        ("下载App,扫描二维码", 4),
        ("VIP会员vip下载", 3),  # one word, whatever its case
        ("文艺工作者的责任", 0),  # not the author of an article
        ("作者:张三 责任编辑:李四", 2),
        ("WWW.EXAMPLE.CN 和 https://example.cn", 2),
    ],
)
def test_different_words_are_counted(text: str, count: int) -> None:
    assert n_page_words(text) == count


def test_counting_finds_what_the_whole_pattern_finds() -> None:
    chance = random.Random(6)
    for _ in range(5_000):
        text = "".join(chance.choices(PIECES, k=chance.randrange(1, 9)))
        assert n_page_words(text) == len({w.lower() for w in PAGE_WORD.findall(text)}), text


def test_costs_are_negative_logs_of_shares() -> None:
    words = _Words("经济 6 n\n发展 2 v\n经 2 n\n社会主义国家 90 n\n")
    assert words.total == pytest.approx(2.302585)  # ln 10: the long word is left out
    assert words.cost("经济") == pytest.approx(0.510826)  # -ln 0.6
    assert words.cost("发展") == pytest.approx(1.609438)  # -ln 0.2
    assert words.cost("社会") is None
    assert _Words("").cost("经济") is None


def test_words_are_known_in_both_scripts_and_up_to_five_characters() -> None:
    assert is_word("经济")
    assert is_word("經濟")
    assert not is_word("济经")
    assert not is_word("中华人民共和国")


def test_sound_text_costs_less_than_torn() -> None:
    assert sound_cost("推动经济社会发展") / 8 < 6
    assert sound_cost("泻献骰蚩") / 4 > 9
