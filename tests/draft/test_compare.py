import json
from dataclasses import replace

import pytest

from speechrag.draft.candidates import WordFinder, cut_evenly, split_clauses, without_formulas
from speechrag.draft.compare import Comparer
from speechrag.draft.labels import DEFAULT
from speechrag.draft.reading import draft_from_text
from speechrag.draft.records import Label
from speechrag.draft.report import Report, render_comparison
from speechrag.errors import EmptySource, SourceError

DRAFT = """在全市科技创新大会上的讲话

同志们：

一、认清形势，增强紧迫感

专利证书挂在墙上是荣誉，变成产品摆上柜台才是效益。我们的路子还不够宽。

二、打通转化通道

今年开始，驻市高校的转化收益至少七成归完成人及团队；到账一百万元的，评职称时抵一项省级课题。

第四届市民运动会设田径、游泳、乒乓球等十八个大项，请各代表团做好选拔集训。

谢谢大家。
"""


@pytest.fixture(scope="module")
def comparison(library):
    # where a topic begins depends on the encoder: here only what is close counts
    thresholds = replace(DEFAULT, topic=4.0)
    return Comparer(library, thresholds=thresholds).compare(draft_from_text(DRAFT))


def finding(comparison, start):
    return next(f for f in comparison.findings if f.paragraph.text.startswith(start))


def test_a_copied_sentence_is_found_with_its_runs_on_both_sides(comparison):
    found = finding(comparison, "专利证书")
    assert found.label is Label.VERBATIM
    hit = found.hits[0]
    run = hit.runs[0]
    words = "专利证书挂在墙上是荣誉，变成产品摆上柜台才是效益"
    assert found.paragraph.text[slice(*run.draft)] == words
    assert hit.hit.text[slice(*run.passage)] == words
    assert hit.hit.speech.title == "在全市科技成果转化推进会上的讲话"
    a, b = hit.hit.matched[0]
    assert hit.hit.speech.text[a:b] == words


def test_the_copied_sentence_is_aligned_with_its_source(comparison):
    found = finding(comparison, "专利证书")
    pair = found.hits[0].pairs[0]
    assert pair.kind == "verbatim"
    assert found.paragraph.text[slice(*pair.draft)].startswith("专利证书")
    assert "摆上柜台才是效益" in found.hits[0].hit.text[slice(*pair.passage)]


def test_a_reworded_paragraph_is_found_beside_its_source(comparison):
    found = finding(comparison, "今年开始")
    assert found.label is Label.REWORDED
    assert "从今年起，驻市高校凡转化收益" in found.hits[0].hit.text
    assert {pair.kind for pair in found.hits[0].pairs} == {"reworded"}


def test_what_nobody_said_has_no_precedent(comparison):
    found = finding(comparison, "第四届市民运动会")
    assert found.label is Label.UNPRECEDENTED
    assert found.hits == ()
    assert found.n_verbatim == 0


def test_formulaic_paragraphs_are_not_compared(comparison):
    for start in ("同志们", "谢谢大家"):
        assert finding(comparison, start).is_formulaic
        assert finding(comparison, start).hits == ()


def test_headings_are_no_paragraphs_but_the_section_of_theirs(comparison):
    texts = [f.paragraph.text for f in comparison.findings]
    assert "二、打通转化通道" not in texts
    assert finding(comparison, "今年开始").paragraph.section_path == ("二、打通转化通道",)


def test_offsets_of_paragraphs_index_the_draft(comparison):
    for found in comparison.findings:
        paragraph = found.paragraph
        assert DRAFT[paragraph.start : paragraph.end] == paragraph.text


def test_the_share_with_precedent_is_counted_in_letters(comparison):
    copied = len("专利证书挂在墙上是荣誉变成产品摆上柜台才是效益")
    total = sum(f.n_letters for f in comparison.findings)
    assert sum(f.n_verbatim for f in comparison.findings) == copied
    assert comparison.verbatim_share == pytest.approx(copied / total)


def test_the_source_used_most_comes_first(comparison):
    assert comparison.sources[0].source == "2023-在全市科技成果转化推进会上的讲话.txt"
    assert comparison.sources[0].n_paragraphs == 2


def test_few_hits_of_one_speech(library):
    comparison = Comparer(library, k=6, per_speech=1).compare(draft_from_text(DRAFT))
    for found in comparison.findings:
        ids = [hit.hit.speech.id for hit in found.hits]
        assert len(ids) == len(set(ids))


