"""A tab of one box, one button and what comes of them, as 提法 and 提纲 are."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from speechrag.ui.strings import Strings


def build_one_box_tab(
    t: Strings, answer: Callable[[str], str], *, name: str, field: str, prefix: str, max_lines: int
) -> None:
    """Lay out the tab.

    Args:
        t: The page's strings.
        answer: Gives HTML for what was written; raises nothing.
        name: How the keys of the tab's strings begin.
        field: The box: in its strings' keys and in its id.
        prefix: How the ids of the tab's elements begin.
        max_lines: Up to so many lines the box grows.
    """
    import gradio as gr

    with gr.Row(elem_id=f"{prefix}-row", equal_height=False):
        box = gr.Textbox(
            label=t(f"{name}_{field}"), info=t(f"{name}_{field}_info"), lines=1,
            max_lines=max_lines, elem_id=f"{prefix}-{field}", scale=5, min_width=200,
        )  # fmt: skip
        start = gr.Button(
            t(f"{name}_now"), variant="primary", elem_id=f"{prefix}-start", scale=0, min_width=140
        )
    result = gr.HTML(
        f'<p class="sr-welcome">{escape(t(f"{name}_welcome"))}</p>',
        elem_id=f"{prefix}-result",
        apply_default_css=False,
    )

    def answer_box(text: str | None) -> str:
        return answer(text or "")

    quiet: dict[str, Any] = {"api_visibility": "private", "queue": False}
    gr.on(
        [box.submit, start.click], answer_box, box, result,
        trigger_mode="always_last", show_progress="minimal", **quiet,
    )  # fmt: skip
