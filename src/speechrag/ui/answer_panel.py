"""The tab 问答: answers with sources, follow-ups, and a model only where the person sends to it."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from speechrag.answer.endpoint import Endpoint
from speechrag.answer.export import render_markdown, write_docx
from speechrag.answer.extract import compose_answer
from speechrag.answer.followup import Conversation
from speechrag.answer.generate import request_for, stream_answer
from speechrag.answer.prompt import Request
from speechrag.answer.records import Answer
from speechrag.answer.rewrite import build_rewrite, rewrite_question
from speechrag.config import Settings
from speechrag.errors import QuestionError
from speechrag.ui.answer_cards import render_turn, render_writing
from speechrag.ui.answers import describe_error
from speechrag.ui.backend import Library
from speechrag.ui.strings import Strings

if TYPE_CHECKING:
    from speechrag.search.engine import Engine


class Session:
    """What one visitor has asked, and what waits to be sent for them."""

    # no dataclass: Gradio would take one apart

    def __init__(self) -> None:
        self.talk = Conversation()
        self.waiting: Request | None = None
        self.makes_whole = False  # what waits is a follow-up to be rewritten, not an answer


class AnswerDesk:
    """Answers for the page. Sessions belong to their visitor; stopping is by the visitor's key."""

    def __init__(self, library: Library, settings: Settings, t: Strings) -> None:
        self._library = library
        self._settings = settings
        self._t = t
        self._stops: dict[str, threading.Event] = {}

    def engine(self) -> Engine:
        """The live engine; answers ask more of it than the page does elsewhere."""
        return cast("Engine", self._library.engine())

    def answer(self, question: str, session: Session, *, with_model: bool) -> str:
        """The extractive answer as HTML; with a model, the request waits in the session."""
        t = self._t
        session.waiting, session.makes_whole = None, False
        try:
            if not question.strip():
                raise QuestionError(t("blank_question"), t("blank_question_hint"))
            engine = self.engine()
            talk = session.talk
            is_unsaid, earlier = talk.leaves_unsaid(question, engine), talk.questions
            found = compose_answer(engine, question, asked=talk.resolve(question, engine))
            endpoint = Endpoint.from_settings(self._settings) if with_model else None
            talk.add(found, engine)
            if endpoint and is_unsaid:
                session.waiting = build_rewrite(earlier, question, endpoint)
                session.makes_whole = True
            elif endpoint and not found.refused:
                session.waiting = request_for(engine, found, endpoint)
            return render_turn(found, t)
        except Exception as error:  # noqa: BLE001 - this is the border of the page
            return describe_error(error, t)

    def preview(self, session: Session) -> tuple[str, str]:
        """What would be sent: where to, in a line; and the body, as it is posted."""
        if session.waiting is None:
            return "", ""
        where = self._t(
            "answer_whole_to" if session.makes_whole else "answer_preview_to",
            url=self._settings.llm_base_url,
            n=session.waiting.n_tokens,
        )
        return where, json.dumps(session.waiting.body(), ensure_ascii=False, indent=2)

    def send(self, session: Session, visitor: str) -> Iterator[str]:
        """Send what was previewed, that and nothing else; HTML as the words come."""
        request, session.waiting = session.waiting, None
        if request is None or not session.talk.turns:
            return
        if session.makes_whole:
            yield self._make_whole(session, visitor, request)
            return
        fallback = session.talk.turns[-1]
        stop = self._stops[visitor] = threading.Event()
        words = ""
        try:
            endpoint = Endpoint.from_settings(self._settings)
            for part in stream_answer(self.engine(), fallback, request, endpoint, stop):
                if isinstance(part, Answer):
                    session.talk.turns[-1] = part
                    yield render_turn(part, self._t)
                else:
                    words += part
                    yield render_writing(fallback.question, words, self._t)
        except Exception as error:  # noqa: BLE001 - this is the border of the page
            yield describe_error(error, self._t)
        finally:
            self._stops.pop(visitor, None)

    def _make_whole(self, session: Session, visitor: str, request: Request) -> str:
        """The last question made whole by the model and answered; the answer's request waits."""
        session.makes_whole = False
        stop = self._stops[visitor] = threading.Event()
        talk = session.talk
        try:
            engine = self.engine()
            endpoint = Endpoint.from_settings(self._settings)
            last = talk.turns[-1]
            whole, note = None, None
            if endpoint:
                whole, note = rewrite_question(
                    engine, talk.questions[:-1], last.question, request, endpoint, stop
                )
            found = compose_answer(engine, last.question, asked=whole) if whole else last
            talk.turns[-1] = found
            if endpoint and not found.refused:
                session.waiting = request_for(engine, found, endpoint)
            if whole:
                return render_turn(found, self._t)
            reason = self._t(f"note_{note.name.lower()}") if note else ""
            return render_turn(
                replace(found, note=self._t("answer_not_whole", why=reason)), self._t
            )
        except Exception as error:  # noqa: BLE001 - this is the border of the page
            return describe_error(error, self._t)
        finally:
            self._stops.pop(visitor, None)

    def stop(self, visitor: str) -> None:
        """End the stream of a visitor."""
        if event := self._stops.get(visitor):
            event.set()

    def export(self, session: Session, suffix: str) -> str | None:
        """The conversation with its sources, as a file to download; None when there is none."""
        if not session.talk.turns:
            return None
        file = Path(tempfile.mkdtemp(prefix="speechrag-")) / f"问答记录{suffix}"
        if suffix == ".docx":
            write_docx(session.talk.turns, file)
        else:
            file.write_text(render_markdown(session.talk.turns), encoding="utf-8")
        return str(file)


