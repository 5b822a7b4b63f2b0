"""The web page: lay it out, and serve it until interrupted."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from html import escape
from typing import Any

from speechrag.config import Settings
from speechrag.errors import EmptySource, IndexMissing
from speechrag.ui.answer_panel import build_answer_tab
from speechrag.ui.answers import warm_up
from speechrag.ui.ask import build_ask_tab
from speechrag.ui.backend import Library, Progress
from speechrag.ui.draft_tab import build_basket, build_draft_tab
from speechrag.ui.library import build_library_tab
from speechrag.ui.outline_tab import build_outline_tab
from speechrag.ui.strings import Strings
from speechrag.ui.timeline_tab import build_timeline_tab
from speechrag.ui.writing_tab import build_writing_tab

KEPT = (
    "sr-question", "sa-question", "sw-topic", "sw-outline", "sd-text", "st-phrases", "so-topic",
)  # fmt: skip
"""The boxes whose text typed.js keeps over a reload."""


def launch_page(settings: Settings, library: Library | None = None) -> None:
    """Serve the page, in both languages, until Ctrl+C. Builds the index first if there is none.

    Raises:
        SettingsError: The address or port cannot be used.
        SpeechragError: The index cannot be built or opened.
    """
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from speechrag.ui.server import create_app, open_port, serve

    t = Strings(_terminal_language(settings))
    door = open_port(settings.host, settings.port, t)  # first: it is the quickest thing to fail
    try:
        library = library or _open_library(settings)
        _build_if_missing(library, settings, t)
        warm_up()
        serve(create_app(library, settings), door, settings, t)
    finally:
        door.close()


def build_page(library: Library, settings: Settings, lang: str = "zh") -> Any:
    """The page in one language, as Gradio blocks."""
    import gradio as gr

    t = Strings(lang)
    with gr.Blocks(title=t("name"), analytics_enabled=False, fill_width=True) as page:
        gr.HTML(_banner(t), elem_id="sr-banner", apply_default_css=False)
        with gr.Tabs(elem_id="sr-tabs", overflow_behavior="wrap"):
            with gr.Tab(t("tab_ask"), id="ask"):
                filters = build_ask_tab(library, settings, t)
            with gr.Tab(t("tab_answer"), id="answer"):
                build_answer_tab(library, settings, t)
            with gr.Tab(t("tab_writing"), id="writing") as writing:
                build_writing_tab(library, settings, t, writing)
            with gr.Tab(t("tab_draft"), id="draft"):
                build_draft_tab(library, t)
            with gr.Tab(t("tab_timeline"), id="timeline"):
                build_timeline_tab(library, t)
            with gr.Tab(t("tab_outline"), id="outline"):
                build_outline_tab(library, t)
            with gr.Tab(t("tab_library"), id="library") as tab:
                refresh = build_library_tab(library, t, filters)
        build_basket(library, t)
        named = {block.elem_id: block for block in page.blocks.values()}
        quiet = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
        gr.on([page.load, tab.select], refresh, None, [named["sr-shelf"], *filters], **quiet)
        recall = f"() => window.speechtyped.recall({json.dumps(KEPT)})"
        page.load(None, None, [named[name] for name in KEPT], js=recall, **quiet)
    return page


def _banner(t: Strings) -> str:
    # relative, so that the page can live under a path behind a proxy
    href, lang = ("../?lang=zh", "zh-CN") if t.lang == "en" else ("en/", "en")
    return (
        f'<header class="sr-banner"><div><h1>{escape(t("name"))}</h1>'
        f"<p>{escape(t('tagline'))}</p></div>"
        f'<a href="{href}" lang="{lang}">{escape(t("other_language"))}</a></header>'
    )


def _terminal_language(settings: Settings) -> str:
    if settings.lang in {"zh", "en"}:
        return settings.lang
    locale = next((v for n in ("LC_ALL", "LC_MESSAGES", "LANG") if (v := os.environ.get(n))), "")
    return "en" if locale.lower().startswith("en") else "zh"


def _open_library(settings: Settings) -> Library:
    from speechrag.search.library import LiveLibrary

    return LiveLibrary(settings)


def _build_if_missing(library: Library, settings: Settings, t: Strings) -> None:
    try:
        library.engine()
        return
    except IndexMissing:
        sys.stderr.write(t("building_first", seeds=settings.seeds) + "\n")
    try:
        library.rebuild(_print_progress(t))
    except EmptySource as error:  # the page takes the first speeches, too
        sys.stderr.write(f"{error.message}\n{t('empty_start')}\n")
        return
    library.engine()


def _print_progress(t: Strings) -> Callable[[Progress], None]:
    """Steps on stderr, a line every second at most."""
    shown = 0.0

    def show(progress: Progress) -> None:
        nonlocal shown
        if time.monotonic() - shown >= 1:
            shown = time.monotonic()
            sys.stderr.write(f"  {progress.describe(t.lang)}\n")
            sys.stderr.flush()

    return show
