"""Variants are wordings that stand in the library, with their own counts."""

import pytest

from speechrag.timeline.counting import Counting
from speechrag.timeline.pattern import Phrase
from speechrag.timeline.records import Variant, VariantKind
from speechrag.timeline.suggest import suggest_wordings
from speechrag.timeline.variants import find_variants, split_units


def variants(engine, phrase):
    return find_variants(Counting(engine.generation), Phrase(phrase))


def test_what_is_put_in_left_out_and_turned_round_is_counted(engine):
    assert variants(engine, "科技成果转化") == (
        Variant("成果转化", VariantKind.OMITTED, 1, None, None),
        Variant("科技成果的转化", VariantKind.INSERTED, 1, 2022, 2022),
        Variant("科技成果转移转化", VariantKind.INSERTED, 1, 2022, 2022),
    )
    assert Variant("转化科研成果", VariantKind.SWAPPED, 1, 2019, 2019) in variants(
        engine, "成果转化"
    )
    assert Variant("成果的转化", VariantKind.INSERTED, 2, 2019, 2022) in variants(
        engine, "成果转化"
    )


def test_a_word_before_it_is_a_variant_only_where_it_belongs_to_it(make_engine):
    engine = make_engine(
        {
            f"{n}.txt": f"# 会{n}\n@20{n} 讲话\n推动科技成果转化，第{n}次。\n"
            f"加快成果转化，{n}年办。\n"
            for n in range(10, 16)
        }
    )
    assert variants(engine, "成果转化") == (
        Variant("科技成果转化", VariantKind.EXTENDED, 6, 2010, 2015),
    )


@pytest.mark.parametrize(
    ("phrase", "units"),
    [
        ("科技成果转化", ["科技", "成果", "转化"]),
        ("成果的转化", ["成果", "转化"]),
        ("放管服", ["放", "管", "服"]),
        ("改革", ["改革"]),
    ],
)
def test_a_phrase_is_split_into_the_words_it_is_put_together_from(phrase, units):
    assert split_units(phrase) == units


def test_a_phrase_of_one_word_has_no_variants(engine):
    assert variants(engine, "转化") == ()


def test_what_does_occur_is_suggested_for_what_does_not(engine):
    assert suggest_wordings(engine, Phrase("科技成果转让"))[0] == "科技成果转化"
    assert suggest_wordings(engine, Phrase("量子计算机")) == ()
