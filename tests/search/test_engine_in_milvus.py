"""The engine over Milvus answers as it does over files: hits, scores, filters, explanations."""

from dataclasses import asdict, replace

import pytest

from index_fakes import HashEncoder, parse_plain, write_library
from search.conftest import LIBRARY
from speechrag.config import Settings
from speechrag.index.build import build_index
from speechrag.index.generation import open_current
from speechrag.index.milvus.client import MilvusOptions
from speechrag.index.milvus.vectors import MilvusVectors
from speechrag.index.tokens import Tokenizer
from speechrag.search.candidates import FindsPassages
from speechrag.search.engine import Engine
from speechrag.search.render import render_hit
from speechrag.types import Filters

QUESTIONS = [
    "科技成果转化存在哪些问题？",
    "防汛责任",
    "怎样发展特色产业",
    "“督查督办”",
    "人才培养",
    "hello",
]
FILTERS = [
    Filters(),
    Filters(date_from="2022"),
    Filters(kinds=frozenset({"致辞"})),
    Filters(roles=frozenset({"举措"}), sources=frozenset({"a.txt", "speech002.txt"})),
]


@pytest.fixture(scope="module")
def engines(tmp_path_factory):
    """The same library in files and in Milvus."""
    folder = tmp_path_factory.mktemp("library")
    for name, text in LIBRARY.items():
        (folder / name).write_text(text, encoding="utf-8")
    write_library(folder, 5)
    place = tmp_path_factory.mktemp("place")
    encoder, tokenizer = HashEncoder(dim=256), Tokenizer(["成果转化"])
    remote = MilvusVectors(MilvusOptions(str(place / "m.db"), consistency="Strong"))
    engines = []
    for name, keeper in (("files", None), ("milvus", remote)):
        build_index([folder], place / name, encoder, tokenizer, parse=parse_plain, remote=keeper)
        settings = replace(Settings(), index=place / name, user_terms=("成果转化",))
        generation = open_current(place / name, encoder, tokenizer, keeper)
        engines.append(Engine(generation, encoder, tokenizer, settings))
    yield engines
    remote.close()


def rounded(document):
    """A document with its numbers rounded, so that last bits do not count."""
    if isinstance(document, dict):
        return {key: rounded(value) for key, value in document.items()}
    if isinstance(document, list | tuple):
        return [rounded(value) for value in document]
    return round(document, 4) if isinstance(document, float) else document


def test_the_seam_is_taken(engines):
    files, milvus = engines
    assert not isinstance(files.generation.body, FindsPassages)
    assert isinstance(milvus.generation.body, FindsPassages)


@pytest.mark.parametrize("filters", FILTERS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_hits_are_the_same_documents(engines, question, filters):
    files, milvus = (engine.search(question, filters=filters) for engine in engines)
    assert rounded([render_hit(hit) for hit in milvus.hits]) == rounded(
        [render_hit(hit) for hit in files.hits]
    )
    assert (milvus.relaxed, len(milvus.suggestions)) == (files.relaxed, len(files.suggestions))


def test_something_was_found_at_all(engines):
    found = [len(engines[1].search(question).hits) for question in QUESTIONS]
    assert sum(n > 0 for n in found) >= 4


def test_explanations_are_the_same(engines):
    question = QUESTIONS[0]
    files, milvus = (e.explain(question, e.search(question).hits[0]) for e in engines)
    assert rounded(asdict(milvus)) == rounded(asdict(files))


@pytest.mark.parametrize("mode", ["lexical", "dense", "fused"])
def test_the_stages_rank_the_same(engines, mode):
    files, milvus = (engine.ranker(mode)("科技成果转化的资金") for engine in engines)
    assert milvus == files
