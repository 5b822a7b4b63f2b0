"""A successor is named where the library shows one, and not where words merely come and go."""

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from speechrag.timeline.counting import Counting
from speechrag.timeline.pattern import Phrase
from speechrag.timeline.render import describe_succession
from speechrag.timeline.succession import find_successors
from speechrag.timeline.turning import find_turn, rank_p

PLACES = ("深入推进{}改革，方便群众。", "持续深化{}工作，优化环境。", "全面落实{}要求，不打折扣。")
TOPICS = ("道路", "水利", "教育", "医疗")


def library(phrase_of, n_years=14, extra=lambda year: ""):
    """One report a year, that says the year's phrase in three places."""
    return {
        f"{year}.txt": f"# {year}年报告\n@{year}-01-10 报告\n"
        + "".join(place.format(phrase_of(year)) + f"今年抓{topic}。\n"
                  for place, topic in zip(PLACES, TOPICS, strict=False))
        + f"{extra(year)}\n今年办好{TOPICS[year % 4]}等{year % 7 + 3}件事。\n"
        for year in range(2008, 2008 + n_years)
    }  # fmt: skip


def successors(engine, phrase):
    return find_successors(engine, Counting(engine.generation), Phrase(phrase))


@pytest.fixture(scope="module")
def replaced(make_engine):
    return make_engine(library(lambda year: "行政审批制" if year < 2015 else "行政许可制"))


def test_what_fills_the_same_places_from_the_turn_on_is_the_successor(replaced):
    (successor,) = successors(replaced, "行政审批制")
    assert successor.phrase == "行政许可制"
    assert set(successor.frames) >= {"深入推进＿＿改革", "持续深化＿＿工作", "全面落实＿＿要求"}
    s = successor
    eras = [
        (era.first, era.last, era.n, era.n_speeches, era.n_library_speeches)
        for era in (s.old_before, s.old_after, s.new_before, s.new_after)
    ]
    early, late = (2008, 2014), (2015, 2021)
    assert eras == [(*early, 21, 7, 7), (*late, 0, 0, 7), (*early, 0, 0, 7), (*late, 21, 7, 7)]


def test_the_evidence_is_a_sentence_with_figures_and_places(replaced):
    (successor,) = successors(replaced, "行政审批制")
    said = describe_succession("行政审批制", successor)
    assert "“行政审批制”在 2008–2014 年同类讲话 7 篇中见于 7 篇" in said
    assert "2015–2021 年 7 篇中降为 0 篇" in said
    assert "《2014年报告》（2014-01-10）" in said
    assert "《2021年报告》（2021-01-10）" in said
    english = describe_succession("行政审批制", successor, "en")
    assert "“行政审批制” stands in 7 of 7 comparable speeches of 2008–2014" in english


def test_a_phrase_still_in_use_has_none(replaced, make_engine):
    assert successors(replaced, "行政许可制") == ()
    engine = make_engine(library(lambda _year: "行政审批制"))
    assert successors(engine, "行政审批制") == ()


def test_what_rises_in_other_places_is_none(make_engine):
    engine = make_engine(
        library(
            lambda year: "行政审批制" if year < 2015 else f"事项{year % 7}甲乙",
            extra=lambda year: "" if year < 2015 else "大数据平台已经建成。",
        )
    )
    assert successors(engine, "行政审批制") == ()


def test_what_was_there_all_along_is_none(make_engine):
    lines = library(
        lambda year: "行政审批制" if year < 2015 else "行政许可制",
        extra=lambda year: "".join(p.format("行政许可制") for p in PLACES) if year < 2015 else "",
    )
    assert successors(make_engine(lines), "行政审批制") == ()


def test_a_library_that_grows_by_another_kind_of_text_shows_no_turn(make_engine):
    texts = library(lambda _year: "行政审批制", n_years=6)
    news = {
        f"n{n}.txt": f"# 消息{n}\n@{2014 + n % 4}-03-0{n % 9 + 1} 发言\n今天第{n}次下雨。\n"
        for n in range(40)
    }
    engine = make_engine(texts | news)
    uses = Counting(engine.generation).uses(Phrase("行政审批制")).kept
    assert find_turn(uses, engine.generation.store) is None


def test_undated_speeches_tell_nothing_of_a_course(make_engine):
    dated = library(lambda year: "行政审批制" if year < 2015 else "行政许可制")
    texts = {
        name: "\n".join(line for line in text.split("\n") if not line.startswith("@"))
        for name, text in dated.items()
    }
    assert successors(make_engine(texts), "行政审批制") == ()


@pytest.mark.parametrize("seed", range(5))
def test_the_rank_test_agrees_with_scipy(seed):
    chance = np.random.default_rng(seed)
    a, b = chance.integers(0, 5, 12) + seed % 2, chance.integers(0, 5, 9)
    expected = mannwhitneyu(a, b, alternative="greater", method="asymptotic").pvalue
    assert rank_p(a.astype(float), b.astype(float)) == pytest.approx(expected, abs=1e-9)


def test_the_rank_test_says_nothing_of_equal_or_missing_values():
    assert rank_p(np.ones(4), np.ones(3)) == 1.0
    assert rank_p(np.ones(4), np.zeros(0)) == 1.0
