"""The encoder's tokens of each passage: written with the index, taken over, asked for by row."""

import dataclasses

import numpy as np
import pytest

from index_fakes import CountingTokenizer, HashEncoder, TokenHashEncoder, write_speech
from speechrag.errors import IndexIncompatible
from speechrag.index.encoding import token_texts_for_matching
from speechrag.index.generation import open_current
from speechrag.index.manifest import FORMAT, read_manifest, write_manifest
from speechrag.index.passage_tokens import FILES, PassageTokens
from speechrag.index.token_writer import TokenWriter

FIRST_FORMAT = 1


@pytest.fixture
def encoder():
    return TokenHashEncoder()


def expected_tokens(generation):
    """The tokens of every row: a sentence's and -1, sentence by sentence, and the headings'."""
    rows = []
    for number in range(generation.store.n_passages):
        *sentences, headings = token_texts_for_matching(*generation.store.located(number))
        *of_sentences, of_headings = TokenHashEncoder().token_ids([*sentences, headings])
        rows.append([t for ids in of_sentences for t in (*ids.tolist(), -1)] + of_headings.tolist())
    return rows


def n_texts(generation, rows):
    """How many sentences and heading paths some rows have."""
    located = map(generation.store.located, rows)
    return sum(len(token_texts_for_matching(*at)) for at in located)


def stored_tokens(generation):
    rows = np.arange(generation.store.n_passages)
    return [ids.tolist() for ids in generation.tokens.of(rows)]


def assert_norms_fit(generation):
    """The fake's tokens are all one unit vector: a sentence is as long as it has tokens."""
    rows = np.arange(generation.store.n_passages)
    tokens = generation.tokens
    for ids, norms in zip(tokens.of(rows), tokens.norms(rows), strict=True):
        ends = np.flatnonzero(ids == -1)
        assert norms.tolist() == (np.diff([-1, *ends.tolist()]) - 1).tolist()


def make_first_format(directory):
    """Turn a generation into what format 1 was: the same without the tokens."""
    manifest, info = read_manifest(directory)
    files = {name: digest for name, digest in manifest.files.items() if name not in FILES}
    for name in set(manifest.files) - set(files):
        (directory / name).unlink()
    old = dataclasses.replace(manifest, format=FIRST_FORMAT, files=files)
    write_manifest(directory, old, info)


def test_each_row_has_the_tokens_of_its_text_and_headings(build, index_dir):
    build()
    generation = open_current(index_dir)
    assert stored_tokens(generation) == expected_tokens(generation)
    assert all(len(row) > 3 for row in stored_tokens(generation))
    assert_norms_fit(generation)


def test_any_order_of_rows_may_be_asked_for(build, index_dir):
    build()
    generation = open_current(index_dir)
    every = expected_tokens(generation)
    found = generation.tokens.of([5, 0, 5])
    assert [ids.tolist() for ids in found] == [every[5], every[0], every[5]]
    assert generation.tokens.of([]) == []


def test_tokens_of_unchanged_passages_are_taken_over(build, index_dir, sources):
    build()
    n_before = open_current(index_dir).store.n_passages
    write_speech(sources / "新.txt", 4, 51)
    added = TokenHashEncoder()
    build(encoder=added)
    generation = open_current(index_dir)
    new = [
        r for r in range(n_before + 4) if generation.store.located(r)[0].source.endswith("新.txt")
    ]
    assert (len(new), len(added.tokenized)) == (4, n_texts(generation, new))
    assert stored_tokens(generation) == expected_tokens(generation)
    assert_norms_fit(generation)


def test_another_encoder_makes_its_own_tokens(build, index_dir):
    build()
    other = TokenHashEncoder(salt="x")
    build(encoder=other)
    generation = open_current(index_dir)
    every = range(generation.store.n_passages)
    assert len(other.tokenized) == n_texts(generation, every)
    build(encoder=HashEncoder(salt="y"))
    assert open_current(index_dir).tokens is None


def test_an_encoder_without_tokens_writes_none(build, index_dir):
    build(encoder=HashEncoder())
    generation = open_current(index_dir)
    assert generation.tokens is None
    assert not any((generation.directory / name).exists() for name in FILES)


def test_an_index_of_the_first_format_is_answered_from(build, index_dir):
    build()
    make_first_format(open_current(index_dir).directory)
    generation = open_current(index_dir)
    assert (generation.manifest.format, generation.tokens) == (FIRST_FORMAT, None)
    assert generation.store.n_passages == 36


def test_the_next_build_brings_the_first_format_up_to_date(build, index_dir, tokenizer):
    build()
    make_first_format(open_current(index_dir).directory)
    counting = CountingTokenizer(tokenizer)
    report = build(tokenizer=counting)
    generation = open_current(index_dir)
    assert generation.manifest.format == FORMAT
    assert stored_tokens(generation) == expected_tokens(generation)
    assert [reason.key for reason in report.reasons] == ["format"]
    done = report.done
    assert (counting.texts, done.passages_encoded, done.files_read) == ([], 0, 0)


def test_a_format_not_known_yet_is_refused_with_the_command(build, index_dir):
    build()
    directory = open_current(index_dir).directory
    manifest, info = read_manifest(directory)
    write_manifest(directory, dataclasses.replace(manifest, format=FORMAT + 1), info)
    with pytest.raises(IndexIncompatible, match=f"第 {FORMAT + 1} 版格式") as caught:
        open_current(index_dir)
    assert "speechrag index --full" in caught.value.hint


def test_new_and_old_rows_keep_their_order(tmp_path, encoder):
    old = PassageTokens(
        indptr=np.array([0, 3, 3]),
        ids=np.array([3, -1, 9], dtype=np.int32),
        sentences=np.array([0, 1, 1]),
        norms=np.array([7], dtype=np.float32),
    )
    writer = TokenWriter(tmp_path / "work", encoder)
    writer.add_texts(["甲乙", "丙", "甲"])
    writer.add_rows(old, [0, 1])
    for number in range(600):  # more than a batch
        writer.add_texts([chr(0xAC00 + number)])
    writer.add_rows(old, [0])
    writer.finish(tmp_path)
    tokens = PassageTokens.open(tmp_path)
    found = [ids.tolist() for ids in tokens.of(np.arange(tokens.n_rows))]
    made = [[0xAC00 + number] for number in range(600)]
    first = [*sorted(map(ord, "甲乙")), -1, ord("丙"), -1, ord("甲")]
    assert found == [first, [3, -1, 9], [], *made, [3, -1, 9]]
    norms = [each.tolist() for each in tokens.norms(np.arange(tokens.n_rows))]
    assert norms == [[2.0, 1.0], [7.0], [], *([] for _ in made), [7.0]]


def test_no_rows_at_all_can_be_written(tmp_path, encoder):
    TokenWriter(tmp_path / "work", encoder).finish(tmp_path)
    assert PassageTokens.open(tmp_path).n_rows == 0
