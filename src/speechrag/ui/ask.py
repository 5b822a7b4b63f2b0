"""The tab 提问: a question box, filters, and the results."""

from __future__ import annotations

import functools
from html import escape
from typing import Any

from speechrag.config import Settings
from speechrag.errors import IndexMissing
from speechrag.types import Role
from speechrag.ui.answers import describe_error, page_functions
from speechrag.ui.asking import Request
from speechrag.ui.backend import Library
from speechrag.ui.cards import render_results
from speechrag.ui.strings import EXAMPLES, Strings

N_RESULTS = (5, 10, 20, 50)
ATTACH = "window.speechrag && window.speechrag.attach(element, server, watch);"


def build_ask_tab(library: Library, settings: Settings, t: Strings) -> list[Any]:
    """Lay out the tab; returns the filters whose choices depend on the library."""
    import gradio as gr

    with gr.Row(elem_id="sr-ask-row", equal_height=False):
        question = gr.Textbox(
            label=t("question"), info=t("question_hint"), lines=1, max_lines=10, autofocus=True,
            elem_id="sr-question", scale=5, min_width=200,
        )  # fmt: skip
        ask = gr.Button(t("ask"), variant="primary", elem_id="sr-ask", scale=0, min_width=140)
    with gr.Row(elem_id="sr-examples"):
        gr.HTML(f"<span>{escape(t('examples') + t('colon'))}</span>", apply_default_css=False)
        chips = [gr.Button(text, size="sm", elem_classes="sr-chip") for text in EXAMPLES]
    form, clear = _build_filters(library, settings, t)
    results = gr.HTML(
        f'<p class="sr-welcome">{escape(t("welcome"))}</p>',
        elem_id="sr-results",
        apply_default_css=False,
        js_on_load=ATTACH,
        server_functions=page_functions(library, settings.seeds, t),
    )

    def answer(text: str | None, *values: Any) -> str:
        try:
            request = Request.from_form(text, values, t)
            result = library.engine().search(
                request.question, k=request.k, filters=request.filters()
            )
            return render_results(result, request.as_json(), t)
        except Exception as error:  # noqa: BLE001 - this is the border of the page
            return describe_error(error, t)

    def narrow(text: str | None, *values: Any) -> Any:
        return answer(text, *values) if (text or "").strip() else gr.skip()

    def try_example(example: str, *values: Any) -> tuple[str, str]:
        return example, answer(example, *values)

    quiet = {"show_progress": "minimal", "api_visibility": "private", "concurrency_limit": 4}
    latest = {**quiet, "trigger_mode": "always_last"}
    gr.on([question.submit, ask.click], answer, [question, *form], results, **latest)
    gr.on([field.input for field in form], narrow, [question, *form], results, **latest)
    for chip, text in zip(chips, EXAMPLES, strict=True):
        chip.click(functools.partial(try_example, text), form, [question, results], **quiet)
    blank: list[Any] = [None, None, [], [], [], _nearest_k(settings.k)]
    clear.click(lambda: blank, None, form, **quiet).then(
        narrow, [question, *form], results, **quiet
    )
    return [*form[:3], form[4]]


def _nearest_k(k: int) -> int:
    return min(N_RESULTS, key=lambda n: abs(n - k))


def _build_filters(library: Library, settings: Settings, t: Strings) -> tuple[list[Any], Any]:
    """The filters in the order of `Request.from_form`, and the button that clears them."""
    import gradio as gr

    start, end, kinds, sources = filter_choices(library, t)
    with gr.Accordion(t("filters"), open=False, elem_id="sr-filters"):
        with gr.Row():
            date_from = gr.Dropdown(
                start, value=None, label=t("date_from"), info=t("date_info"),
                allow_custom_value=True, elem_id="sr-from", min_width=200,
            )  # fmt: skip
            date_to = gr.Dropdown(
                end, value=None, label=t("date_to"), info=t("date_info"),
                allow_custom_value=True, elem_id="sr-to", min_width=200,
            )  # fmt: skip
            chosen = gr.Dropdown(
                sources, value=[], multiselect=True, label=t("sources"), info=t("sources_info"),
                elem_id="sr-sources", min_width=260,
            )  # fmt: skip
        roles = gr.CheckboxGroup(
            [(t.role(role.value), role.value) for role in Role],
            label=t("roles"),
            elem_id="sr-roles",
        )
        kind = gr.CheckboxGroup(kinds, label=t("kinds"), elem_id="sr-kinds")
        with gr.Row():
            k = gr.Radio(
                list(N_RESULTS), value=_nearest_k(settings.k), label=t("n_results"), elem_id="sr-k"
            )
            clear = gr.Button(t("clear_filters"), elem_id="sr-clear", scale=0, min_width=140)
    return [date_from, date_to, kind, roles, chosen, k], clear


def filter_choices(
    library: Library, t: Strings
) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
    """Choices of from, to, kinds and sources; nothing when there is no index yet."""
    try:
        engine = library.engine()
    except IndexMissing:
        return [], [], [], []
    speeches = engine.speeches()
    dated = sorted({speech.date[:4] for speech in speeches if speech.date})
    years = [str(year) for year in range(int(dated[-1]), int(dated[0]) - 1, -1)] if dated else []
    kinds = sorted({speech.kind for speech in speeches if speech.kind})
    sources = sorted({speech.source for speech in speeches})
    return years, years, [(t.kind(kind), kind) for kind in kinds], sources
