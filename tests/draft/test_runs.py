import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechrag.draft.formulas import formula_mask
from speechrag.draft.records import Run
from speechrag.draft.runs import SEED_CHARS, KeyedText, find_runs, merge_spans, to_text


def runs_in_text(draft, passage):
    a, b = KeyedText(draft), KeyedText(passage)
    return [
        (draft[slice(*run.draft)], passage[slice(*run.passage)])
        for run in (to_text(r, a, b) for r in find_runs(a, b))
    ]


def longest_common_substring(a, b):
    """By the table of Hunt's textbook recurrence, independent of what is tested."""
    best = 0
    row = [0] * (len(b) + 1)
    for x in a:
        row = [0] + [row[j] + 1 if x == y else 0 for j, y in enumerate(b)]
        best = max(best, *row)
    return best


def test_a_run_is_found_across_script_width_spaces_and_punctuation():
    draft = "会上强调:病長在幹部身上, 疼卻落在群眾身上。"
    passage = "病长在干部身上，疼却落在群众身上。柏树坳村"
    assert runs_in_text(draft, passage) == [
        ("病長在幹部身上, 疼卻落在群眾身上", "病长在干部身上，疼却落在群众身上")
    ]


def test_a_run_shorter_than_the_seed_is_none():
    assert runs_in_text("甲一二三四五六七乙", "丙一二三四五六七丁") == []
    assert len("一二三四五六七") == SEED_CHARS - 1


def test_runs_do_not_overlap_in_the_draft_and_the_longer_wins():
    draft = "子丑寅卯辰巳午未申酉戌亥"
    passage = "子丑寅卯辰巳午未甲乙丙寅卯辰巳午未申酉戌亥"
    keyed = KeyedText(draft), KeyedText(passage)
    found = find_runs(*keyed)
    assert [(r.start, r.n_chars) for r in found] == [(2, 10)]


def test_two_separate_runs_are_both_found():
    first, second = "守着绿水青山过穷日子", "毁了绿水青山换几年快钱"
    pairs = runs_in_text(f"{first}我们不能{second}", f"{second}；{first}")
    assert [ours for ours, _ in pairs] == [first, second]


def test_a_run_of_formulaic_phrases_does_not_count():
    opening = "同志们，下面我讲三点意见"
    assert runs_in_text(opening, opening) == []
    assert sum(formula_mask("同志们下面我讲三点意见")) == 11


def test_formulas_inside_a_run_are_not_counted():
    keyed = KeyedText("同志们把每一颗螺丝拧紧谢谢大家")
    assert keyed.n_letters == 8
    assert keyed.n_counted(0, len(keyed.key)) == 8


@pytest.mark.parametrize(
    "phrase",
    [
        "同志们", "现在开会", "我讲几点意见", "下面我讲三点意见", "谢谢大家", "尊敬的各位领导",
        "经市委市政府研究决定", "我代表市委市政府讲几点意见", "散会",
    ],
)  # fmt: skip
def test_formulaic_phrases_are_known(phrase):
    assert sum(formula_mask(phrase)) == len(phrase)


def test_words_of_substance_are_no_formula():
    for words in ("把成果转化摆到创新全局的突出位置", "问题在水里根子在岸上", "防汛无小事"):
        assert sum(formula_mask(words)) == 0


@given(st.integers(0, 10_000))
def test_the_longest_run_is_the_longest_common_substring(seed):
    rng = random.Random(seed)
    a = "".join(rng.choice("天地玄") for _ in range(60))
    b = "".join(rng.choice("天地玄") for _ in range(60))
    found = find_runs(KeyedText(a), KeyedText(b))
    longest = longest_common_substring(a, b)
    assert max((r.n_chars for r in found), default=0) == (longest if longest >= SEED_CHARS else 0)
    for run in found:
        end = run.passage_start + run.n_chars
        assert a[run.start : run.end] == b[run.passage_start : end]


def test_spans_that_touch_are_merged():
    assert merge_spans([(5, 7), (0, 2), (2, 4), (6, 9)]) == [(0, 4), (5, 9)]


def test_the_span_of_a_run_is_that_of_the_text():
    a, b = KeyedText("一 二三四五六七八九"), KeyedText("零一二三四五六七八九")
    assert to_text(find_runs(a, b)[0], a, b) == Run((0, 10), (1, 10))
