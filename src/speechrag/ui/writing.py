"""What the tab 起草 does: gather material for an outline, keep the last few, draft, export."""

from __future__ import annotations

import json
import queue
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from speechrag.answer.endpoint import Endpoint
from speechrag.answer.outline import load_outline, read_outline, write_outline
from speechrag.answer.outline_draft import draft_request
from speechrag.answer.outline_help import check_topic, gather_material
from speechrag.config import Settings
from speechrag.errors import QuestionError, SourceError
from speechrag.ui.answers import describe_error, guard
from speechrag.ui.asking import Request as Asked
from speechrag.ui.backend import Library
from speechrag.ui.desk import as_download
from speechrag.ui.shelf import render_progress
from speechrag.ui.strings import Strings
from speechrag.ui.writing_cards import (
    render_busy,
    render_gathered,
    render_preview,
    render_slot,
)
from speechrag.ui.writing_export import export_material
from speechrag.ui.writing_job import Gathered, Job

if TYPE_CHECKING:
    from speechrag.search.engine import Engine

MAX_GATHERED = 8  # kept in memory; nothing is written to disk
WAIT_S = 0.4  # that the browser waits for news of a draft before it asks again


class WritingDesk:
    """Material and drafts for the page. What was gathered is known by a token of its visitor's."""

    def __init__(self, library: Library, settings: Settings, t: Strings) -> None:
        self._library = library
        self._settings = settings
        self._t = t
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Gathered] = OrderedDict()

    @property
    def can_model(self) -> bool:
        """Whether a language model is set."""
        return bool(self._settings.llm_base_url and self._settings.llm_model)

    def read_file(self, path: Path) -> tuple[str, int]:
        """The outline in an uploaded file, as text, and how many headings it has.

        Raises:
            SpeechragError: It cannot be read, or holds no outline.
        """
        try:
            headings = load_outline(path)
            return write_outline(headings), len(headings)
        finally:
            path.unlink(missing_ok=True)  # the upload's own copy

    def watch_gathering(
        self, topic: str | None, outline: str | None, values: Sequence[Any]
    ) -> Iterator[str]:
        """Gather in a thread of its own and draw its progress; the last drawing is the outcome.

        `values` are the filters of the form: from, to, kinds.
        """
        t = self._t
        steps: queue.SimpleQueue[str | tuple[int, int]] = queue.SimpleQueue()

        def work() -> None:
            try:
                steps.put(self.gather(topic, outline, values, lambda *step: steps.put(step)))
            except Exception as error:  # noqa: BLE001 - this is the border of the page
                steps.put(describe_error(error, t))

        threading.Thread(target=work, name="speechrag-gather", daemon=True).start()
        while not isinstance(step := steps.get(), str):
            done, total = step
            told = t("writing_step", done=done + 1, total=total)
            bar = render_progress(told, done / total, t)
            yield bar.replace(t("rebuilding"), t("writing_gathering"))
        yield step

    def gather(
        self,
        topic: str | None,
        outline: str | None,
        values: Sequence[Any],
        progress: Callable[[int, int], None] | None = None,
    ) -> str:
        """The material for each heading, as HTML.

        Raises:
            SpeechragError: Topic, outline or a date is amiss, or there is no index.
        """
        topic = check_topic(topic or "")
        headings = read_outline(outline or "")
        filters = Asked.from_form(topic, (*values, [], [], None), self._t).filters()
        materials = gather_material(
            self._engine(), topic, headings, filters=filters, progress=progress
        )
        token = secrets.token_urlsafe(12)
        kept = Gathered(token, topic, tuple(materials))
        with self._lock:
            self._kept[token] = kept
            while len(self._kept) > MAX_GATHERED:
                _, oldest = self._kept.popitem(last=False)
                oldest.stop()
        return render_gathered(kept, self._t, can_model=self.can_model)

    def _engine(self) -> Engine:
        return cast("Engine", self._library.engine())

    def _find(self, asked: dict[str, Any]) -> Gathered:
        with self._lock:
            kept = self._kept.get(str(asked["gathered"]))
        if kept is None:
            raise SourceError(self._t("writing_gone"))
        return kept

    def _endpoint(self) -> Endpoint:
        endpoint = Endpoint.from_settings(self._settings)
        if endpoint is None:
            raise QuestionError(self._t("writing_no_model"))
        return endpoint

    def functions(self) -> list[Callable[..., str]]:
        """The functions that writing.js calls by name, each with one object."""
        t = self._t

        @guard(t)
        def prepare(asked: dict[str, Any]) -> str:
            """What would be sent for heading `n`, or for all (0); nothing is sent."""
            kept = self._find(asked)
            if kept.is_busy():
                raise QuestionError(t("writing_already"))
            return self._prepare(kept, int(asked["n"]))

        @guard(t)
        def send(asked: dict[str, Any]) -> str:
            """Send what was prepared, that and nothing else."""
            kept = self._find(asked)
            if kept.is_busy():
                raise QuestionError(t("writing_already"))
            waiting, kept.waiting = kept.waiting, ()
            if not waiting:
                raise QuestionError(t("writing_nothing_to_draft"))
            Job(kept, waiting, self._engine(), self._endpoint()).start()
            return "{}"

        @guard(t)
        def follow(asked: dict[str, Any]) -> str:
            """What is new since `seen`: the slots that changed, and whether it goes on."""
            kept = self._find(asked)
            version, changed, done = kept.wait(int(asked["seen"]), WAIT_S)
            slots = {n: render_slot(kept, n, t) for n in changed}
            busy = "" if done else render_busy(kept, t)
            return json.dumps({"seen": version, "slots": slots, "busy": busy, "done": done})

        @guard(t)
        def halt(asked: dict[str, Any]) -> str:
            """End the draft that is being written, and what waits behind it."""
            self._find(asked).stop()
            return "{}"

        @guard(t)
        def cancel(asked: dict[str, Any]) -> str:
            """Forget what was prepared."""
            self._find(asked).waiting = ()
            return "{}"

        @guard(t)
        def material(asked: dict[str, Any]) -> str:
            """Everything gathered and drafted, as a download."""
            kept = self._find(asked)
            kind = "md" if asked["kind"] == "md" else "docx"
            drafts = {n - 1: draft for n, draft in kept.drafts().items()}
            data = export_material(kept.topic, kept.materials, drafts, kind, t)
            return as_download(f"{t('writing_file_name')}.{kind}", data)

        return [prepare, send, follow, halt, cancel, material]

    def _prepare(self, kept: Gathered, n: int) -> str:
        endpoint = self._endpoint()
        wanted = range(1, len(kept.materials) + 1) if n == 0 else [n]
        made = [(one, draft_request(kept.topic, kept.material(one), endpoint)) for one in wanted]
        kept.waiting = tuple((one, request) for one, request in made if request is not None)
        if not kept.waiting:
            raise QuestionError(self._t("writing_nothing_to_draft"))
        return render_preview(kept, endpoint.base_url, n, self._t)
