import pytest

from speechrag.draft.differences import find_differences


def summary(draft, source):
    return [(d.kind, d.draft, d.source) for d in find_differences(draft, source)]


@pytest.mark.parametrize(
    ("draft", "source", "expected"),
    [
        ("宁可十防九空", "宁可十防九空", []),
        ("宁可十防九空，绝不失防", "宁可十防九空，不可失防", [("words", "绝不", "不可")]),
        ("宁可听骂声", "宁可听骂声，", []),  # a mark behind the last letter is not quoted
        ("十防九空、不可失防", "十防九空，不可失防", [("punctuation", "、", "，")]),
        ("十防九空不可失防", "十防九空，不可失防", [("punctuation", "", "，")]),
        ("十防九空,不可失防", "十防九空，不可失防", []),  # width alone is no difference
        ("寧可聽罵聲", "宁可听骂声", [("script", "寧", "宁"), ("script", "聽罵聲", "听骂声")]),
        ("抓好三件事", "抓好这三件事", [("words", "", "这")]),
        ("抓好这三件事", "抓好三件事", [("words", "这", "")]),
        ("ＡＩ赋能", "AI赋能", [("script", "ＡＩ", "AI")]),
    ],
)
def test_differences_by_kind(draft, source, expected):
    assert summary(draft, source) == expected


def test_spans_index_both_texts():
    (difference,) = find_differences("甲乙丙，丁", "甲乙戊，丁")
    assert difference.draft_span == (2, 3)
    assert difference.source_span == (2, 3)
