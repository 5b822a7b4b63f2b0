"""The tab 文库: the speeches, adding files, rebuilding the index."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from speechrag.errors import IndexMissing
from speechrag.ui.answers import describe_error, page_functions
from speechrag.ui.ask import ATTACH, filter_choices
from speechrag.ui.backend import Library, Progress
from speechrag.ui.cards import render_notice
from speechrag.ui.shelf import (
    render_damage,
    render_progress,
    render_report,
    render_shelf,
    render_unread,
)
from speechrag.ui.strings import Strings

REDRAW_S = 0.15  # between two drawings of the progress bar


def build_library_tab(
    library: Library, t: Strings, filters: Sequence[Any]
) -> Callable[[], list[Any]]:
    """Lay out the tab; returns what brings the list and the `filters` up to date."""
    import gradio as gr

    with gr.Row(elem_id="sr-manage", equal_height=True):
        with gr.Column(scale=3, min_width=280):
            gr.HTML(_lead(t("add_files"), t("add_files_info")), apply_default_css=False)
            files = gr.File(
                file_count="multiple", show_label=False, label=t("add_files"), height=130,
                elem_id="sr-files",
            )  # fmt: skip
        with gr.Column(scale=2, min_width=280):
            gr.HTML(_lead(t("rebuild"), t("rebuild_info")), apply_default_css=False)
            rebuild = gr.Button(t("rebuild"), variant="primary", elem_id="sr-rebuild")
    news = gr.HTML("", elem_id="sr-news", apply_default_css=False)
    shelf = gr.HTML(
        "",
        elem_id="sr-shelf",
        apply_default_css=False,
        js_on_load=ATTACH,
        server_functions=page_functions(library, t),
    )

    def add(paths: list[str] | None) -> tuple[str, None]:
        return add_files(library, [Path(path) for path in paths or ()], t), None

    def build() -> Iterator[tuple[str, Any]]:
        for html in watch_rebuild(library, t):
            yield html, gr.update(interactive=False)
        yield html, gr.update(interactive=True)

    def refresh() -> list[Any]:
        updates = [gr.update(choices=choices) for choices in filter_choices(library, t)]
        return [draw_shelf(library, t), *updates]

    quiet = {"show_progress": "hidden", "api_visibility": "private"}
    files.upload(add, files, [news, files], **quiet)
    rebuild.click(build, None, [news, rebuild], **quiet).then(
        refresh, None, [shelf, *filters], **quiet
    )
    return refresh


def _lead(title: str, text: str) -> str:
    return f'<div class="sr-lead"><h2>{escape(title)}</h2><p>{escape(text)}</p></div>'


def draw_shelf(library: Library, t: Strings) -> str:
    """The list of speeches, or why there is none."""
    try:
        engine = library.engine()
        return (
            render_damage(engine.notices(), t)
            + render_shelf(engine.speeches(), t)
            + render_unread(engine.skipped(), t)
        )
    except IndexMissing:
        return render_shelf((), t)
    except Exception as error:  # noqa: BLE001 - this is the border of the page
        return describe_error(error, t)


def add_files(library: Library, paths: Sequence[Path], t: Strings) -> str:
    """Put uploaded files into the library; the upload's own copies are deleted."""
    try:
        added = library.add_files(paths)
        names, folder = "、".join(path.name for path in added), added[0].parent if added else ""
        return render_notice(t("added", names=names, folder=folder), t("added_next"), t)
    except Exception as error:  # noqa: BLE001 - this is the border of the page
        return describe_error(error, t)
    finally:
        for path in paths:
            path.unlink(missing_ok=True)


def watch_rebuild(library: Library, t: Strings) -> Iterator[str]:
    """Rebuild in a thread of its own and draw its progress; the last drawing is the outcome.

    The thread goes on when the person leaves the page.
    """
    steps: queue.SimpleQueue[tuple[str, float | None] | str] = queue.SimpleQueue()
    drawn = 0.0

    def report_step(progress: Progress) -> None:
        nonlocal drawn
        if time.monotonic() - drawn >= REDRAW_S:
            drawn = time.monotonic()
            steps.put((progress.describe(t.lang), progress.fraction))

    def work() -> None:
        try:
            steps.put(render_report(library.rebuild(report_step).as_json(), t))
        except Exception as error:  # noqa: BLE001 - this is the border of the page
            steps.put(describe_error(error, t))

    yield render_progress(t("starting"), None, t)
    threading.Thread(target=work, name="speechrag-rebuild", daemon=True).start()
    while not isinstance(step := steps.get(), str):
        yield render_progress(*step, t)
    yield step
