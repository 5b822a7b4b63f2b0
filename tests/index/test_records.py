"""Records go into JSON and come back equal."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from index_fakes import parse_speech, rich_parsed_file
from speechrag.index import records
from speechrag.index.records import dump_document, dump_speech, load_document, load_speech


def test_a_speech_with_something_in_every_field_comes_back_equal():
    (speech,) = rich_parsed_file().speeches
    assert load_speech(dump_speech(speech)) == speech


def test_a_bare_speech_comes_back_equal():
    speech = parse_speech("# 题\n", "a.txt")
    assert load_speech(dump_speech(speech)) == speech


def test_a_parsed_file_comes_back_equal():
    parsed = rich_parsed_file()
    assert load_document(dump_document(parsed), parsed.speeches) == parsed


@given(st.text(st.characters(codec=None)))
def test_any_text_comes_back_equal(text):
    speech = replace(parse_speech("# 题\n", "a.txt"), text=text)
    assert load_speech(dump_speech(speech)).text == text


def test_the_digest_follows_the_shape_of_the_records(monkeypatch):
    before = records.records_digest()
    monkeypatch.setattr(records, "_RECORDS", records._RECORDS[1:])
    assert records.records_digest() != before
