"""Building postings: spilling to disk and taking rows over change nothing in the result."""

import numpy as np
import pytest
from test_lexical import random_documents

from speechrag.index import postings
from speechrag.index.lexical import LexicalIndex
from speechrag.index.postings import PostingsBuilder

FIELDS = ("body", "title")


def build(folder, documents):
    return LexicalIndex.build(
        folder, {"body": documents, "title": [document[:2] for document in documents]}
    )


def files_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def documents():
    return random_documents(400, seed=5, mean=30)


def test_spilling_changes_nothing(tmp_path, documents, monkeypatch):
    build(tmp_path / "a", documents)
    monkeypatch.setattr(postings, "SPILL_POSTINGS", 500)
    build(tmp_path / "b", documents)
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")


@pytest.mark.parametrize("spill", [300, 10**6])
def test_rows_taken_over_in_another_order_equal_a_fresh_build(
    tmp_path, documents, monkeypatch, spill
):
    monkeypatch.setattr(postings, "SPILL_POSTINGS", spill)
    new = random_documents(60, seed=6, mean=30)
    old = build(tmp_path / "old", documents)
    builder = PostingsBuilder(tmp_path / "new", FIELDS, old)
    builder.add_previous(200, 300)
    for document in new[:30]:
        builder.add({"body": document, "title": document[:2]})
    builder.add_previous(0, 150)
    for document in new[30:]:
        builder.add({"body": document, "title": document[:2]})
    builder.add_previous(390, 391)
    builder.finish()
    order = documents[200:300] + new[:30] + documents[:150] + new[30:] + documents[390:391]
    build(tmp_path / "fresh", order)
    assert files_of(tmp_path / "new") == files_of(tmp_path / "fresh")


def test_words_that_no_row_holds_any_more_are_dropped(tmp_path):
    old = build(tmp_path / "old", [["甲", "乙"], ["丙"]])
    builder = PostingsBuilder(tmp_path / "new", FIELDS, old)
    builder.add_previous(1, 2)
    builder.finish()
    assert list(LexicalIndex.open(tmp_path / "new").vocabulary) == ["丙".encode()]


def test_a_frequency_beyond_16_bits_is_capped(tmp_path):
    index = LexicalIndex.build(tmp_path / "x", {"body": [["甲"] * 70_000]})
    assert index.postings("甲")[1].tolist() == [65_535]
    assert index.fields["body"].lengths.tolist() == [70_000]


def test_rows_rise_within_each_term(tmp_path, documents):
    field = build(tmp_path / "x", documents).fields["body"]
    for start, stop in zip(field.indptr[:-1], field.indptr[1:], strict=True):
        assert np.all(np.diff(field.rows[start:stop]) > 0)
