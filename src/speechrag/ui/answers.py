"""What the page's own script may ask of the library, without a Gradio event: each gives HTML."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from speechrag.errors import IndexMissing, SpeechragError
from speechrag.search.asking import ask
from speechrag.search.render import simplify
from speechrag.types import Hit
from speechrag.ui.asking import Request
from speechrag.ui.backend import Library
from speechrag.ui.cards import render_context, render_error, render_explanation
from speechrag.ui.shelf import render_detail, render_rows, render_whole
from speechrag.ui.strings import Strings

MAX_REACH = 200  # paragraphs on either side; the whole speech is another button
_log = logging.getLogger(__name__)


def guard(t: Strings) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """Turn errors into messages: the page never shows a stack trace."""

    def wrap(function: Callable[..., str]) -> Callable[..., str]:
        @functools.wraps(function)
        def guarded(*args: Any) -> str:
            try:
                return function(*args)
            except Exception as error:  # noqa: BLE001 - this is the border of the page
                return describe_error(error, t)

        return guarded

    return wrap


def describe_error(error: Exception, t: Strings) -> str:
    """Any error as a message for the page; one that was not foreseen goes to the log as well."""
    if isinstance(error, IndexMissing):  # its own hint is for the command line
        error = SpeechragError(t("no_speeches"), t("no_speeches_hint"))
    if isinstance(error, SpeechragError):
        return render_error(error, t)
    if isinstance(error, LookupError):
        return render_error(SpeechragError(t("gone"), t("gone_hint")), t)
    _log.error("the page failed", exc_info=error)
    return render_error(SpeechragError(t("failed"), t("failed_hint")), t)


def page_functions(library: Library, t: Strings) -> list[Callable[..., str]]:
    """The functions that page.js calls by name, each with one object."""

    @guard(t)
    def context(asked: dict[str, Any]) -> str:
        reach = min(max(int(asked.get("reach", 2)), 1), MAX_REACH)
        engine = library.engine()
        passage_id = str(asked["passage"])
        passages = engine.context(passage_id, reach, reach)
        speech = engine.speech(passages[0].speech_id)
        return render_context(speech, passages, passage_id, reach, t)

    @guard(t)
    def explain(asked: dict[str, Any]) -> str:
        request = Request.from_json(asked["request"])
        engine = library.engine()
        result = ask(engine, request.question, k=request.k, filters=request.filters())
        hit = _find(str(asked["passage"]), (*result.hits, *result.suggestions))
        return render_explanation(
            engine.explain(result.searched or result.question, hit).lines(t.lang)
        )

    @guard(t)
    def whole(asked: dict[str, Any]) -> str:
        speech = library.engine().speech(str(asked["speech"]))
        return render_whole(speech, str(asked.get("passage", "")), t)

    @guard(t)
    def detail(asked: dict[str, Any]) -> str:
        engine = library.engine()
        speech = engine.speech(str(asked["speech"]))
        root = "../" if t.lang == "en" else ""
        original = find_original(speech.source, library.folders())
        link = f"{root}original/{speech.id}" if original else ""
        return render_detail(speech, engine.removed(speech.id), t, link)

    @guard(t)
    def rows(asked: dict[str, Any]) -> str:
        return render_rows(library.engine().speeches(), str(asked.get("wanted", "")), t)

    return [context, explain, whole, detail, rows]


def _find(passage_id: str, hits: tuple[Hit, ...]) -> Hit:
    for hit in hits:
        if hit.passage.id == passage_id:
            return hit
    raise LookupError(passage_id)


def find_original(source: str, folders: Sequence[Path]) -> Path | None:
    """The file of a speech, if it lies in a folder of the library; never one outside them."""
    for folder in folders:
        root = folder.resolve()
        for candidate in (folder / source, Path(source)):
            path = candidate.resolve()
            if path.is_relative_to(root) and path.is_file():
                return path
    return None


def warm_up() -> None:
    """Load what the first answer would otherwise wait for."""
    simplify("轉化")
