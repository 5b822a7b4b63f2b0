"""Proper nouns that stand in no quotation marks are found verbatim first."""

from dataclasses import replace

import numpy as np
import pytest

from index_fakes import HashEncoder, parse_plain
from speechrag.index.build import build_index
from speechrag.index.generation import open_current
from speechrag.index.tokens import Tokenizer
from speechrag.search.engine import Engine
from speechrag.search.names import find_names, name_scores

PASSAGES = (
    "张桂梅同志扎根山区办女子高中，帮助一千八百多名女孩走进大学。",
    "要学习先进典型扎根基层、无私奉献的精神，办好人民满意的教育。",
    "全市建成5G基站一万二千个，城区和乡镇实现连续覆盖。",
    "加快通信基站建设，扩大城区和乡镇的网络覆盖，建成一批示范区。",
    "本市全年签订技术合同12.5亿元，比上年增长两成。",
    "全年签订技术合同总额比上年增长两成，创下新高。",
    "推进粤港澳大湾区规则衔接，便利人员往来。",
    "推进区域规则衔接，便利人员往来，建设一流湾区。",
    "认真学习《民法典》，把学法用法贯穿全过程。",
    "认真学习民法·典型案例，把学法用法贯穿全过程。",
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("names")
    (folder / "s").mkdir()
    filler = [f"第{n}项工作要抓紧抓实，久久为功，务求实效。" for n in range(300)]
    text = "\n".join(["# 在会上的讲话", "@2024-05-01 讲话", *PASSAGES, *filler])
    (folder / "s" / "a.txt").write_text(text, encoding="utf-8")
    tokenizer, encoder = Tokenizer(), HashEncoder()
    build_index([folder / "s"], folder / "i", encoder, tokenizer, parse=parse_plain)
    from speechrag.config import load_settings

    settings = replace(load_settings(None), index=folder / "i", per_speech=0)
    generation = open_current(folder / "i", encoder=encoder, tokenizer=tokenizer)
    return Engine(generation, encoder, tokenizer, settings)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("张桂梅的事迹有哪些", ("张桂梅",)),
        ("哪一年签订技术合同 12.5 亿元", ("12.5 亿元",)),
        ("GDP增长 5.2% 是怎么来的", ("5.2%", "gdp")),
        ("ＡＩ产业怎么发展", ()),  # full width: folded by the words, not taken for a name
        ("5G基站建得怎么样", ("5g",)),
        ("《中国制造》讲什么", ("中国制造",)),
        ("2024年从外国买的东西", ()),
        ("北京市怎么治理江河", ("北京市",)),
        ("塞罕坝林场的经验", ("塞罕坝",)),
        ("how is AI used in Shenzhen", ()),
        ("怎么把钱用在刀刃上", ()),
    ],
)
def test_names_of_a_question(question, names):
    assert find_names(question) == names


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("张桂梅怎样扎根基层无私奉献办好教育", 0),
        ("5G 通信基站建设网络覆盖", 2),
        ("签订技术合同 12.5亿元，创下新高，总额比上年增长", 4),
        ("建设一流湾区，推进粤港澳区域规则衔接", 6),
    ],
)
def test_the_passage_with_the_name_comes_first(engine, question, first):
    """The rival passage shares more words with the question, but not its name."""
    hits = engine.search(question, k=2).hits
    assert [hit.text for hit in hits] == [PASSAGES[first], PASSAGES[first + 1]]
    assert hits[0].parts["name"] == pytest.approx(0.3)
    without = engine.with_weights(replace(engine.weights, name=0.0)).search(question, k=1).hits
    assert without[0].text == PASSAGES[first + 1]


def test_a_name_parted_by_punctuation_comes_behind_the_exact_one(engine):
    rows = np.arange(len(PASSAGES))
    scores = name_scores(engine.generation, engine.tokenizer, ("民法典",), rows)
    assert scores == pytest.approx([0] * 8 + [1.0, 0.9])


def test_a_name_that_many_passages_hold_counts_for_nothing(engine):
    rows = np.arange(len(PASSAGES) + 300)
    scores = name_scores(engine.generation, engine.tokenizer, ("工作", "张桂梅"), rows)
    assert scores[0] == 1.0
    assert scores[1:].sum() == 0.0
