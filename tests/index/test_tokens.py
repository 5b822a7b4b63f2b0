"""Folding and tokenizing."""

import itertools
import pickle
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechrag.index import foldtable
from speechrag.index.tokens import Tokenizer, fold, fold_key, fold_key_map, may_hold, stem

TERMS = ("成果转化", "双一流", "产学研", "AI")

messy_text = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "著瞭藉覆像座俱顯答想標傢臺灣後於麼徵　 \n\t\u200b\u00ad，。：（）“”「」Aａ１%"
        ),
    ),
    max_size=60,
)


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer(TERMS)


@given(messy_text)
def test_the_fold_keeps_every_character_in_its_place(text):
    assert len(fold(text)) == len(text)


@given(messy_text)
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@given(messy_text, st.integers(0, 60), st.integers(0, 60))
def test_a_text_may_hold_every_key_of_it(text, start, stop):
    for blind in (False, True):
        key = fold_key(text, ignore_punctuation=blind)
        assert may_hold(fold(text), key[start:stop])
        part = fold_key(text[start:stop], ignore_punctuation=blind)  # cut among its neighbours
        assert may_hold(fold(text), part)


def test_a_text_without_a_character_of_a_key_cannot_hold_it():
    assert not may_hold(fold("学习民法"), fold_key("民法典"))
    assert may_hold(fold("顯著，名次"), fold_key("著名"))  # 着，名: the key has it as 著名


@given(messy_text)
def test_a_key_maps_back_to_the_characters_it_came_from(text):
    for blind in (False, True):
        key, offsets = fold_key_map(text, ignore_punctuation=blind)
        assert key == fold_key(text, ignore_punctuation=blind)
        assert len(offsets) == len(key)
        assert all(a < b for a, b in itertools.pairwise(offsets))
        single = [fold(text[i]) for i in offsets]
        changed = [c for c, s in zip(key, single, strict=True) if c != s]
        assert set(changed) <= set("着了借复象坐具")  # those decided by their neighbours


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("臺灣與香港的後續於裏", "台湾与香港的后续于里"),
        ("ＡＢＣ１２３％，。：；（）", "abc123%,.:;()"),
        ("「引文」『內』“引”", '"引文""内""引"'),
        ("顯著成效，著名，沿著，著力", "显著成效,著名,沿着,着力"),
        ("瞭解與瞭望，一目瞭然", "了解与瞭望,一目了然"),
        ("藉口與慰藉", "借口与慰藉"),
        (
            "答覆、覆蓋、想像、好像、座標、座談、傢俱、面面俱到",
            "答复、覆盖、想象、好像、坐标、座谈、家具、面面俱到",
        ),
        ("⼈⼯智能", "人工智能"),
        ("İstanbul ÉCOLE", "İstanbul école"),
    ],
)
def test_fold_values(text, folded):
    assert fold(text) == folded


def test_every_word_of_jiebas_dictionary_folds_alike_from_every_traditional_form():
    import jieba
    import opencc

    dictionary = Path(jieba.__file__).with_name("dict.txt").read_text(encoding="utf-8")
    simplify = opencc.OpenCC("t2s")
    words = [line.split()[0] for line in dictionary.splitlines()]
    words = random.Random(7).sample(words, 40_000)
    words = [word for word in words if simplify.convert(word) == word]
    for config in ("s2t", "s2tw", "s2hk"):
        converted = opencc.OpenCC(config).convert("\n".join(words)).split("\n")
        differing = [
            (word, other)
            for word, other in zip(words, converted, strict=True)
            if fold(word) != fold(other)
        ]
        assert len(differing) <= len(words) / 2_000, differing


def test_the_stored_table_is_what_opencc_says():
    derived = foldtable.derive_pairs()
    stored = foldtable.load_table()
    agreeing = sum(
        stored.get(ord(char)) == foldtable.PUNCTUATION.get(to, to) for char, to in derived.items()
    )
    assert agreeing >= 0.995 * len(derived)  # another OpenCC release may add or mend a few