def test_a_source_can_be_left_out(library):
    name = "2023-在全市科技成果转化推进会上的讲话.txt"
    comparison = Comparer(library, exclude=frozenset({name})).compare(draft_from_text(DRAFT))
    assert name not in {use.source for use in comparison.sources}
    assert comparison.verbatim_share == 0.0


def test_a_clause_copied_into_a_long_new_paragraph_is_found_by_its_words(library):
    new = "第四届市民运动会设田径、游泳、乒乓球等十八个大项，请各代表团做好选拔集训。"
    text = (
        new * 6
        + "大堤在，人就在；岗位在，责任就在。我们多想一步、多走一里，老百姓就多一分安稳。"
        + new * 6
    )
    (found,) = Comparer(library).compare(draft_from_text(text)).findings
    assert found.label is Label.VERBATIM
    assert found.hits[0].hit.speech.title == "在全市防汛抗旱工作会议上的讲话"


def test_traditional_drafts_find_simplified_sources(library):
    text = "守著綠水青山過窮日子，群眾不答應；毀了綠水青山換幾年快錢，子孫不答應。"
    (found,) = Comparer(library).compare(draft_from_text(text)).findings
    assert found.label is Label.VERBATIM


def test_a_speech_of_the_library_is_its_own_precedent(library):
    speech = next(s for s in library.generation.store.iter_speeches() if "防汛抗旱" in s.title)
    comparison = Comparer(library).compare(draft_from_text(speech.text))
    assert comparison.verbatim_share > 0.97
    assert comparison.sources[0].title == speech.title


def test_the_same_draft_gives_the_same_report(library):
    reports = [
        render_comparison(Report(Comparer(library).compare(draft_from_text(DRAFT))))
        for _ in range(2)
    ]
    for report in reports:
        report["summary"]["took_ms"] = 0
    assert json.dumps(reports[0]) == json.dumps(reports[1])


def test_json_has_the_fields_of_the_contract(comparison):
    document = render_comparison(Report(comparison))
    summary = document["summary"]
    assert summary["n_paragraphs"] == len(comparison.findings) == 5
    assert summary["labels"] == {"原文重复": 1, "改写": 1, "同义": 0, "同题": 0, "未见先例": 3}
    assert summary["strip"][1] == "原文重复"
    paragraph = document["paragraphs"][1]
    hit = paragraph["hits"][0]
    assert hit["runs"][0] == {"draft": [0, 24], "passage": hit["runs"][0]["passage"]}
    assert 0 < hit["verbatim_share"] < 1
    assert hit["speech"]["date"].startswith("2023")


def test_progress_ends_with_the_whole_draft(library):
    seen = []
    text = "\n\n".join(
        f"第{i}项工作要抓好落实，责任到人，限期完成，年底检查验收。" for i in range(300)
    )
    comparison = Comparer(library).compare(draft_from_text(text), seen.append)
    assert len(comparison.findings) == 300
    assert [p.done for p in seen] == [64, 128, 192, 256, 300]
    assert seen[-1].describe("zh") == "比对：第 300/300 段"


@pytest.mark.parametrize("text", ["", "  \n ", "……——！"])
def test_an_empty_draft_is_refused(text):
    with pytest.raises(EmptySource):
        draft_from_text(text)


def test_a_draft_that_is_not_chinese_is_refused():
    with pytest.raises(SourceError, match="中文只占 0%"):
        draft_from_text("We choose to go to the moon in this decade and do the other things.")


def test_a_few_words_are_a_draft():
    (paragraph,) = draft_from_text("成果转化").paragraphs
    assert (paragraph.text, paragraph.start, paragraph.end) == ("成果转化", 0, 4)


def test_clauses_are_long_enough_to_be_runs():
    assert split_clauses("好，问题在水里，根子在岸上。") == ["好问题在水里根子在岸上"]
    assert split_clauses("短。") == ["短"]
    assert all(len(c) <= 30 for c in split_clauses("长" * 100))


def test_words_find_the_passage_that_holds_them(library):
    rows = WordFinder(library).rows("宁可十防九空，不可失防万一")
    assert "宁可十防九空" in library.generation.store.text(int(rows[0]))
    assert len(WordFinder(library).rows("垚犇鑫淼")) == 0


def test_formulas_are_blanked_before_encoding():
    assert without_formulas("同志们：抓好落实。") == "   ：抓好落实。"
    assert without_formulas("抓好落实。") == "抓好落实。"


def test_long_texts_are_cut_at_sentences():
    text = "这是一句话。" * 200
    pieces = cut_evenly(text)
    assert "".join(pieces) == text
    assert len(pieces) == 3
    assert all(piece.endswith("。") and len(piece) <= 500 for piece in pieces)
