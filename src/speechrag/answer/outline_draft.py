"""A paragraph for a heading of an outline, written by a model from its passages, and checked."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from speechrag.answer.cite import check_answer
from speechrag.answer.endpoint import Endpoint, EndpointFailure
from speechrag.answer.generate import is_refusal
from speechrag.answer.outline_help import Material
from speechrag.answer.prompt import DRAFT, Request, build_request
from speechrag.answer.records import Sentence
from speechrag.answer.render import render_sentence
from speechrag.search.render import render_hit

if TYPE_CHECKING:
    from speechrag.search.engine import Engine


class DraftNote(StrEnum):
    """Why there is no draft, or not all of one; named as in `records.Note` where that is why."""

    NO_ENDPOINT = "没有配置语言模型，没有起草。"
    DOWN = "语言模型服务连不上，没有起草；可直接用收集到的素材。"
    SLOW = "语言模型服务超时没有答复，没有起草；可直接用收集到的素材。"
    CUT_OFF = "语言模型写到中途断了，没有写完的不作数；可直接用收集到的素材。"
    OVER_LIMIT = "超出了语言模型服务的限额或长度，没有起草；可直接用收集到的素材。"
    REFUSED = "语言模型服务拒绝了请求，没有起草；可直接用收集到的素材。"
    GARBAGE = "语言模型写的没有可用的内容；可直接用收集到的素材。"
    STOPPED = "已停止；这里是停止之前写出的部分。"
    NO_PASSAGES = "文库里没有这个标题可用的段落，不起草。"
    FAILED = "这一步没有做成，没有起草；可直接用收集到的素材。"
    MODEL_REFUSED = "语言模型认为所给段落不够写这一段；可直接用收集到的素材。"


@dataclass(frozen=True, slots=True)
class Draft:
    """A paragraph that a model wrote from a heading's passages, each sentence checked."""

    sentences: tuple[Sentence, ...]
    note: DraftNote | None = None


def draft_request(topic: str, material: Material, endpoint: Endpoint) -> Request | None:
    """What would be sent for a heading; None where the library offers nothing for it."""
    if not material.passages:
        return None
    return build_request(
        f"请为题为“{topic}”的讲话稿，起草标题“{material.heading.text}”下的一段话。",
        material.passages,
        model=endpoint.model,
        temperature=endpoint.temperature,
        context_tokens=endpoint.context_tokens,
        answer_tokens=endpoint.answer_tokens,
        system=DRAFT,
    )


def stream_draft(
    engine: Engine,
    request: Request | None,
    endpoint: Endpoint,
    stop: threading.Event | None = None,
) -> Iterator[str | Draft]:
    """The model's words as they come, unchecked; at last the `Draft`, whatever went wrong."""
    if request is None:
        yield Draft((), DraftNote.NO_PASSAGES)
        return
    words: list[str] = []
    try:
        for part in endpoint.stream(request, stop):
            words.append(part)
            yield part
    except EndpointFailure as failure:
        yield Draft((), DraftNote[failure.note.name])
        return
    stopped = DraftNote.STOPPED if stop is not None and stop.is_set() else None
    yield _read_draft("".join(words), request, engine, stopped)


def _read_draft(text: str, request: Request, engine: Engine, stopped: DraftNote | None) -> Draft:
    if is_refusal(text):
        return Draft((), DraftNote.MODEL_REFUSED)
    sentences = check_answer(text, request.passages, engine.encoder)
    if not stopped and not any(sentence.citations for sentence in sentences):
        return Draft((), DraftNote.GARBAGE)
    return Draft(sentences, stopped)


def draft_paragraph(engine: Engine, request: Request | None, endpoint: Endpoint) -> Draft:
    """The paragraph that a `draft_request` asks for, by a model, through the gate."""
    *_, draft = stream_draft(engine, request, endpoint)
    assert isinstance(draft, Draft)
    return draft


def render_material(
    topic: str, materials: Sequence[Material], drafts: Sequence[Draft] = ()
) -> dict[str, Any]:
    """The JSON document of `speechrag material`; `draft` where a model was asked."""
    headings: list[dict[str, Any]] = [
        {
            "heading": material.heading.text,
            "label": material.heading.label,
            "level": material.heading.level,
            "role": material.role.value if material.role else None,
            "standing": material.standing.value,
            "same_as": None if material.same_as is None else material.same_as + 1,
            "passages": [render_hit(hit) for hit in material.passages],
        }
        for material in materials
    ]
    for heading, draft in zip(headings, drafts, strict=False):
        heading["draft"] = {
            "sentences": [render_sentence(sentence) for sentence in draft.sentences],
            "note": str(draft.note) if draft.note else None,
        }
    return {"topic": topic, "headings": headings}
