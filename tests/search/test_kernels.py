"""What a question's words gain by their best matches: pools by hand, curves by interpolation."""

import math

import numpy as np
import pytest

from speechrag.index.encoders import load_encoder
from speechrag.index.tokens import Tokenizer
from speechrag.search.kernels import CURVES, KNOTS, kernel_scores, pool_matches
from speechrag.search.query import Query, analyse_question

CLOSE = 0.7  # the cosine of 口令 and 密码 in `Words`


class Words:
    """Five words with vectors one can reckon with; a text is words with spaces between them."""

    names = ("口令", "密码", "屏幕", "怎么", "大水")
    rows = np.array(
        [
            [1, 0, 0, 0],
            [CLOSE * 4, math.sqrt(1 - CLOSE**2) * 4, 0, 0],
            [0, 0, 4, 0],
            [0, 0, 0, 1],
            [0, -1, 0, 0],
        ],
        np.float32,
    )

    def token_ids(self, texts):
        return [
            np.unique([self.names.index(w) for w in text.split() if w in self.names]).astype(
                np.int32
            )
            for text in texts
        ]

    def token_rows(self, ids):
        return self.rows[ids]

    def token_names(self, ids):
        return [self.names[i] for i in ids]


def ids(*texts):
    return Words().token_ids(texts)


def query(text):
    return Query(text=text, folded=text, terms={})


def pool(**shares):
    found = np.zeros(len(KNOTS))
    for knot, share in shares.items():
        found[KNOTS.index(int(knot[1:]) / 10)] = share
    return found


def test_each_word_goes_to_the_knots_beside_its_best_match():
    # The roots of the norms are 1 and 2: a third and two thirds of the question.
    pools = pool_matches(Words(), query("口令 屏幕"), [ids("密码 大水")], lambda _: 1.0)
    np.testing.assert_allclose(pools[0, 0], pool(k0=2 / 3, k6=1 / 6, k8=1 / 6), atol=1e-6)


def test_a_word_counts_by_its_rarity():
    rarity = {"口令": 4.0, "屏幕": 1.0}
    pools = pool_matches(Words(), query("口令 屏幕"), [ids("口令")], rarity.__getitem__)
    np.testing.assert_allclose(pools[0, 0], pool(k10=4 / 6, k0=2 / 6), atol=1e-6)


def test_a_word_that_only_asks_counts_half():
    asked = analyse_question("屏幕 怎么", Tokenizer())
    pools = pool_matches(Words(), asked, [ids("怎么")], lambda _: 1.0)
    np.testing.assert_allclose(pools[0, 0], pool(k0=2 / 2.5, k10=0.5 / 2.5), atol=1e-6)


def test_the_passage_is_matched_by_all_its_sentences_the_best_one_by_itself():
    passage = ids("口令", "屏幕", "大水")
    pools = pool_matches(Words(), query("口令 屏幕"), [passage], lambda _: 1.0)
    np.testing.assert_allclose(pools[0, 0], pool(k10=1.0), atol=1e-6)
    np.testing.assert_allclose(pools[0, 1], pool(k10=2 / 3, k0=1 / 3), atol=1e-6)


def test_what_has_no_words_has_empty_pools():
    passages = [[], ids(""), ids("口令")]
    pools = pool_matches(Words(), query("口令"), passages, lambda _: 1.0)
    assert pools[:2].tolist() == np.zeros((2, 2, len(KNOTS))).tolist()
    assert pools[2].sum(axis=1).tolist() == [1.0, 1.0]
    assert not pool_matches(Words(), query("无人知晓"), passages, lambda _: 1.0).any()
    assert not pool_matches(Words(), query("口令"), passages, lambda _: 0.0).any()
    assert pool_matches(Words(), query("口令"), [], lambda _: 1.0).shape == (0, 2, len(KNOTS))


def test_a_curve_never_falls():
    for values in CURVES.values():
        assert values[0] == 0
        assert all(np.diff(values) >= 0)
        assert values[-1] > 1


@pytest.mark.parametrize("question", ["群众办事难在哪里", "why do graduates leave the county"])
def test_the_score_is_the_curve_at_each_best_cosine(question):
    """Word by word, with a loop and `np.interp`, as the definition has it."""
    encoder = load_encoder("builtin", allow_download=False)
    asked = analyse_question(question, Tokenizer())
    texts = [
        ["有的窗口办事慢，群众跑了三趟。", "县里留不住年轻人。"],
        ["毕业生都去了省城，回来的不到两成。", "路修好了。", "教师也走。"],
    ]
    passages = [encoder.token_ids(sentences) for sentences in texts]
    idf = {name: 1 + at % 3 for at, name in enumerate("群众 办事 难 在 哪里 why county".split())}

    def rarity(name):
        return float(idf.get(name, 2))

    found = kernel_scores(pool_matches(encoder, asked, passages, rarity))

    (words,) = encoder.token_ids([question])
    from speechrag.search.query import find_topic

    topic = encoder.token_ids([find_topic(asked)])[0].tolist()
    rows = encoder.token_rows(words)
    norms = np.linalg.norm(rows, axis=1)
    names = encoder.token_names(words)
    weights = [
        math.sqrt(norm) * rarity(name) * (1 if word in topic else 0.5)
        for word, norm, name in zip(words.tolist(), norms.tolist(), names, strict=True)
    ]
    plain = [norm * math.sqrt(rarity(name)) for norm, name in zip(norms, names, strict=True)]

    def best(word, sentence):
        vectors = encoder.token_rows(sentence)
        cosines = vectors @ rows[word] / np.linalg.norm(vectors, axis=1) / norms[word]
        return max(0.0, float(cosines.max()))

    for at, sentences in enumerate(passages):
        each = [[best(word, sentence) for word in range(len(words))] for sentence in sentences]
        favourite = max(each, key=lambda matches: sum(np.multiply(plain, matches)))
        views = {"passage": np.max(each, axis=0), "sentence": favourite}
        by_hand = sum(
            weight * np.interp(match, KNOTS, CURVES[name])
            for name, view in views.items()
            for weight, match in zip(weights, view, strict=True)
        )
        assert found[at] == pytest.approx(by_hand / sum(weights), abs=1e-4)
