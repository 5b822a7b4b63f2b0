"""Near copies are grouped, and only they."""

import random

import numpy as np
import pytest

from speechrag.index.duplicates import MIN_SHARE, group_rows, share, sketch_texts

CHARS = [chr(code) for code in range(0x4E00, 0x5600)]


def passage(seed, n=200):
    return "".join(random.Random(seed).choices(CHARS, k=n))


def groups_of(texts, known=None):
    sketches = sketch_texts(texts)
    return group_rows(sketches, texts.__getitem__, known).tolist()


def test_exact_copies_are_one_group_named_by_the_first():
    a, b = passage(1), passage(2)
    assert groups_of([a, b, a, passage(3), b, a]) == [0, 1, 0, 3, 1, 0]


def test_spacing_punctuation_width_and_script_do_not_matter():
    text = "我们要推动科技成果转化,把“关键变量”转化为最大增量。"
    other = "我們要推動科技成果轉化,把「關鍵變量」 轉化為最大增量"
    assert groups_of([text, other]) == [0, 0]


def test_a_few_changed_words_are_a_near_copy_and_many_are_not():
    text = passage(4)
    near = text[:100] + "改了" + text[102:]  # 5 of 197 shingles differ
    far = text[:100] + passage(5, 100)
    assert share(text, near) == pytest.approx((197 - 5) / 197)
    assert groups_of([text, far, near]) == [0, 1, 0]


def test_a_part_is_not_a_near_copy_of_the_whole():
    text = passage(6)
    assert share(text, text[:100]) < 0.55
    assert groups_of([text, text[:100]]) == [0, 1]


def test_nearly_all_near_copies_are_found():
    texts = [passage(seed) for seed in range(300)]
    chance = random.Random(0)
    for seed in range(300):
        at = chance.randrange(20, 160)
        texts.append(texts[seed][:at] + "改动" + texts[seed][at + 12 :])
    shares = [share(texts[seed], texts[300 + seed]) for seed in range(300)]
    assert min(shares) >= MIN_SHARE
    groups = groups_of(texts)
    found = sum(groups[300 + seed] == seed for seed in range(300))
    assert found >= 297
    assert groups[:300] == list(range(300))


def test_short_and_empty_texts_are_compared_whole():
    assert groups_of(["谢谢", "谢谢!", "好", "", "😀", "😀"]) == [0, 0, 2, 3, 4, 4]


def test_rows_known_from_an_earlier_run_are_not_compared_again():
    texts = [passage(1), passage(1), passage(1)]
    asked = []
    sketches = sketch_texts(texts)
    known = np.asarray([7, 7, 9], dtype=np.int32)
    groups = group_rows(sketches, lambda row: asked.append(row) or texts[row], known)
    assert groups.tolist() == [0, 0, 2]
    assert asked == []


def test_equal_texts_have_equal_sketches_alone_and_among_others():
    texts = ["推动科技成果转化", "", "推动 科技成果转化。", passage(1), "好"]
    together = sketch_texts(texts)
    assert together[0].tolist() == together[2].tolist()
    for text, row in zip(texts, together, strict=True):
        assert sketch_texts([text])[0].tolist() == row.tolist()
    assert sketch_texts([]).shape == (0, 8)
