"""Speeches in pages around them: what is the speech's stays, what is the page's goes."""

from __future__ import annotations

import random

import pytest
from benchmarks.cleaning.pages import (
    Page,
    Score,
    Template,
    judge,
    load_demo,
    read_templates,
    wrap,
)

TEMPLATES = read_templates()
SPEECHES = load_demo()
# Floors of recall and precision; benchmarks/cleaning measures the same on other speeches.
MIN_RECALL, MIN_PRECISION = 0.998, 0.997


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.name)
def test_a_page_goes_and_its_speech_stays(template: Template) -> None:
    rng = random.Random(template.name)
    pages = [wrap(template, rng.choice(SPEECHES), rng) for _ in range(3)]
    score = sum(map(judge, pages), Score(template.group, template.name))
    assert score.recall >= MIN_RECALL
    assert score.precision >= MIN_PRECISION
    assert (score.n_titles, score.n_whole) == (3, 3)
    # the year stands in one line of a menu and the day in another
    assert score.n_dates == (0 if template.name == "feishu-wiki" else 3)


@pytest.mark.parametrize("cut", [3, 7, 11])
def test_a_speech_cut_off_in_a_sentence_keeps_its_last_line(cut: int) -> None:
    rng = random.Random(cut)
    score = Score("", "")
    for template in TEMPLATES:
        paragraphs = rng.choice(SPEECHES)
        longest = max(paragraphs[4:], key=len)
        at = paragraphs.index(longest)
        score += judge(wrap(template, [*paragraphs[:at], longest[: 60 + cut]], rng))
    assert score.recall >= 0.995
    assert score.precision >= 0.99


@pytest.mark.parametrize("speech", SPEECHES, ids=lambda s: s[1][:12])
def test_a_speech_without_a_page_around_it_loses_nothing(speech: list[str]) -> None:
    rng = random.Random(7)
    page: Page = wrap(
        Template("", "plain", "{title}\n（{date}）\n{speaker}\n\n{body}"), speech, rng
    )
    score = judge(page)
    assert score.n_body_kept == score.n_body
    assert (score.n_titles, score.n_dates, score.n_whole) == (1, 1, 1)


def test_a_score_counts_what_stayed_by_hand() -> None:
    page = Page(
        Template("", "", ""), "首页\n讲话\n同志们：干！\n返回", ((6, 12),), ((3, 5),), "讲话", None
    )
    score = judge(page)
    assert (score.n_body, score.n_page) == (6, 4)
    assert (score + score).n_body == 12
