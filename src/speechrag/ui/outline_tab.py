"""The tab 提纲: a topic in, the outlines of past speeches on it out."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, cast

from speechrag.errors import QuestionError
from speechrag.outlines import Outline, depths, find_outlines
from speechrag.types import Section
from speechrag.ui.answers import describe_error
from speechrag.ui.backend import Library
from speechrag.ui.cards import mark_text, render_notice, render_truncated
from speechrag.ui.one_box import build_one_box_tab
from speechrag.ui.strings import Strings

if TYPE_CHECKING:
    from speechrag.search.engine import Engine

N_OUTLINES = 8
MAX_STEPS = 5


def show_outlines(library: Library, topic: str, t: Strings) -> str:
    """The outlines as HTML; anything amiss as a message."""
    try:
        if not topic.strip():
            raise QuestionError(t("outline_empty"), t("outline_empty_hint"))
        found = find_outlines(cast("Engine", library.engine()), topic, k=N_OUTLINES)
        if not found:
            return render_notice(t("outline_none", topic=topic), t("outline_none_hint"), t)
        return render_outline_cards(found, t)
    except Exception as error:  # noqa: BLE001 - this is the border of the page
        return describe_error(error, t)


def render_outline_cards(outlines: Sequence[Outline], t: Strings) -> str:
    """The outlines, best first."""
    head = t("outline_found", n=len(outlines))
    cards = "".join(_card(outline, number, t) for number, outline in enumerate(outlines, 1))
    return (
        f'<div class="sr-results"><div class="sr-head"><h2><strong>{escape(head)}</strong></h2>'
        f"</div>{cards}</div>"
    )


def _card(outline: Outline, number: int, t: Strings) -> str:
    speech = outline.speech
    facts = [speech.date, t.kind(speech.kind) if speech.kind else None, speech.source]
    meta = "".join(f"<span>{escape(fact)}</span>" for fact in facts if fact)
    return (
        f'<article class="sr-card" data-passage="{escape(outline.best.passage.id)}" '
        f'data-speech="{escape(speech.id)}" data-cite="">'
        f'<header><span class="sr-rank" aria-hidden="true">{number}</span>'
        f'<div><h3 class="sr-title">《{mark_text(speech.title)}》</h3>'
        f'<p class="sr-meta">{meta}</p></div></header>'
        f"{render_truncated(speech.truncated, t)}{_tree(outline.items, t('outline'))}"
        f"{_contents(speech.contents, t)}"
        '<div class="sr-actions"><button type="button" data-do="speech">'
        f"{escape(t('read_all'))}</button></div></article>"
    )


def _tree(items: Sequence[Section], label: str) -> str:
    rows = "".join(
        f'<li class="st-step-{min(depth, MAX_STEPS)}">{mark_text(item.label + item.heading)}</li>'
        for item, depth in zip(items, depths(items), strict=True)
        if item.level > 0
    )
    return f'<ol class="st-outline" aria-label="{escape(label)}">{rows}</ol>'


def _contents(contents: Sequence[Section], t: Strings) -> str:
    if not any(item.level > 0 for item in contents):
        return ""
    label = t("printed_contents")
    return (
        f'<details class="st-more"><summary>{escape(label)}</summary>'
        f"{_tree(contents, label)}</details>"
    )


def build_outline_tab(library: Library, t: Strings) -> None:
    """Lay out the tab."""
    build_one_box_tab(
        t, lambda topic: show_outlines(library, topic, t),
        name="outline", field="topic", prefix="so", max_lines=3,
    )  # fmt: skip
