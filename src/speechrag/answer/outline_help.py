"""起草参考: for a topic and an outline, the best passages for each heading, by role."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from speechrag.answer.cite import check_answer
from speechrag.answer.endpoint import Endpoint, EndpointFailure
from speechrag.answer.prompt import DRAFT, Request, build_request
from speechrag.answer.records import Note, Sentence
from speechrag.answer.render import render_sentence
from speechrag.errors import QuestionError
from speechrag.index.tokens import fold
from speechrag.search.query import find_intent
from speechrag.search.render import render_hit
from speechrag.types import Filters, Hit, Role

if TYPE_CHECKING:
    from speechrag.search.engine import Engine

N_A_HEADING = 4
_LABEL = re.compile(
    r"^\s*(?:#+\s*|[-*•]\s*)?(?:[一二三四五六七八九十]+、|[((][一二三四五六七八九十\d]+[))]|\d{1,2}[.、．]|"
    r"第[一二三四五六七八九十]+[部分章节,,、]*)?\s*"
)
# What a heading calls for; tried in this order, the measures last: their verbs stand everywhere.
_CALLS_FOR: tuple[tuple[Role, re.Pattern[str]], ...] = tuple(
    (role, re.compile(pattern))
    for role, pattern in (
        (Role.OPENING, "前言|引言|开场|开头"),
        (Role.CLOSING, "结束语|结语|结尾"),
        (Role.SIGNIFICANCE, "意义|重要性|必要性|认识|站位|统一思想|使命感|责任感"),
        (Role.PROBLEM, "问题|不足|短板|差距|困难|薄弱|瓶颈|堵点|难点|症结"),
        (Role.ACHIEVEMENT, "成绩|成效|成就|进展|回顾|总结|取得"),
        (Role.SAFEGUARD, "保障|组织领导|责任|督查|督导|考核|合力|抓落实|组织实施"),
        (Role.SITUATION, "形势|面临|背景|机遇|挑战"),
        (Role.GOAL, "目标|总体要求|指导思想|总体思路|指标"),
        (
            Role.MEASURE,
            "任务|举措|措施|着力|推进|推动|加快|加强|强化|深化|优化|构建|建设|完善|健全|实施|抓|"
            "聚焦|突出|打造|拓展|促进|提升|提高|打通|做好",
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Material:
    """What the library offers for one heading; `role` is what the heading calls for."""

    heading: str
    role: Role | None
    passages: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A paragraph that a model wrote from a heading's passages, each sentence checked."""

    sentences: tuple[Sentence, ...]
    note: str | None = None


def read_outline(text: str) -> list[str]:
    """The headings of an outline, one a line, without their labels.

    Raises:
        QuestionError: There is none.

    """
    headings = [_LABEL.sub("", line, count=1).strip() for line in text.splitlines()]
    headings = [heading for heading in headings if any(char.isalnum() for char in heading)]
    if not headings:
        raise QuestionError("提纲是空的。", "请每行写一个标题，如：一、充分认识重要意义。")
    return headings


def role_of_heading(heading: str) -> Role | None:
    """What a passage under this heading does; None when the heading does not say."""
    folded = fold(heading)
    for role, pattern in _CALLS_FOR:
        if pattern.search(folded):
            return role
    return find_intent(folded)


def gather_material(
    engine: Engine, topic: str, headings: Sequence[str], *, n_each: int = N_A_HEADING
) -> list[Material]:
    """For each heading its best passages: those of its role first, none of them twice.

    A passage goes to the first heading that wants it, so that two headings never lean on the same.
    """
    used: set[str] = set()
    materials = []
    for heading in headings:
        role = role_of_heading(heading)
        asked = f"{topic} {heading}"
        found: list[Hit] = []
        if role is not None:
            wanted = Filters(roles=frozenset({role.value}))
            found += engine.search(asked, k=3 * n_each, filters=wanted).hits
        found += engine.search(asked, k=3 * n_each).hits
        chosen: dict[str, Hit] = {}
        for hit in found:
            if hit.passage.id not in used and len(chosen) < n_each:
                chosen.setdefault(hit.passage.id, hit)
        used |= set(chosen)
        materials.append(Material(heading, role, tuple(chosen.values())))
    return materials


def draft_request(topic: str, material: Material, endpoint: Endpoint) -> Request | None:
    """What would be sent for a heading; None where the library offers nothing for it."""
    if not material.passages:
        return None
    return build_request(
        f"请为题为“{topic}”的讲话稿，起草标题“{material.heading}”下的一段话。",
        material.passages,
        model=endpoint.model,
        temperature=endpoint.temperature,
        context_tokens=endpoint.context_tokens,
        answer_tokens=endpoint.answer_tokens,
        system=DRAFT,
    )


def draft_paragraph(
    engine: Engine,
    request: Request | None,
    endpoint: Endpoint,
    stop: threading.Event | None = None,
) -> Draft:
    """The paragraph that a `draft_request` asks for, by a model, through the gate."""
    if request is None:
        return Draft((), Note.NO_PASSAGES.value)
    try:
        text = "".join(endpoint.stream(request, stop))
    except EndpointFailure as failure:
        return Draft((), failure.note.value)
    sentences = check_answer(text, request.passages, engine.encoder)
    if not any(sentence.citations for sentence in sentences):
        return Draft((), Note.GARBAGE.value)
    return Draft(sentences)


def render_material(
    topic: str, materials: Sequence[Material], drafts: Sequence[Draft] = ()
) -> dict[str, Any]:
    """The JSON document of `speechrag material`; `draft` where a model was asked."""
    headings: list[dict[str, Any]] = [
        {
            "heading": material.heading,
            "role": material.role.value if material.role else None,
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
