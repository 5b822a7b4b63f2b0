"""Questions over a small library, through the whole engine."""

import numpy as np
import pytest

from speechrag.search.engine import Engine
from speechrag.search.render import render_hit, render_result
from speechrag.types import Filters, Place


def texts(result):
    return [hit.text for hit in result.hits]


def test_the_passage_with_the_words_comes_first(engine):
    hit = engine.search("如何简化成果转化流程").hits[0]
    assert hit.text == "简化科技成果转化流程，优化审批程序，减少中间环节。"
    assert hit.passage.section_path == ("二、打通堵点",)
    assert hit.rank == 1


@pytest.mark.parametrize(
    "question", ["简化科技成果转化流程", "簡化科技成果轉化流程", "简化 科技 成果 转化 流程"]
)
def test_script_and_spaces_change_nothing_in_the_list(engine, question):
    plain = engine.search("简化科技成果转化流程")
    other = engine.search(question)
    assert [h.passage.id for h in other.hits] == [h.passage.id for h in plain.hits]
    assert [h.score for h in other.hits] == pytest.approx([h.score for h in plain.hits])


def test_a_simplified_question_finds_traditional_text_shown_as_it_is(engine):
    assert engine.search("防汛责任监测预警").hits[0].text.startswith("落實防汛責任")


def test_the_same_question_gives_the_same_list(engine):
    first, second = (engine.search("资金投入不足") for _ in range(2))
    assert [(h.passage.id, h.score) for h in first.hits] == [
        (h.passage.id, h.score) for h in second.hits
    ]


def test_near_copies_are_one_hit_that_names_its_other_places(engine):
    result = engine.search("督查督办 压实责任 见到实效")
    copies = [hit for hit in result.hits if hit.text.startswith("要加强督查督办")]
    assert len(copies) == 1
    assert copies[0].also_in == (Place("在雲嶺市防汛工作會議上的講話", "c.txt"),)


def test_a_quoted_phrase_is_found_verbatim_first(engine):
    hit = engine.search("有没有“引导社会资本参与”的说法").hits[0]
    assert "引导社会资本参与" in hit.text
    assert hit.parts["phrase"] == pytest.approx(1.0)


def test_a_quoted_phrase_is_found_though_its_punctuation_differs(engine):
    hit = engine.search("“中间环节较多。流程繁琐”").hits[0]
    assert hit.text == "中间环节较多，流程繁琐，周期较长。"
    assert hit.parts["phrase"] == pytest.approx(0.9)


def test_filters_restrict_what_is_found(engine):
    by_kind = engine.search("工作", filters=Filters(kinds=frozenset(["致辞"])))
    assert {hit.speech.kind for hit in by_kind.hits} == {"致辞"}
    by_date = engine.search("工作", filters=Filters(date_from="2022", date_to="2022-12-31"))
    assert {hit.speech.source for hit in by_date.hits} == {"c.txt"}


def test_at_most_so_many_hits_come_from_one_speech(engine):
    hits = engine.search("科技成果转化", per_speech=1, k=10).hits
    assert len({hit.speech.id for hit in hits}) == len(hits)
    assert len(engine.search("科技成果转化", per_speech=0, k=4).hits) == 4


def test_the_matching_words_are_marked_in_the_speech(engine):
    hit = engine.search("资金投入").hits[0]
    marked = [hit.speech.text[start:end] for start, end in hit.matched]
    assert "资金投入" in "".join(marked)
    assert all(hit.passage.start <= a < b <= hit.passage.end for a, b in hit.matched)


def test_context_gives_the_neighbours_in_reading_order(engine):
    hit = engine.search("简化科技成果转化流程").hits[0]
    around = engine.context(hit.passage.id, before=1, after=1)
    shown = [hit.speech.text[p.start : p.end] for p in around]
    assert shown == [
        "中间环节较多，流程繁琐，周期较长。",
        "简化科技成果转化流程，优化审批程序，减少中间环节。",
        "设立成果转化引导基金，引导社会资本参与。",
    ]


def test_a_rendered_hit_has_the_contracts_fields(engine):
    result = engine.search("防汛责任")
    document = render_result(result)
    assert set(document) >= {"question", "took_ms", "relaxed", "hits"}
    hit = render_hit(result.hits[0])
    assert set(hit) >= {
        "rank", "score", "parts", "text", "text_simplified", "role", "section",
        "start", "end", "speech", "also_in",
    }  # fmt: skip
    assert set(hit["speech"]) >= {"id", "title", "date", "speaker", "occasion", "source"}
    assert hit["text_simplified"] == "落实防汛责任，强化监测预警，备足抢险物资。"
    assert 0 <= hit["score"] <= 1


def test_lexical_and_dense_rankings_are_to_be_had_alone(engine):
    question = "设立成果转化引导基金，引导社会资本参与。"
    for mode in ("lexical", "dense", "fused"):
        assert engine.ranker(mode)(question)[0][1] == question


def test_a_whole_paragraph_and_a_single_character_are_questions_too(engine):
    paragraph = "科技成果转化的资金投入不足，缺乏足够的资金支持。" * 40
    assert engine.search(paragraph).hits[0].text.startswith("科技成果转化的资金投入不足")
    assert "汛" in engine.search("汛").hits[0].text


class AllKnown:
    """Token vectors that make every pair of tokens strangers: nothing is ever close."""

    def __init__(self, encoder):
        self._encoder = encoder
        self.name, self.digest, self.dim = encoder.name, encoder.digest, encoder.dim

    def encode_queries(self, texts):
        return self._encoder.encode_queries(texts)

    encode_passages = encode_queries

    def token_ids(self, texts):
        numbers = [[0 if text.isascii() else 1] if text else [] for text in texts]
        return [np.array(of_text, np.int32) for of_text in numbers]

    def token_rows(self, ids):
        return np.eye(2, self.dim, dtype=np.float32)[ids]

    def token_names(self, ids):
        return [str(i) for i in ids]


def test_nothing_close_is_said_with_the_nearest_as_suggestions(engine):
    strict = Engine(engine.generation, AllKnown(engine.encoder), engine.tokenizer, engine.settings)
    result = strict.search("zxqv wvut", k=10)
    assert result.hits == ()
    assert len(result.suggestions) == 3
    assert all(hit.score < 0.19 for hit in result.suggestions)
