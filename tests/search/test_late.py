"""Late interaction against textbook loops."""

import math

import numpy as np
import pytest

from speechrag.index.passage_tokens import join_tokens, sentence_norms
from speechrag.search.late import (
    best_matches,
    best_sentences,
    every_word_matches,
)

ROWS = np.array([[0, 0], [3, 0], [0, 2], [1, 1], [-1, 0]], dtype=np.float32)
NAMES = ["", "成果", "loan", "转化", "反"]
IDF = {"成果": 4.0, "loan": 9.0, "转化": 1.0, "反": 1.0}


class Tokens:
    """An encoder of five tokens; a text is a list of their numbers."""

    def token_ids(self, texts):
        return [np.array([int(n) for n in text.split()], dtype=np.int32) for text in texts]

    def token_rows(self, ids):
        return ROWS[ids]

    def token_names(self, ids):
        return [NAMES[i] for i in ids]


def ids(*numbers):
    return np.array(numbers, dtype=np.int32)


def cosine(q, p):
    return ROWS[q] @ ROWS[p] / (np.linalg.norm(ROWS[q]) * np.linalg.norm(ROWS[p]))


def best(q, passage):
    return max(0.0, max((cosine(q, p) for p in passage), default=0.0))


def by_loop(question, passages):
    """Σ norm √idf · best cosine / Σ norm √idf, one pair at a time."""
    weights = {q: np.linalg.norm(ROWS[q]) * math.sqrt(IDF[NAMES[q]]) for q in question}
    return [
        sum(weights[q] * best(q, passage) for q in question) / sum(weights.values())
        for passage in passages
    ]


def geometric_by_loop(question, passages):
    """Π (best cosine + 0.1) ^ (√norm idf / Σ √norm idf) - 0.1, at most 1."""
    weights = {q: math.sqrt(np.linalg.norm(ROWS[q])) * IDF[NAMES[q]] for q in question}
    whole = sum(weights.values())
    return [
        min(
            1.0, math.prod((best(q, passage) + 0.1) ** (weights[q] / whole) for q in question) - 0.1
        )
        for passage in passages
    ]


PASSAGES = [[1], [2, 3], [4], [1, 2, 3, 4]]


def test_each_word_counts_by_its_best_match():
    found = best_matches(Tokens(), "1 2", [ids(*p) for p in PASSAGES], IDF.__getitem__)
    assert found == pytest.approx(by_loop([1, 2], PASSAGES), abs=1e-6)
    assert found[3] == pytest.approx(1.0)


def test_a_word_without_any_match_costs_more_than_two_half_matches():
    found = every_word_matches(Tokens(), "1 2", [ids(*p) for p in PASSAGES], IDF.__getitem__)
    assert found == pytest.approx(geometric_by_loop([1, 2], PASSAGES), abs=1e-6)
    half = math.sqrt(0.5)
    both, one = every_word_matches(Tokens(), "1 2", [ids(3), ids(2)], IDF.__getitem__)
    assert both == pytest.approx(half, abs=1e-6)  # each word at 45 degrees
    weights = math.sqrt(3) * 4, math.sqrt(2) * 9  # 成果, loan
    assert one == pytest.approx(
        1.1 ** (weights[1] / sum(weights)) * 0.1 ** (weights[0] / sum(weights)) - 0.1
    )
    assert both > one


@pytest.mark.parametrize("match", [best_matches, every_word_matches])
def test_a_passage_or_question_without_known_words_scores_nothing(match):
    found = match(Tokens(), "1", [ids(), ids(1)], IDF.__getitem__)
    assert found == pytest.approx([0.0, 1.0], abs=1e-6)
    assert match(Tokens(), "", [ids(1)], IDF.__getitem__).tolist() == [0.0]
    assert match(Tokens(), "1", [], IDF.__getitem__).tolist() == []


def parted(*parts):
    return join_tokens([ids(*part) for part in parts])


def test_the_marks_between_sentences_match_nothing():
    whole, cut = every_word_matches(
        Tokens(), "1 2", [ids(2, 3), parted([2], [], [3], [])], IDF.__getitem__
    )
    assert cut == whole


def test_a_sentence_is_as_long_as_its_vector():
    passages = [parted([1, 3], [2], [4]), parted([], [1, 4], [4]), parted([4])]
    two, empty_first, none = sentence_norms(Tokens(), passages)
    assert two == pytest.approx([17**0.5, 2.0])
    assert empty_first == pytest.approx([math.inf, 2.0])
    assert none.tolist() == []
    assert sentence_norms(Tokens(), []) == []


def test_a_passage_counts_by_its_best_sentence_and_not_by_its_headings():
    passages = [
        parted([1, 3], [2], [1]),  # sentences (4, 1) and (0, 2); the headings do not count
        parted([2]),  # headings alone
        parted([], [3], []),
        parted([4], [4], [1]),
    ]
    norms = sentence_norms(Tokens(), passages)

    def score(x, y):
        return best_sentences(Tokens(), np.array([x, y], np.float32), passages, norms)

    assert score(0, 1) == pytest.approx([1.0, 0.0, 0.5**0.5, 0.0], abs=1e-6)
    assert score(1, 0) == pytest.approx([4 / 17**0.5, 0.0, 0.5**0.5, 0.0], abs=1e-6)
    assert score(-1, 0) == pytest.approx([0.0, 0.0, 0.0, 1.0], abs=1e-6)
    assert best_sentences(Tokens(), np.array([1, 0], np.float32), [], []).tolist() == []


class Multiplying(Tokens):
    """The same, which multiplies by itself."""

    def token_products(self, ids, others):
        return others @ ROWS[ids].T

    def token_lengths(self, ids):
        return np.linalg.norm(ROWS[ids], axis=1)


def test_an_encoder_that_multiplies_by_itself_gives_the_same():
    passages = [parted([1, 3], [2], [1]), ids(4), ids(), parted([], [3], []), ids(3, 2)]
    norms = sentence_norms(Tokens(), passages)
    vector = np.array([0.6, 0.8], np.float32)
    for match in (best_matches, every_word_matches):
        plain, multiplied = (
            match(encoder, "1 2", passages, IDF.__getitem__)
            for encoder in (Tokens(), Multiplying())
        )
        assert multiplied == pytest.approx(plain, abs=1e-6)
        assert plain[0] == pytest.approx(1, abs=1e-6)
    found = best_sentences(Multiplying(), vector, passages, norms)
    assert found == pytest.approx([0.8, 0, 0, 1.4 / 2**0.5, 0], abs=1e-6)