def test_words_subwords_terms_numbers_and_english(tokenizer):
    text = (
        "推动科技成果转化,2025年增长11.1%,1,000万元 talent policies of 双一流高校。AI training, 5G"
    )
    assert tokenizer.tokenize(text) == [
        *("推动", "科技", "成果", "转化", "成果转化", "2025", "2025年", "增长", "11.1%"),
        *(
            "1000",
            "万元",
            "talent",
            "policy",
            "of",
            "一流",
            "双一流",
            "高校",
            "ai",
            "training",
            "5g",
        ),
    ]


def test_a_word_of_the_dictionary_gives_its_shorter_words_once():
    assert Tokenizer().tokenize("科技成果") == ["科技", "成果", "科技成果"]


def test_spans_point_into_the_original_text(tokenizer):
    text = "推動科技 成果\n轉化，２０２５ 年"
    spans = tokenizer.tokenize_spans(text)
    assert [(token, text[a:b]) for token, a, b in spans] == [
        ("推动", "推動"),
        ("科技", "科技"),
        ("成果", "成果"),
        ("转化", "轉化"),
        ("成果转化", "成果\n轉化"),
        ("2025", "２０２５"),
        ("2025年", "２０２５ 年"),
    ]


@given(messy_text)
def test_spans_and_tokens_agree(text):
    tokenizer = Tokenizer(TERMS)
    spans = tokenizer.tokenize_spans(text)
    assert [token for token, _, _ in spans] == tokenizer.tokenize(text)
    assert all(0 <= a < b <= len(text) for _, a, b in spans)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("成果 转化", "成果转化"),
        ("科 技 成 果 转 化", "科技成果转化"),
        ("2025 年 增长 11.1 %", "2025年增长11.1%"),
        ("提升　营商环境", "提升营商环境"),
        ("AI 赋能", "ＡＩ赋能"),
        ("科技\u200b成果", "科技成果"),
        ("顯 著成效", "显著成效"),
        ("Talent Policies", "talent policy"),
    ],
)
def test_spacing_width_case_and_script_make_no_difference(tokenizer, one, other):
    assert tokenizer.tokenize(one) == tokenizer.tokenize(other)


def test_spaces_between_english_words_and_figures_do_count(tokenizer):
    assert tokenizer.tokenize("talent retention 10 20") == ["talent", "retention", "10", "20"]


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("policies", "policy"),
        ("talents", "talent"),
        ("services", "service"),
        ("business", "business"),
        ("campus", "campus"),
        ("gas", "gas"),
        ("universities", "university"),
    ],
)
def test_stem(word, folded):
    assert stem(word) == folded


def test_a_latin_term_is_not_found_inside_a_word():
    assert Tokenizer(["AI"]).tokenize("training") == ["training"]


def test_a_lone_character_is_a_token(tokenizer):
    assert tokenizer.tokenize("才") == ["才"]


@pytest.mark.parametrize("text", ["", "   ", "，。！", "😀🎉", "\u200b"])
def test_text_without_words_gives_no_tokens(tokenizer, text):
    assert tokenizer.tokenize(text) == []


def test_the_digest_follows_the_terms_and_not_their_order():
    assert Tokenizer(["甲乙", "丙丁"]).digest == Tokenizer(["丙丁", "甲乙"]).digest
    assert Tokenizer(["甲乙"]).digest != Tokenizer().digest


def test_a_tokenizer_sent_to_another_process_gives_the_same_tokens():
    tokenizer = Tokenizer(["成果轉化", "AI"])
    tokenizer.warm_up()
    sent = pickle.loads(pickle.dumps(tokenizer))
    assert sent.digest == tokenizer.digest
    text = "推动成果转化,training 用 AI 赋能。"
    assert sent.tokenize(text) == tokenizer.tokenize(text)
    assert "成果转化" in sent.tokenize(text)
