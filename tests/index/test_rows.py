"""The passages of a file packed into arrays: the same numbers that each passage by itself gives."""

import pickle

import numpy as np
import pytest

from index_fakes import parse_speech
from speechrag.index.duplicates import sketch_texts
from speechrag.index.encoding import (
    context_text_for_encoding,
    passage_text_for_encoding,
    sentence_spans,
    text_key,
    token_texts_for_matching,
)
from speechrag.index.rows import FIELDS, make_rows
from speechrag.index.tokens import Tokenizer

TEXTS = (
    "# 甲\n开头一段。\n一、做法\n推进成果转化。第二句！\n开头一段。\n",
    "# 乙\n一、做法\n推进成果转化。第二句！\n二、\n尾声\n",
)


@pytest.fixture(scope="module")
def speeches():
    return [parse_speech(text, "a.txt", place) for place, text in enumerate(TEXTS)]


@pytest.fixture(scope="module")
def rows(speeches):
    made = make_rows(speeches, Tokenizer().tokenize, with_sentences=True)
    return pickle.loads(pickle.dumps(made))  # as another process gets it


def located(speeches):
    return [(speech, passage) for speech in speeches for passage in speech.passages]


def words(rows, field, at):
    """The tokens of a row, as words."""
    numbers, counts = rows.words.stretch(at, at + 1, np.arange(len(rows.words.terms)))
    assert counts[field].tolist() == [len(numbers[field])]
    return [rows.words.terms[number] for number in numbers[field]]


def test_texts_places_and_keys_are_those_of_each_passage(rows, speeches):
    expected = [passage_text_for_encoding(*at) for at in located(speeches)]
    assert rows.texts == expected
    assert [(place.title, place.path) for place in rows.places] == [
        *(("甲", ()), ("甲", ("一、做法",)), ("乙", ("一、做法",)), ("乙", ("二、",))),
    ]
    assert rows.place_of.tolist() == [0, 1, 1, 2, 3]
    contexts = [context_text_for_encoding(*at) for at in located(speeches)]
    assert [rows.places[at].context for at in rows.place_of] == contexts
    pairs = zip(expected, contexts, strict=True)
    assert rows.keys.tolist() == [list(text_key(text, context)) for text, context in pairs]
    assert rows.context_keys[rows.place_of].tolist() == [list(text_key(c)) for c in contexts]
    np.testing.assert_array_equal(rows.sketches, sketch_texts(expected))


def test_words_of_each_field_are_the_tokenizers(rows, speeches):
    tokenize = Tokenizer().tokenize
    for at, (speech, passage) in enumerate(located(speeches)):
        texts = (rows.texts[at], "\n".join(passage.section_path), speech.title)
        for field, text in zip(FIELDS, texts, strict=True):
            assert words(rows, field, at) == tokenize(text)
    assert len(set(rows.words.terms)) == len(rows.words.terms)


def test_sentences_and_heading_are_what_is_matched(rows, speeches):
    for at, (text, spans) in enumerate(zip(rows.texts, rows.spans(), strict=True)):
        heading = rows.places[rows.place_of[at]].heading
        expected = token_texts_for_matching(*located(speeches)[at])
        assert [*(text[a:b] for a, b in spans), heading] == expected
    assert rows.n_sentences.tolist() == [1, 2, 1, 2, 1]


def test_words_of_known_passages_are_not_made(speeches):
    first = make_rows(speeches[:1], Tokenizer().tokenize, with_sentences=False)
    asked = []
    rows = make_rows(
        speeches,
        lambda text: asked.append(text) or [text],
        first.keys.tobytes(),
        with_sentences=False,
    )
    assert rows.words.counts["body"].tolist() == [-1, -1, -1, 1, 1]
    assert asked == ["推进成果转化。第二句！", "一、做法", "乙", "尾声", "二、"]
    assert words(rows, "body", 4) == ["尾声"]
    assert [*rows.spans()] == [[], [], [], [], []]


def test_a_file_without_passages_has_no_rows():
    rows = make_rows([], Tokenizer().tokenize, with_sentences=True)
    assert (rows.texts, rows.places, [*rows.spans()]) == ([], [], [])
    assert rows.keys.shape == (0, 2)
    assert rows.sentences.shape == (0, 2)
    assert rows.sketches.shape == (0, 8)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        ("\n \n", []),
        ("一句。两句！", ["一句。", "两句！"]),
        ("甲。 \n\n乙", ["甲。", "乙"]),
        ("他说“好。”然后走了。", ["他说“好。”", "然后走了。"]),
    ],
)
def test_sentences_end_with_a_line_and_blank_ones_are_none(text, sentences):
    assert [text[a:b] for a, b in sentence_spans(text)] == sentences
