"""The tab 对稿: paste or upload a draft, compare it, export the findings."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from speechrag.ui.backend import Library
from speechrag.ui.desk import Desk, basket_functions
from speechrag.ui.strings import Strings

ATTACH = "window.speechdesk && window.speechdesk.attach(element, server, watch);"
FILE_TYPES = [".docx", ".docm", ".doc", ".wps", ".rtf", ".txt", ".md", ".pdf", ".html", ".htm"]


def build_draft_tab(library: Library, t: Strings) -> None:
    """Lay out the tab."""
    import gradio as gr

    desk = Desk(library, t)
    with gr.Row(elem_id="sd-input", equal_height=True):
        text = gr.Textbox(
            label=t("draft_text"), info=t("draft_text_info"), lines=6, max_lines=12,
            elem_id="sd-text", scale=3, min_width=280,
        )  # fmt: skip
        with gr.Column(scale=1, min_width=240):
            file = gr.File(
                label=t("draft_file"), file_count="single", file_types=FILE_TYPES, height=130,
                elem_id="sd-file",
            )  # fmt: skip
            start = gr.Button(t("compare_now"), variant="primary", elem_id="sd-start")
    results = gr.HTML(
        f'<p class="sr-welcome">{escape(t("compare_welcome"))}</p>',
        elem_id="sd-results",
        apply_default_css=False,
        js_on_load=ATTACH,
        server_functions=desk.functions(),
    )

    def compare(words: str | None, path: str | None) -> Iterator[tuple[str, Any, Any]]:
        html = ""
        for html in desk.watch_comparison(words, Path(path) if path else None):
            yield html, gr.skip(), gr.update(interactive=False)
        yield html, None, gr.update(interactive=True)

    quiet = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": 2}
    compared = start.click(compare, [text, file], [results, file, start], **quiet)
    # A button that is switched off loses the focus, and with it the keyboard its place.
    compared.then(
        None, None, None, show_progress="hidden", api_visibility="private",
        js="() => document.activeElement === document.body && "
        "document.getElementById('sd-start').focus()",
    )  # fmt: skip


def build_basket(library: Library, t: Strings) -> None:
    """Lay out what exports the basket: outside the tabs, since any of them may be open."""
    import gradio as gr

    gr.HTML(
        "<span></span>",
        elem_id="sd-basket-home",
        apply_default_css=False,
        js_on_load=ATTACH,
        server_functions=basket_functions(library, t),
    )
