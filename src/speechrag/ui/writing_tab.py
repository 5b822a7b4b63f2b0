"""The tab 起草: a topic and an outline; material for each heading; drafts where a model is set."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from speechrag.config import Settings
from speechrag.ui.answers import describe_error
from speechrag.ui.ask import filter_choices
from speechrag.ui.backend import Library
from speechrag.ui.cards import render_notice
from speechrag.ui.strings import Strings
from speechrag.ui.writing import WritingDesk

ATTACH = "window.speechwriting && window.speechwriting.attach(element, server, watch);"
FILE_TYPES = [".docx", ".docm", ".doc", ".wps", ".rtf", ".txt", ".md", ".html", ".htm", ".pdf"]


def build_writing_tab(library: Library, settings: Settings, t: Strings, tab: Any) -> None:
    """Lay out the tab; `tab` is the one it stands in."""
    import gradio as gr

    desk = WritingDesk(library, settings, t)
    with gr.Row(elem_id="sw-input", equal_height=False):
        with gr.Column(scale=3, min_width=280):
            topic = gr.Textbox(
                label=t("writing_topic"), info=t("writing_topic_hint"), lines=1, max_lines=2,
                elem_id="sw-topic",
            )  # fmt: skip
            outline = gr.Textbox(
                label=t("writing_outline"), info=t("writing_outline_hint"), lines=6, max_lines=14,
                placeholder=t("writing_outline_example"), elem_id="sw-outline",
            )  # fmt: skip
        with gr.Column(scale=1, min_width=240):
            file = gr.File(
                label=t("writing_file"), file_count="single", file_types=FILE_TYPES, height=130,
                elem_id="sw-file",
            )  # fmt: skip
            start = gr.Button(t("writing_start"), variant="primary", elem_id="sw-start")
            clear = gr.Button(t("writing_clear"), elem_id="sw-clear", size="sm")
    filters = _build_filters(library, t, tab)
    if desk.can_model:
        gr.Checkbox(value=settings.llm, label=t("writing_model"), elem_id="sw-model")
    else:
        gr.HTML(
            f'<p class="sw-no-model">{escape(t("writing_no_model"))}</p>', apply_default_css=False
        )
    welcome = f'<p class="sr-welcome">{escape(t("writing_welcome"))}</p>'
    results = gr.HTML(
        welcome,
        elem_id="sw-results",
        apply_default_css=False,
        js_on_load=ATTACH,
        server_functions=desk.functions(),
    )

    def gather(about: str | None, lines: str | None, *values: Any) -> Iterator[tuple[str, Any]]:
        html = ""
        for html in desk.watch_gathering(about, lines, values):
            yield html, gr.update(interactive=False)
        yield html, gr.update(interactive=True)

    def read(path: str | None) -> tuple[Any, Any, Any]:
        if not path:
            return gr.skip(), None, gr.skip()
        try:
            text, n = desk.read_file(Path(path))
        except Exception as error:  # noqa: BLE001 - this is the border of the page
            return gr.skip(), None, describe_error(error, t)
        told = render_notice(t("writing_read", name=Path(path).name, n=n), "", t)
        return text, None, told

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    gr.on(
        [topic.submit, start.click], gather, [topic, outline, *filters], [results, start],
        concurrency_limit=4, **quiet,
    )  # fmt: skip
    file.upload(read, file, [outline, file, results], **quiet)
    clear.click(lambda: ("", "", welcome), None, [topic, outline, results], **quiet)


def _build_filters(library: Library, t: Strings, tab: Any) -> list[Any]:
    """From, to and kinds, brought up to date whenever the tab is opened."""
    import gradio as gr

    start, end, kinds, _ = filter_choices(library, t)
    with gr.Accordion(t("writing_filters"), open=False, elem_id="sw-filters"):
        with gr.Row():
            date_from, date_to = (
                gr.Dropdown(
                    years, value=None, label=t(name), info=t("date_info"), allow_custom_value=True,
                    elem_id=f"sw-{name.removeprefix('date_')}", min_width=200,
                )
                for name, years in (("date_from", start), ("date_to", end))
            )  # fmt: skip
        kind = gr.CheckboxGroup(kinds, label=t("kinds"), elem_id="sw-kinds")
    filters = [date_from, date_to, kind]

    def refresh() -> list[Any]:
        return [gr.update(choices=choices) for choices in filter_choices(library, t)[:3]]

    tab.select(
        refresh, None, filters, show_progress="hidden", api_visibility="private", queue=False
    )
    return filters
