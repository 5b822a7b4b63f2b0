"""BM25 against bm25s and against the textbook, and the vocabulary."""

import math
import random

import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechrag.index.lexical import Bm25, LexicalIndex, top_rows
from speechrag.index.vocabulary import Vocabulary


def random_documents(n, seed=1, mean=60):
    chance = random.Random(seed)
    return [
        [f"词{min(int(chance.expovariate(0.02)), 400)}" for _ in range(chance.randint(0, 2 * mean))]
        for _ in range(n)
    ]


def textbook(documents, terms, k1=1.5, b=0.75):
    """BM25 as Kamphuis and others (2020) give Lucene's form, word by word."""
    n, average = len(documents), sum(map(len, documents)) / len(documents)
    scores = []
    for document in documents:
        score = 0.0
        for term, weight in terms.items():
            df = sum(term in other for other in documents)
            tf = document.count(term)
            idf = math.log(1 + (n - df + 0.5) / (df + 0.5))
            norm = k1 * (1 - b + b * len(document) / average)
            score += weight * idf * tf / (tf + norm)
        scores.append(score)
    return np.asarray(scores)


@pytest.fixture(scope="module")
def documents():
    return random_documents(1_500)


@pytest.fixture(scope="module")
def titles(documents):
    return [document[:3] for document in documents]


@pytest.fixture(scope="module")
def index(documents, titles, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lexical")
    return LexicalIndex.build(folder, {"body": documents, "title": titles})


@pytest.mark.parametrize("terms", [["词1"], ["词3", "词50", "词200"], ["词0", "词399", "无此词"]])
def test_scores_equal_those_of_bm25s(index, documents, terms):
    other = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
    other.index(documents, show_progress=False)
    known = [term for term in terms if term in other.vocab_dict]
    ours = index.scores(dict.fromkeys(terms, 1.0))
    np.testing.assert_allclose(ours, other.get_scores(known), atol=1e-5)


def test_scores_equal_the_textbooks_with_weights_over_fields(index, documents, titles):
    terms = {"词2": 1.0, "词40": 0.5}
    ours = index.scores(terms, {"body": 1.0, "title": 0.3})
    expected = textbook(documents, terms) + 0.3 * textbook(titles, terms)
    np.testing.assert_allclose(ours, expected, atol=1e-5)


def test_k1_and_b_are_the_querys(index, documents, tmp_path):
    built = LexicalIndex.build(tmp_path / "x", {"body": documents})
    other = LexicalIndex.open(tmp_path / "x", Bm25(k1=0.9, b=0.4))
    expected = textbook(documents, {"词5": 1.0}, k1=0.9, b=0.4)
    np.testing.assert_allclose(other.scores({"词5": 1.0}), expected, atol=1e-5)
    assert built.n_rows == other.n_rows


def test_by_hand(tmp_path):
    index = LexicalIndex.build(tmp_path / "x", {"body": [["甲", "乙"], ["甲", "甲"], ["丙", "丙"]]})
    # N 3, df 2: idf = ln(1 + 1.5 / 2.5); every length is the average: norm = k1 = 1.5.
    idf = math.log(1.6)
    assert index.idf("甲") == pytest.approx(idf)
    assert index.df("甲") == 2
    np.testing.assert_allclose(index.scores({"甲": 1}), [idf / 2.5, idf * 2 / 3.5, 0], rtol=1e-6)
    assert index.idf("丁") == pytest.approx(math.log(1 + 3.5 / 0.5))


def test_postings_are_the_rows_and_counts(index, documents):
    rows, counts = index.postings("词7")
    expected = [(n, d.count("词7")) for n, d in enumerate(documents) if "词7" in d]
    assert list(zip(rows.tolist(), counts.tolist(), strict=True)) == expected
    assert len(index.postings("无此词")[0]) == 0


def test_search_gives_the_best_rows_with_ties_by_row(tmp_path):
    documents = [["甲"], ["乙"], ["甲"], ["甲", "甲"], ["甲"]]
    index = LexicalIndex.build(tmp_path / "x", {"body": documents})
    scores, rows = index.search({"甲": 1.0}, 3)
    assert rows.tolist() == [3, 0, 2] or scores[0] > scores[1]
    assert rows.tolist()[1:] == [0, 2]
    allowed = np.asarray([False, True, True, False, True])
    assert index.search({"甲": 1.0}, 5, allowed=allowed)[1].tolist() == [2, 4]


@given(
    st.lists(st.sampled_from([0.0, 1.0, 2.0, 3.5]), max_size=30),
    st.integers(0, 35),
    st.lists(st.booleans(), min_size=30, max_size=30),
)
def test_top_rows_is_a_stable_sort(values, k, flags):
    scores = np.asarray(values, dtype=np.float32)
    allowed = np.asarray(flags[: len(values)], dtype=bool)
    expected = [row for row in np.argsort(-scores, kind="stable") if values[row] > 0 and flags[row]]
    found, rows = top_rows(scores, k, allowed)
    assert rows.tolist() == expected[:k]
    assert found.tolist() == [values[row] for row in expected[:k]]


def test_no_passages_or_no_tokens_is_an_index_too(tmp_path):
    empty = LexicalIndex.build(tmp_path / "a", {"body": []})
    assert empty.n_rows == 0
    assert empty.search({"甲": 1.0}, 3)[1].tolist() == []
    blank = LexicalIndex.build(tmp_path / "b", {"body": [[], []]})
    assert blank.scores({"甲": 1.0}).tolist() == [0, 0]


def test_terms_containing_a_character(tmp_path):
    index = LexicalIndex.build(tmp_path / "x", {"body": [["人才", "才", "人", "干部", "天才们"]]})
    assert index.terms_containing("才") == ["人才", "天才们", "才"]
    assert index.terms_containing("部干") == []  # 干部 and its neighbour do not make a term
    assert index.terms_containing("") == []


@given(st.sets(st.text(min_size=1, max_size=5), max_size=40))
def test_the_vocabulary_numbers_terms_in_order(terms):
    ordered = sorted(term.encode("utf-8", "surrogatepass") for term in terms)
    vocabulary = Vocabulary.from_sorted(ordered)
    assert list(vocabulary) == ordered
    for number, term in enumerate(ordered):
        assert vocabulary.number(term.decode("utf-8", "surrogatepass")) == number
    assert vocabulary.number("没有这个词的") is None


@given(
    st.sets(st.text(alphabet="甲乙丙a", min_size=1, max_size=4), max_size=40),
    st.text("甲乙丙a", min_size=1, max_size=2),
)
def test_containing_is_in(terms, part):
    vocabulary = Vocabulary.from_sorted(sorted(term.encode() for term in terms))
    assert vocabulary.containing(part) == sorted(term for term in terms if part in term)


def test_the_vocabulary_reopens(tmp_path):
    Vocabulary.from_sorted([b"a", b"bc"]).save(tmp_path)
    assert list(Vocabulary.open(tmp_path)) == [b"a", b"bc"]
    Vocabulary.from_sorted([]).save(tmp_path)
    assert Vocabulary.open(tmp_path).number("a") is None


@pytest.mark.parametrize("field", ["body", "title"])
def test_many_terms_are_counted_at_once(index, documents, titles, field):
    terms = [*(f"词{n}" for n in range(402)), "没有的词", "词7", ""]
    held = documents if field == "body" else titles
    expected = [sum(term in document for document in held) for term in terms]
    assert index.dfs(terms, field).tolist() == expected
    assert [index.df(term, field) for term in terms] == expected
    assert index.dfs([]).tolist() == []
