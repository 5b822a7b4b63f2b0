"""What the tab 对稿 does: compare, keep the last few reports in memory, export them."""

from __future__ import annotations

import base64
import json
import queue
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from speechrag.draft.basket import BasketItem, export_basket, write_basket
from speechrag.draft.candidates import Library as DraftLibrary
from speechrag.draft.compare import Comparer, Progress
from speechrag.draft.docx_report import write_docx
from speechrag.draft.html_report import write_html
from speechrag.draft.quotes import check_quotes
from speechrag.draft.reading import draft_from_text, load_draft
from speechrag.draft.records import Draft, Finding
from speechrag.draft.report import Report, render_comparison, write_markdown
from speechrag.errors import SourceError
from speechrag.ui.answers import describe_error, guard
from speechrag.ui.backend import Answering, Library
from speechrag.ui.desk_cards import render_desk, render_matches
from speechrag.ui.shelf import render_progress
from speechrag.ui.strings import Strings

MAX_REPORTS = 8  # kept in memory, so that they can be exported; nothing is written to disk
MAX_BASKET = 500
MAX_TOPIC = 200  # characters of a heading under which something was collected


@dataclass(frozen=True, slots=True)
class _Kept:
    report: Report
    original: bytes | None  # the draft's own Word file


class Desk:
    """Compares drafts for the page. Safe to use from several threads."""

    def __init__(self, library: Library, t: Strings) -> None:
        self._library = library
        self._t = t
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def watch_comparison(self, text: str | None, path: Path | None) -> Iterator[str]:
        """Compare in a thread of its own and draw its progress; the last drawing is the outcome."""
        steps: queue.SimpleQueue[str | Progress] = queue.SimpleQueue()

        def work() -> None:
            try:
                steps.put(self.compare(text, path, steps.put))
            except Exception as error:  # noqa: BLE001 - this is the border of the page
                steps.put(describe_error(error, self._t))

        yield self._draw(Progress(0, 1))
        threading.Thread(target=work, name="speechrag-compare", daemon=True).start()
        while not isinstance(step := steps.get(), str):
            yield self._draw(step)
        yield step

    def _draw(self, progress: Progress) -> str:
        share = progress.done / progress.total if progress.total else None
        html = render_progress("", share, self._t)
        return html.replace(self._t("rebuilding"), self._t("comparing"))

    def compare(
        self, text: str | None, path: Path | None, progress: Callable[[Progress], None]
    ) -> str:
        """Compare a draft and check its quotations; gives the desk as HTML.

        Raises:
            SpeechragError: The draft cannot be read, or there is no index.
        """
        draft, original = self._read(text, path)
        engine = cast(DraftLibrary, self._library.engine())
        comparison = Comparer(engine).compare(draft, progress)
        quotes = tuple(check_quotes(draft.document, engine))
        report = Report(comparison, quotes, self._t.lang)
        token = secrets.token_urlsafe(12)
        with self._lock:
            self._kept[token] = _Kept(report, original)
            while len(self._kept) > MAX_REPORTS:
                self._kept.popitem(last=False)
        return render_desk(report, token, self._t)

    def _read(self, text: str | None, path: Path | None) -> tuple[Draft, bytes | None]:
        if path is not None:
            try:
                draft = load_draft(path)
                is_word = draft.document.format == "docx"
                return draft, path.read_bytes() if is_word else None
            finally:
                path.unlink(missing_ok=True)  # the upload's own copy
        if not (text or "").strip():
            raise SourceError(self._t("draft_missing"), self._t("draft_missing_hint"))
        return draft_from_text(text or ""), None

    def functions(self) -> list[Callable[..., str]]:
        """The functions that desk.js calls by name, each with one object."""
        t = self._t

        @guard(t)
        def matches(asked: dict[str, Any]) -> str:
            number = int(asked["n"])
            finding = self._find(str(asked["report"])).report.comparison.findings[number - 1]
            return render_matches(finding, number, t)

        @guard(t)
        def export(asked: dict[str, Any]) -> str:
            kept = self._find(str(asked["report"]))
            kind = str(asked["kind"])
            chosen = {int(n): set(map(str, ids)) for n, ids in asked.get("chosen", {}).items()}
            return as_download(f"{t('report_file')}.{kind}", _export(kept, kind, chosen))

        return [matches, export]

    def _find(self, token: str) -> _Kept:
        with self._lock:
            kept = self._kept.get(token)
        if kept is None:
            raise SourceError(self._t("desk_gone"))
        return kept


def basket_functions(library: Library, t: Strings) -> list[Callable[..., str]]:
    """The function by which desk.js exports the basket."""

    @guard(t)
    def basket(asked: dict[str, Any]) -> str:
        engine = library.engine()
        items = [_basket_item(engine, one) for one in list(asked["items"])[:MAX_BASKET]]
        if asked.get("kind") == "md":
            data = write_basket(items, t("basket_title")).encode()
            return as_download(f"{t('basket_file')}.md", data)
        return as_download(f"{t('basket_file')}.docx", export_basket(items, t("basket_title")))

    return [basket]


def _basket_item(engine: Answering, one: dict[str, Any]) -> BasketItem:
    """A collected passage with its source; as the browser kept it where it is gone."""
    try:
        (passage,) = engine.context(str(one["passage"]), 0, 0)
    except LookupError:
        topic = str(one.get("topic", ""))[:MAX_TOPIC]
        return BasketItem(
            text=str(one.get("text", "")), source=str(one.get("cite", "")), topic=topic
        )
    speech = engine.speech(passage.speech_id)
    return BasketItem(
        text=speech.text[passage.start : passage.end],
        title=speech.title,
        date=speech.date,
        speaker=speech.speaker,
        source=speech.source,
        section=passage.section_path,
        note=str(one.get("note", "")),
        topic=str(one.get("topic", ""))[:MAX_TOPIC],
    )


def _export(kept: _Kept, kind: str, chosen: dict[int, set[str]]) -> bytes:
    if kind == "docx":
        return write_docx(_with_chosen(kept.report, chosen), kept.original)
    if kind == "html":
        return write_html(kept.report).encode()
    if kind == "md":
        return write_markdown(kept.report).encode()
    return json.dumps(render_comparison(kept.report), ensure_ascii=False, indent=2).encode()


def _with_chosen(report: Report, chosen: dict[int, set[str]]) -> Report:
    """The report with only the chosen passages of those paragraphs where any was chosen."""

    def keep(number: int, finding: Finding) -> Finding:
        ids = chosen.get(number)
        if not ids:
            return finding
        return replace(finding, hits=tuple(h for h in finding.hits if h.hit.passage.id in ids))

    findings = tuple(keep(n, f) for n, f in enumerate(report.comparison.findings, 1))
    return replace(report, comparison=replace(report.comparison, findings=findings))


def as_download(name: str, data: bytes) -> str:
    """What the page's script makes a download of."""
    return json.dumps({"name": name, "data": base64.b64encode(data).decode()})
