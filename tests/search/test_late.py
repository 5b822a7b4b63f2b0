"""Late interaction against a textbook loop."""

import numpy as np
import pytest

from speechrag.search.late import best_matches

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


def by_loop(question, passages):
    """Σ norm √idf · max(0, best cosine) / Σ norm √idf, one pair at a time."""
    out = []
    for passage in passages:
        total = weight = 0.0
        for q in question:
            w = np.linalg.norm(ROWS[q]) * np.sqrt(IDF[NAMES[q]])
            cosines = [
                ROWS[q] @ ROWS[p] / (np.linalg.norm(ROWS[q]) * np.linalg.norm(ROWS[p]))
                for p in passage
            ]
            total += w * max(0.0, max(cosines, default=0.0))
            weight += w
        out.append(total / weight)
    return out


def test_each_word_counts_by_its_best_match():
    passages = [[1], [2, 3], [4], [1, 2, 3, 4]]
    found = best_matches(
        Tokens(), "1 2", [np.array(p, dtype=np.int32) for p in passages], lambda n: IDF[n]
    )
    assert found == pytest.approx(by_loop([1, 2], passages), abs=1e-6)
    assert found[3] == pytest.approx(1.0)


def test_a_passage_or_question_without_known_words_scores_nothing():
    empty = np.array([], dtype=np.int32)
    one = np.array([1], dtype=np.int32)
    assert best_matches(Tokens(), "1", [empty, one], lambda n: IDF[n]).tolist() == [0.0, 1.0]
    assert best_matches(Tokens(), "", [one], lambda n: IDF[n]).tolist() == [0.0]


def test_long_questions_and_many_passages_are_matched_in_blocks():
    """More tokens than one block of the matrix product takes, none a multiple of it."""
    rng = np.random.default_rng(4)
    rows = rng.normal(size=(3001, 64)).astype(np.float32)
    encoder = ManyTokens(rows)
    asked = np.arange(0, 90, dtype=np.int32)
    passages = [np.unique(rng.integers(0, 3001, 70)).astype(np.int32) for _ in range(60)]
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    weights = np.linalg.norm(rows[asked], axis=1)
    expected = [
        weights @ np.maximum(unit[asked] @ unit[p].T, 0).max(axis=1) / weights.sum()
        for p in passages
    ]
    found = best_matches(encoder, " ".join(map(str, asked)), passages, lambda _name: 1.0)
    assert found == pytest.approx(np.array(expected), abs=1e-5)


class ManyTokens(Tokens):
    """The same with as many tokens as there are rows."""

    def __init__(self, rows):
        self._rows = rows

    def token_rows(self, ids):
        return self._rows[ids]

    def token_names(self, ids):
        return [str(i) for i in ids]
