"""The second look: what it measures, and that it puts the passage that answers in front."""

from pathlib import Path

import numpy as np
import pytest

from speechrag.config import load_settings
from speechrag.search.engine import Engine
from speechrag.search.kernels import kernel_scores, pool_matches
from speechrag.search.library import build_library
from speechrag.search.rescore import MODEL, Rescorer, split_sentences

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    from dataclasses import replace

    settings = replace(
        load_settings(ROOT / "speechrag.yaml", env={}),
        index=tmp_path_factory.mktemp("rescore") / "index",
        seeds=ROOT / "seeds",
    )
    build_library([settings.seeds], settings)
    return Engine.open(settings)


@pytest.fixture(scope="module")
def rescorer(engine):
    return Rescorer(engine.generation, engine.encoder)


def look(engine, rescorer, question, k=30):
    hits = engine.search(question, k=k, per_speech=100).hits
    query = engine.analyse(question)
    return hits, rescorer.measure(query, hits), rescorer.score(query, hits)


@pytest.mark.parametrize(
    ("question", "gold"),
    [
        ("招商干部的本领有什么不足", "一问三不知"),
        ("乡镇干部作风方面的突出问题", "一是“坐”出来的病"),
        ("口令贴在屏幕边上，谁都看得见", "写在显示器旁边的便利贴上"),
    ],
)
def test_the_passage_that_does_what_is_asked_comes_before_the_one_on_the_topic(
    engine, rescorer, question, gold
):
    hits, _, scores = look(engine, rescorer, question)
    assert gold in hits[int(scores.argmax())].text


def test_the_score_is_the_sum_of_standardised_features(engine, rescorer):
    _, features, scores = look(engine, rescorer, "怎样清理重复建设的小程序")
    by_hand = [
        sum(w * (row[at] - mean) / scale for at, (mean, scale, w) in enumerate(MODEL.values()))
        for row in features
    ]
    np.testing.assert_allclose(scores, by_hand, rtol=1e-4, atol=1e-5)


def test_features_are_what_they_say(engine, rescorer):
    hits, features, _ = look(engine, rescorer, "怎样清理重复建设的小程序")
    column = {name: features[:, at] for at, name in enumerate(MODEL)}
    np.testing.assert_allclose(column["length"], [np.log(len(hit.text)) for hit in hits])
    np.testing.assert_allclose(
        column["score"], [hit.score - hit.parts["role"] for hit in hits], atol=1e-6
    )
    for at, hit in enumerate(hits):
        same = [other for other, one in enumerate(hits) if one.speech.id == hit.speech.id]
        assert column["speech"][at] == max(column["score"][same])
        best = sorted(column["topic_words"][same])[::-1][:3]
        assert column["speech_topic"][at] == pytest.approx(sum(best) / 3)
    vector = engine.encoder.encode_queries(["怎样清理重复建设的小程序"])[0]
    sentences = engine.encoder.encode_passages(split_sentences(hits[0].text))
    assert column["sentence"][0] == pytest.approx(float((sentences @ vector).max()), abs=1e-5)
    tokens = [engine.encoder.token_ids(split_sentences(hit.text)) for hit in hits]
    query = engine.analyse("怎样清理重复建设的小程序")
    pools = pool_matches(engine.encoder, query, tokens, engine.generation.lexical.idf)
    np.testing.assert_allclose(column["kernel"], kernel_scores(pools), rtol=1e-5)


def test_without_a_purpose_none_counts(engine, rescorer):
    _, features, _ = look(engine, rescorer, "科技成果转化")
    assert features[:, list(MODEL).index("purpose")].tolist() == [0.0] * len(features)


def test_what_was_kept_changes_nothing(engine, rescorer):
    _, first, _ = look(engine, rescorer, "防汛责任怎么落实")
    fresh = Rescorer(engine.generation, engine.encoder)
    _, again, _ = look(engine, fresh, "防汛责任怎么落实")
    np.testing.assert_allclose(first, again, atol=1e-6)


def test_nothing_found_is_nothing_to_look_at(engine, rescorer):
    assert rescorer.score(engine.analyse("成果转化"), []).shape == (0,)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "一是本领不够强。二是作风不够实，还要改进。",
            ["一是本领不够强。", "二是作风不够实，还要改进。"],
        ),
        ("怎么办？", ["怎么办？"]),
        ("第一行没有句号也算\n第二行也一样算一句", ["第一行没有句号也算", "第二行也一样算一句"]),
    ],
)
def test_sentences(text, sentences):
    assert split_sentences(text) == sentences
