"""The token vectors of a static model, and what is made of many at once."""

import numpy as np
import pytest

from speechrag.index.encoders import load_encoder
from speechrag.index.token_table import TokenTable, multiply_rows

EMBEDDINGS = np.array([[3, 4], [-6, 8], [1, 0], [5, 12]], np.int8)
SCALES = np.array([2.0, 0.5, 0.0, 1.0], np.float32)


@pytest.fixture
def table():
    return TokenTable(EMBEDDINGS, SCALES)


def ids(*numbers):
    return np.array(numbers, np.int32)


def test_a_vector_is_its_int8_row_times_its_scale(table):
    assert (len(table), table.dim) == (4, 2)
    assert table.rows(ids(1, 0)).tolist() == [[-3, 4], [6, 8]]
    assert table.directions(ids(1, 3)) == pytest.approx(np.array([[-0.6, 0.8], [5 / 13, 12 / 13]]))
    assert table.have_rows(ids(0, 2, 3)).tolist() == [True, False, True]
    assert table.with_rows() == [0, 1, 3]


def test_lengths_are_those_of_the_vectors_also_when_some_were_met_before(table):
    assert table.lengths(ids(0, 1)).tolist() == [10, 5]
    assert table.lengths(ids(3, 2, 1)).tolist() == [13, 0, 5]


def test_products_have_a_line_for_each_other_vector(table):
    others = np.array([[1, 0], [0, 1], [1, 1]], np.float32)
    products = table.products(ids(1, 2, 3), others)
    assert products.tolist() == [[-3, 0, 5], [4, 0, 12], [1, 0, 17]]
    assert table.products(ids(), others).shape == (3, 0)


def test_sums_of_one_text_and_of_many_texts(table):
    assert table.sums(ids(0, 1, 2, 0), np.array([0, 4])).tolist() == [[9, 20]]
    many = table.sums(ids(*[0, 1, 3] * 20), np.arange(0, 61, 3))
    assert many.tolist() == [[8, 24]] * 20
    assert table.sums(ids(0, 3), np.array([0, 0, 2])).tolist() == [[0, 0], [11, 20]]


@pytest.mark.parametrize("n_others", [1, 8, 100])
@pytest.mark.parametrize("n_rows", [0, 1, 300, 1000])
def test_products_in_blocks_are_those_of_one_multiplication(n_rows, n_others):
    rng = np.random.default_rng(3)
    encoder = load_encoder("builtin")
    tokens = rng.integers(0, 100_000, n_rows).astype(np.int32)
    others = rng.normal(size=(n_others, encoder.dim)).astype(np.float32)
    expected = others.astype(np.float64) @ encoder.token_rows(tokens).astype(np.float64).T
    np.testing.assert_allclose(encoder.token_products(tokens, others), expected, atol=1e-4)
    out = np.empty((n_rows, n_others), np.float32)
    multiply_rows(encoder.token_rows(tokens), others, out)
    np.testing.assert_allclose(out.T, expected, atol=1e-4)
    lengths = np.linalg.norm(encoder.token_rows(tokens), axis=1)
    np.testing.assert_allclose(encoder.token_lengths(tokens), lengths, rtol=1e-5)


def test_a_question_is_cut_once_for_its_vector_and_its_tokens(monkeypatch):
    encoder = load_encoder("builtin")
    cut = []
    tokenize = encoder._tokenize
    monkeypatch.setattr(encoder, "_tokenize", lambda texts: cut.append(texts) or tokenize(texts))
    encoder.encode_queries(["科技成果转化"])
    tokens = encoder.token_ids(["科技成果转化"])[0]
    assert cut == [["科技成果转化"]]
    encoder.token_ids(["另一个问题"])
    assert cut == [["科技成果转化"], ["另一个问题"]]
    assert sorted(encoder.token_names(tokens)) == ["科技成果", "转化"]
