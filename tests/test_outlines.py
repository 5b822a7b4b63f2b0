"""Outlines of the speeches most about a topic."""

import pytest

from index_fakes import HashEncoder, parse_plain
from speechrag.config import Settings
from speechrag.errors import QuestionError
from speechrag.index.build import build_index
from speechrag.index.generation import open_current
from speechrag.index.tokens import Tokenizer
from speechrag.outlines import depths, find_outlines, render_outlines
from speechrag.search.engine import Engine
from speechrag.types import Filters, Section

LIBRARY = {
    "a.txt": "# 成果转化推进会讲话\n@2023-04-26 讲话\n一、打通成果转化堵点\n成果转化要资金。\n",
    "b.txt": (
        "# 防汛会议讲话（截断）\n@2022-06-01 讲话\n一、防汛\n备足物资防汛。\n"
        "二、成果转化\n成果转化要人才。\n"
    ),
    "c.txt": "# 成果转化致辞\n@2021 致辞\n成果转化没有标题的一篇讲话。\n",
    "d.txt": "# 成果转化推进会讲话（网站）\n@2023 报告\n一、打通成果转化堵点\n成果转化要资金。\n",
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    folder, index = tmp_path_factory.mktemp("speeches"), tmp_path_factory.mktemp("index")
    for name, text in LIBRARY.items():
        (folder / name).write_text(text, encoding="utf-8")
    encoder, tokenizer = HashEncoder(dim=256), Tokenizer()
    build_index([folder], index, encoder, tokenizer, parse=parse_plain)
    return Engine(open_current(index), encoder, tokenizer, Settings())


def sources(found):
    return [outline.speech.source for outline in found]


def test_the_speech_on_the_topic_is_first_and_copies_and_bare_texts_are_left_out(engine):
    found = find_outlines(engine, "成果转化")
    assert len(found) == 2
    assert found[0].speech.title.startswith("成果转化推进会讲话")
    assert sources(found)[1] == "b.txt"
    assert [outline.score for outline in found] == sorted((o.score for o in found), reverse=True)


def test_the_document_has_what_the_contract_names(engine):
    (shown,) = render_outlines("防汛", find_outlines(engine, "防汛", k=1))["outlines"]
    assert {key: shown[key] for key in ("title", "date", "source", "truncated", "items")} == {
        "title": "防汛会议讲话（截断）",
        "date": "2022-06-01",
        "source": "b.txt",
        "truncated": {"shown": 1, "total": 2},
        "items": [
            {"level": 1, "label": "一、", "heading": "防汛"},
            {"level": 1, "label": "二、", "heading": "成果转化"},
        ],
    }


def test_filters_and_k_are_kept_to(engine):
    kind = Filters(kinds=frozenset({"报告"}))
    assert sources(find_outlines(engine, "成果转化", filters=kind)) == ["d.txt"]
    late = Filters(date_from="2023-02")
    assert "b.txt" not in sources(find_outlines(engine, "成果转化", filters=late))
    assert len(find_outlines(engine, "成果转化", k=1)) == 1


def test_an_empty_topic_is_refused(engine):
    with pytest.raises(QuestionError, match="主题是空的"):
        find_outlines(engine, " ，")


def test_an_item_stands_under_those_before_it_whatever_levels_are_skipped():
    items = [Section(level, "", "题", 0, 0) for level in (0, 6, 1, 6, 6, 3, 4, 1)]
    assert depths(items) == [0, 0, 0, 1, 1, 1, 2, 0]
