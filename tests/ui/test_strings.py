"""Both languages say everything, and the right one is chosen."""

import re
from dataclasses import fields
from string import Formatter

import numpy as np
import pytest

from speechrag.answer.outline_draft import DraftNote
from speechrag.answer.records import Note, Problem
from speechrag.search.fuse import Signals, Weights, fuse_signals
from speechrag.types import RemovalReason, Role
from speechrag.ui import strings
from speechrag.ui.strings import ROLES, Strings, choose_language

HAN = re.compile(r"[\u4e00-\u9fff]")


def blanks(template):
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("key", sorted(strings._STRINGS))
def test_both_languages_have_the_same_blanks(key):
    chinese, english = strings._STRINGS[key]
    assert blanks(chinese) == blanks(english)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"n": 4, "n_passages": 3, "n_speeches": 1}, "4 uses in 3 passages of 1 speech"),
        ({"n": 1, "n_passages": 1, "n_speeches": 1}, "1 use in 1 passage of 1 speech"),
        ({"n": 0, "n_passages": 0, "n_speeches": 0}, "0 uses in 0 passages of 0 speeches"),
    ],
)
def test_counts_agree_with_their_nouns_in_english(counts, said):
    assert Strings("en")("timeline_total", **counts) == said


@pytest.mark.parametrize("key", sorted(set(strings._STRINGS) - {"other_language"}))
def test_english_holds_no_chinese(key):
    assert not HAN.search(strings._STRINGS[key][1])


@pytest.mark.parametrize("key", sorted(set(strings._STRINGS) - {"other_language"}))
def test_chinese_is_punctuated_full_width(key):
    assert not re.search(r"[\u4e00-\u9fff][,;:?!()]", strings._STRINGS[key][0])


@pytest.mark.parametrize(
    ("prefix", "kind"), [("note", Note), ("problem", Problem), ("draft", DraftNote)]
)
def test_whatever_an_answer_notes_can_be_said(prefix, kind):
    keys = [f"{prefix}_{member.name.lower()}" for member in kind]
    assert [key for key in keys if key not in strings._STRINGS] == []


def test_every_role_and_reason_has_a_name_in_english():
    assert set(ROLES) == {role.value for role in Role}
    t = Strings("en")
    assert {str(r) for r in RemovalReason} == set(strings._REASONS)
    assert not [r for r in RemovalReason if HAN.search(t.reason(r))]


@pytest.mark.parametrize(
    ("query", "accept", "setting", "lang"),
    [
        ({}, "", "auto", "zh"),
        ({}, "zh-CN,zh;q=0.9,en;q=0.8", "auto", "zh"),
        ({}, "en-US,en;q=0.9", "auto", "en"),
        ({}, "fr-FR,fr;q=0.9", "auto", "zh"),
        ({}, "fr,en;q=0.5,zh;q=0.7", "auto", "zh"),
        ({}, "en;q=nonsense", "auto", "en"),
        ({"lang": "en"}, "zh-CN", "auto", "en"),
        ({"lang": "zh"}, "en", "en", "zh"),
        ({"lang": "xx"}, "en", "auto", "en"),
        ({}, "en", "zh", "zh"),
    ],
)
def test_language_is_chosen_by_address_then_setting_then_browser(query, accept, setting, lang):
    assert choose_language(query, accept, setting) == lang


def test_every_part_of_a_score_has_a_name():
    one = np.ones(1, np.float32)
    names = (field.name for field in fields(Signals) if field.name != "rows")
    signals = Signals(rows=np.zeros(1, np.int64), **dict.fromkeys(names, one))
    _, parts = fuse_signals(signals, Weights(), asks_fact=False)
    assert set(parts) == {field.name for field in fields(Signals)} - {"rows"}
    for lang in ("zh", "en"):
        shown = [Strings(lang).part(name) for name in parts]
        assert len(set(shown)) == len(parts)
        assert all(bool(HAN.search(text)) == (lang == "zh") for text in shown)
    assert Strings("zh").part("sentence") == "最近的一句"
