"""The tab 提问: a question box, filters, and the results."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from speechrag.config import Settings
from speechrag.errors import QuestionError, SpeechragError
from speechrag.search.asking import ask as ask_engine
from speechrag.types import Role, SearchResult
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
        server_functions=page_functions(library, t),
    )

    def answer(text: str | None, *values: Any) -> str:
        try:
            if not (text or "").strip():
                raise QuestionError(t("blank_question"), t("blank_question_hint"))
            request = Request.from_form(text, values, t)
            engine = library.engine()
            result = ask_engine(engine, request.question, k=request.k, filters=request.filters())
            doubt = _tell_doubt(engine, result, request, t)
            return render_results(result, request.as_json(), t, doubt)
        except Exception as error:  # noqa: BLE001 - this is the border of the page
            return describe_error(error, t)

    def answer_event(event: Any, text: str | None, *values: Any) -> Any:
        by_filter = event.target not in (question, ask)
        return gr.skip() if by_filter and not (text or "").strip() else answer(text, *values)

    # Gradio goes by the annotation, and resolves names at module level, where it is not imported
    answer_event.__annotations__["event"] = gr.EventData

    # One event for all that asks, so that a slow answer never replaces that to a later question;
    # examples and "clear" change the form in the browser and then press the button. Not by Gradio's
    # queue: a question asked while it closes its stream, as just after loading, is never answered.
    gr.on(
        [question.submit, ask.click, *(field.input for field in form)],
        answer_event, [question, *form], results, trigger_mode="always_last",
        show_progress="minimal", api_visibility="private", queue=False,
    )  # fmt: skip
    for chip, text in zip(chips, EXAMPLES, strict=True):
        _change_then_ask(chip, question, json.dumps(text))
    blank = json.dumps([None, None, [], [], [], _nearest_k(settings.k)])
    _change_then_ask(clear, form, blank)
    return [*form[:3], form[4]]


def _tell_doubt(engine: Any, result: SearchResult, request: Request, t: Strings) -> str | None:
    """What is said above passages of a library that may hold nothing on the question."""
    from speechrag.answer.assess import doubt
    from speechrag.search.engine import Engine

    if not isinstance(engine, Engine):  # another library behind the page tells nothing of itself
        return None
    lacking = doubt(engine, result, request.filters())
    return None if lacking is None else lacking + t("nearest_only")


def _change_then_ask(button: Any, fields: Any, values: str) -> None:
    quiet = {"show_progress": "hidden", "api_visibility": "private"}
    button.click(None, None, fields, js=f"() => ({values})", **quiet).then(
        None, None, None, js="() => window.speechrag.press()", **quiet
    )


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
    except SpeechragError:  # said where it matters: in answer to a question, and on the shelf
        return [], [], [], []
    speeches = engine.speeches()
    dated = sorted({speech.date[:4] for speech in speeches if speech.date})
    years = [str(year) for year in range(int(dated[-1]), int(dated[0]) - 1, -1)] if dated else []
    kinds = sorted({speech.kind for speech in speeches if speech.kind})
    sources = sorted({speech.source for speech in speeches})
    return years, years, [(t.kind(kind), kind) for kind in kinds], sources
