"""Counts are those of a person with a pencil."""

import random

import pytest

from index_fakes import write_library
from speechrag.index.tokens import fold_key
from speechrag.timeline.counting import (
    Counting,
    count_years,
    cuts_word,
    first_and_last,
    library_by_year,
)
from speechrag.timeline.holding import Narrowing
from speechrag.timeline.pattern import Phrase, blocks_of
from speechrag.timeline.records import Year


def uses(engine, phrase):
    return Counting(engine.generation).uses(Phrase(phrase))


def places(engine, phrase):
    return [
        (use.speech.source, use.passage.id[-4:], use.speech.text[use.start : use.end])
        for use in uses(engine, phrase).kept
    ]


def test_passages_and_headings_count_and_a_heading_belongs_to_what_stands_under_it(engine):
    assert places(engine, "科技成果转化") == [
        ("a.txt", "0000", "科技成果轉化"),
        ("a.txt", "0000", "科技成果转化"),
        ("a.txt", "0001", "科 技 成果转化"),
        ("b.txt", "0000", "科技成果转化"),
        ("c.txt", "0000", "科技成果转化"),
        ("d.txt", "0001", "科技成果转化"),
    ]
    headings = [use.in_heading for use in uses(engine, "科技成果转化").kept]
    assert headings == [False, False, True, False, False, False]


def test_years_between_are_counted_as_none_and_a_year_without_speeches_is_told_apart(engine):
    kept = uses(engine, "科技成果转化").kept
    assert count_years(kept, library_by_year(engine.generation.store)) == (
        Year(2019, 3, 2, 1, 1),
        Year(2020, 0, 0, 0, 0),
        Year(2021, 0, 0, 0, 0),
        Year(2022, 2, 2, 2, 2),
    )


def test_first_and_last_prefer_the_exact_date_within_a_year(engine):
    first, last = first_and_last(uses(engine, "科技成果转化").kept)
    assert (first.speech.date, last.speech.date) == ("2019-03-05", "2022-07-01")
    of_one_year = [u for u in uses(engine, "科技成果转化").kept if u.year == 2022]
    first, last = first_and_last(of_one_year)
    assert (first.speech.date, last.speech.date) == ("2022-07-01", "2022-07-01")


def test_undated_uses_have_no_first_or_last(engine):
    undated = [use for use in uses(engine, "科技成果转化").kept if use.year is None]
    assert [use.speech.source for use in undated] == ["c.txt"]
    assert first_and_last(undated) == (None, None)


SAID = "要大力推动成果转化，完善机制，健全体系，压实责任，让更多成果走出实验室、走上生产线。"


@pytest.mark.parametrize(
    ("heads", "n", "n_copies", "kept"),
    [
        (["# 甲会\n@2020-01-02 讲话", "# 甲会（网站版）\n@2020-01-02 讲话"], 1, 1, ["0.txt"]),
        (["# 甲会\n@2020 讲话", "# 乙会\n@2020-01-02 讲话"], 1, 1, ["1.txt"]),
        (["# 甲会", "# 乙会\n@2020-01-02 讲话"], 1, 1, ["1.txt"]),
        (["# 甲会", "# 乙会"], 1, 1, ["0.txt"]),
        (["# 甲会\n@2020-01-02 讲话", "# 甲會\n@2020-01-09 讲话"], 1, 1, ["0.txt"]),
        (["# 甲会\n@2020-01-02 讲话", "# 乙会\n@2020-01-09 讲话"], 2, 0, ["0.txt", "1.txt"]),
        (["# 甲会\n@2020-01-02 讲话", "# 甲会\n@2021-01-02 讲话"], 2, 0, ["0.txt", "1.txt"]),
    ],
)
def test_copies_of_one_speech_count_once_and_words_said_again_count_again(
    make_engine, heads, n, n_copies, kept
):
    engine = make_engine({f"{i}.txt": f"{head}\n{SAID}\n" for i, head in enumerate(heads)})
    found = uses(engine, "成果转化")
    assert (found.n, found.n_copies) == (n, n_copies)
    assert [use.speech.source for use in found.kept] == kept


def test_a_passage_said_twice_in_one_speech_counts_twice(make_engine):
    engine = make_engine({"a.txt": f"# 甲会\n@2020-01-02 讲话\n{SAID}\n{SAID}\n"})
    assert (uses(engine, "成果转化").n, uses(engine, "成果转化").n_copies) == (2, 0)


@pytest.fixture(scope="module")
def random_engine(make_engine, tmp_path_factory):
    folder = tmp_path_factory.mktemp("random")
    write_library(folder, 40, n_passages=8)
    extra = {"x.txt": "# 数\n@2020 讲话\n2,500家，cities and training，ＡＩ，１２３万。\n"}
    return make_engine({f.name: f.read_text(encoding="utf-8") for f in folder.iterdir()} | extra)


def every_stretch(engine, n, seed):
    """Stretches of the library's own text, cut anywhere, words or not."""
    chance = random.Random(seed)
    speeches = list(engine.generation.store.iter_speeches())
    for _ in range(n):
        speech = chance.choice(speeches)
        start, end = chance.choice(blocks_of(speech))
        at = chance.randrange(start, end)
        yield speech.text[at : min(end, at + chance.randint(1, 9))]


def test_nothing_is_missed_that_reading_every_speech_finds(random_engine):
    speeches = list(random_engine.generation.store.iter_speeches())
    narrowing = Narrowing(random_engine.generation)
    wanted = ["2,500家", "cities", "AI", "1", "23万", "training", "推动", "转化"]
    checked = 0
    for text in [*wanted, *every_stretch(random_engine, 300, seed=7)]:
        if not any(char.isalnum() for char in text):
            continue
        phrase = Phrase(text)
        holding = {number for number, s in enumerate(speeches) if phrase.find(s)}
        assert holding <= set(narrowing.speech_numbers(phrase.key).tolist()), text
        n_read = sum(len(phrase.find(speech)) for speech in speeches)
        found = uses(random_engine, text)
        assert found.n + found.n_copies == n_read, text
        checked += 1
    assert checked > 250


def test_finds_of_chinese_are_those_of_the_folded_text(random_engine):
    speeches = list(random_engine.generation.store.iter_speeches())
    for word in ("成果转化", "推动科技", "果转", "财政资金", "第1"):
        key = fold_key(word)
        n_folded = sum(
            fold_key(speech.text[start:end]).count(key)
            for speech in speeches
            for start, end in blocks_of(speech)
        )
        if word != "第1":  # a figure that goes on is another figure
            assert uses(random_engine, word).n + uses(random_engine, word).n_copies == n_folded


def test_narrowing_leaves_out_what_cannot_hold_the_phrase(engine):
    numbers = Narrowing(engine.generation).speech_numbers(fold_key("显著提升"))
    assert numbers.tolist() == [1]


def test_a_use_that_only_stands_across_words_is_told_apart(make_engine):
    text = (
        "破解难题，创新发展理念。\n贯彻新发展理念，科技成果转化快。\n深化放管服改革，放管服务。\n"
    )
    engine = make_engine({"a.txt": f"# 会\n@2020 讲话\n{text}"})
    told = {
        phrase: [cuts_word(use) for use in uses(engine, phrase).kept]
        for phrase in ("新发展理念", "成果转化", "放管服")
    }
    assert told == {"新发展理念": [True, False], "成果转化": [False], "放管服": [False, True]}