def build_answer_tab(library: Library, settings: Settings, t: Strings) -> None:
    """Lay out the tab."""
    import gradio as gr

    desk = AnswerDesk(library, settings, t)
    can_model = bool(settings.llm_base_url and settings.llm_model)
    session = gr.State(Session())
    with gr.Row(elem_id="sa-row", equal_height=False):
        question = gr.Textbox(
            label=t("answer_question"), info=t("answer_hint"), lines=1, max_lines=6,
            elem_id="sa-question", scale=5, min_width=200,
        )  # fmt: skip
        ask = gr.Button(
            t("answer_now"), variant="primary", elem_id="sa-ask", scale=0, min_width=140
        )
    use_model = gr.Checkbox(
        value=settings.llm and can_model, interactive=can_model, label=t("answer_model"),
        info=None if can_model else t("answer_no_model"), elem_id="sa-model",
    )  # fmt: skip
    with gr.Group(visible=False) as before_sending:
        where = gr.Markdown()
        body = gr.Code(label=t("answer_preview"), language="json", elem_id="sa-preview")
        with gr.Row():
            send = gr.Button(t("answer_send"), elem_id="sa-send")
            stop = gr.Button(t("answer_stop"), elem_id="sa-stop")
    result = gr.HTML(
        f'<p class="sr-welcome">{escape(t("answer_welcome"))}</p>',
        elem_id="sa-result",
        apply_default_css=False,
    )
    with gr.Row():
        clear = gr.Button(t("answer_clear"), elem_id="sa-clear", size="sm")
        word, markdown = (
            gr.DownloadButton(t(key), elem_id=name, size="sm", interactive=False)
            for key, name in (("answer_export", "sa-word"), ("answer_export_md", "sa-markdown"))
        )

    def files(now: Session) -> list[Any]:
        paths = (desk.export(now, suffix) for suffix in (".docx", ".md"))
        return [gr.update(value=path, interactive=path is not None) for path in paths]

    def answer(text: str | None, model: bool, now: Session) -> tuple[Any, ...]:
        html = desk.answer(text or "", now, with_model=model)
        line, shown = desk.preview(now)
        return html, gr.update(visible=bool(shown)), line, shown, *files(now), now

    def send_it(now: Session, visitor: Any) -> Iterator[Any]:
        for html in desk.send(now, str(visitor.session_hash)):
            yield html, *([gr.skip()] * 6)
        line, shown = desk.preview(now)
        yield gr.skip(), gr.update(visible=bool(shown)), line, shown, *files(now), now

    def stop_it(visitor: Any) -> None:
        desk.stop(str(visitor.session_hash))

    # Gradio goes by the annotation, and resolves names at module level, where it is not imported
    send_it.__annotations__["visitor"] = gr.Request
    stop_it.__annotations__["visitor"] = gr.Request

    def forget(now: Session) -> tuple[Any, ...]:
        now.talk.clear()
        now.waiting, now.makes_whole = None, False
        welcome = f'<p class="sr-welcome">{escape(t("answer_welcome"))}</p>'
        return welcome, gr.update(visible=False), *files(now)

    quiet: dict[str, Any] = {"api_visibility": "private", "concurrency_limit": 4}
    shown = [result, before_sending, where, body, word, markdown, session]
    at_once: dict[str, Any] = {"api_visibility": "private", "queue": False}  # as in ask.py
    gr.on([question.submit, ask.click], answer, [question, use_model, session], shown, **at_once)
    send.click(send_it, [session], shown, **quiet)
    stop.click(stop_it, None, None, show_progress="hidden", **at_once)
    clear.click(forget, [session], [result, before_sending, word, markdown], **at_once)
