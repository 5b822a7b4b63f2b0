"""Generated libraries: the same by seed, of the size asked for, with the words of real speeches."""

import hashlib
from pathlib import Path

import pytest
from benchmarks.scale.generate import (
    Generator,
    make_questions,
    plan_sizes,
    write_library,
)
from benchmarks.scale.statistics import REAL, measure_words
from benchmarks.scale.writer import MAX_CHARS, MIN_CHARS

from speechrag.search.library import inspect_file


def digest_of(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.txt")):
        digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()


def test_the_same_seed_gives_the_same_files(tmp_path):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        write_library(Generator(300, seed), tmp_path / name)
    assert digest_of(tmp_path / "a") == digest_of(tmp_path / "b")
    assert digest_of(tmp_path / "a") != digest_of(tmp_path / "c")


def test_a_speech_does_not_depend_on_those_made_before():
    generator = Generator(2_000, 5)
    assert list(generator.speeches())[7] == Generator(2_000, 5).speech(7)


@pytest.mark.parametrize("n_passages", [1, 24, 25, 1_000, 10_007])
def test_speeches_hold_25_to_50_passages_and_sum_to_the_number_asked_for(n_passages):
    sizes = plan_sizes(n_passages, 1)
    assert sum(sizes) == n_passages
    assert all(25 <= size <= 50 for size in sizes[:-1])
    assert 1 <= sizes[-1] <= 50


def test_inspect_finds_the_passages_title_date_and_headings_that_were_written(tmp_path):
    generator = Generator(1_500, 2)
    write_library(generator, tmp_path)
    found = 0
    for made in generator.speeches():
        parsed = inspect_file(tmp_path / made.name)
        (speech,) = parsed.speeches
        texts = [speech.text[p.start : p.end].split("\n")[-1] for p in speech.passages]
        assert texts == list(made.passages), made.name
        assert (speech.title, speech.date) == (made.title, made.date)
        headings = [made.title, *(line for _at, line in made.headings)]
        read = [section.label + section.heading for section in speech.sections]
        assert [heading for heading in read if heading in headings] == headings
        found += len(speech.passages)
    assert found == 1_500


def test_passages_for_the_peers_are_those_of_the_files():
    generator = Generator(200, 2)
    texts = list(generator.passages())
    assert texts == [p for speech in generator.speeches() for p in speech.passages]
    assert all(MIN_CHARS <= len(text) <= MAX_CHARS for text in texts)


def test_some_speeches_are_given_again_with_changes():
    seen: dict[str, int] = {}
    copies = set()
    for speech in Generator(20_000, 1).speeches():
        for passage in speech.passages:
            if seen.setdefault(passage, speech.number) != speech.number:
                copies.add(speech.number)
    n_speeches = len(plan_sizes(20_000, 1))
    assert 0.02 * n_speeches <= len(copies) <= 0.06 * n_speeches


def test_words_are_spread_as_in_real_speeches():
    made = measure_words(list(Generator(10_000, 1).passages()))
    assert made.tokens_a_passage == pytest.approx(REAL.tokens_a_passage, rel=0.05)
    assert made.distinct_share == pytest.approx(REAL.distinct_share, abs=0.12)
    assert made.head_slope == pytest.approx(REAL.head_slope, abs=0.08)
    assert made.tail_slope == pytest.approx(REAL.tail_slope, abs=0.20)
    assert made.heaps_exponent == pytest.approx(REAL.heaps_exponent, abs=0.08)
    assert made.most_frequent_share == pytest.approx(REAL.most_frequent_share, abs=0.04)


def test_questions_are_half_chinese_a_quarter_english_and_a_quarter_mixed():
    questions = make_questions(200, 1)
    kinds = [kind for kind, _question in questions]
    assert [kinds.count(kind) for kind in ("chinese", "english", "mixed")] == [100, 50, 50]
    for kind, question in questions:
        has_han = any("\u4e00" <= c <= "\u9fff" for c in question)
        has_latin = any(c.isascii() and c.isalpha() for c in question)
        assert has_han == (kind != "english")
        assert has_latin or kind == "chinese"
    assert questions == make_questions(200, 1)
    assert questions != make_questions(200, 2)
