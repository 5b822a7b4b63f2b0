"""The tab 提法: phrases in, their course through the years out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from speechrag.errors import QuestionError
from speechrag.timeline.follow import follow_phrases
from speechrag.ui.answers import describe_error
from speechrag.ui.backend import Library
from speechrag.ui.one_box import build_one_box_tab
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
    build_one_box_tab(
        t, lambda text: follow(library, text, t),
        name="timeline", field="phrases", prefix="st", max_lines=6,
    )  # fmt: skip
