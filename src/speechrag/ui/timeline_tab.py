"""The tab 提法: phrases in, their course through the years out."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any, cast

from speechrag.errors import QuestionError
from speechrag.timeline.follow import follow_phrases
from speechrag.ui.answers import describe_error
from speechrag.ui.backend import Library
from speechrag.ui.strings import Strings
from speechrag.ui.timeline_cards import render_phrases

if TYPE_CHECKING:
    from speechrag.search.engine import Engine

_MARKS = re.compile(r"[、，,；;\n\r]+")
_SPACE = re.compile(r"(?<![A-Za-z0-9])\s+|\s+(?![A-Za-z0-9])")  # not inside an English phrase
_QUOTES = "“”「」『』\"'《》"


def split_phrases(text: str) -> list[str]:
    """The phrases of what a person wrote, separated by commas, lines, or spaces between Chinese."""
    parts = [part for piece in _MARKS.split(text) for part in _SPACE.split(piece)]
    return [part for part in (part.strip().strip(_QUOTES) for part in parts) if part]


def follow(library: Library, text: str, t: Strings) -> str:
    """The timelines as HTML; anything amiss as a message."""
    try:
        phrases = split_phrases(text)
        if not phrases:
            raise QuestionError(t("timeline_empty"), t("timeline_empty_hint"))
        return render_phrases(follow_phrases(cast("Engine", library.engine()), phrases), t)
    except Exception as error:  # noqa: BLE001 - this is the border of the page
        return describe_error(error, t)


def build_timeline_tab(library: Library, t: Strings) -> None:
    """Lay out the tab."""
    import gradio as gr

    with gr.Row(elem_id="st-row", equal_height=False):
        phrases = gr.Textbox(
            label=t("timeline_phrases"), info=t("timeline_phrases_info"), lines=1, max_lines=6,
            elem_id="st-phrases", scale=5, min_width=200,
        )  # fmt: skip
        start = gr.Button(
            t("timeline_now"), variant="primary", elem_id="st-start", scale=0, min_width=140
        )
    result = gr.HTML(
        f'<p class="sr-welcome">{escape(t("timeline_welcome"))}</p>',
        elem_id="st-result",
        apply_default_css=False,
    )

    def answer(text: str | None) -> str:
        return follow(library, text or "", t)

    quiet: dict[str, Any] = {"api_visibility": "private", "concurrency_limit": 2}
    gr.on(
        [phrases.submit, start.click], answer, phrases, result,
        trigger_mode="always_last", show_progress="minimal", **quiet,
    )  # fmt: skip
