"""起草参考: for a topic and an outline, the best passages for each heading, by role."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from speechrag.answer.confidence import confidence
from speechrag.answer.outline import Heading, is_same
from speechrag.answer.refuse import THRESHOLD
from speechrag.errors import QuestionError
from speechrag.index.tokens import fold
from speechrag.search.query import find_intent
from speechrag.types import Filters, Hit, Role

if TYPE_CHECKING:
    from speechrag.search.engine import Engine

N_A_HEADING = 6
MAX_TOPIC_CHARS = 200
LEAST = 0.65  # of the best passage's score; below it a passage shares the role, not the subject
SHORT = 8  # characters; a heading of so few (存在问题) takes its subject from the one above it

HARDLY = THRESHOLD / 8
"""A heading is unspoken when the library does not answer topic and heading together, or knows the
heading's own words hardly at all: below this confidence. Figures in docs/answers.md."""

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


class Standing(StrEnum):
    """How far the library speaks to a heading."""

    SPOKEN = "spoken"
    LOOSE = "loose"  # its passages are on the topic, and perhaps not on the heading
    SILENT = "silent"  # nothing speaks to it; nothing is shown
    TAKEN = "taken"  # what speaks to it stands under other headings, which it suits better
    REPEATED = "repeated"  # the same heading stands above


@dataclass(frozen=True, slots=True)
class Material:
    """What the library offers for one heading; `role` is what the heading calls for.

    `passages` are grouped by what they do, those of `role` first; citations count them from 1.
    """

    heading: Heading
    role: Role | None
    passages: tuple[Hit, ...]
    standing: Standing = Standing.SPOKEN
    same_as: int | None = None  # where the same heading stands, from 0


def role_of_heading(heading: str) -> Role | None:
    """What a passage under this heading does; None when the heading does not say."""
    folded = fold(heading)
    for role, pattern in _CALLS_FOR:
        if pattern.search(folded):
            return role
    return find_intent(folded)


def gather_material(
    engine: Engine,
    topic: str,
    headings: Sequence[Heading],
    *,
    n_each: int = N_A_HEADING,
    filters: Filters | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Material]:
    """For each heading its best passages: those of its role first, none under two headings.

    Args:
        engine: The library.
        topic: What the speech is about.
        headings: From `read_outline`.
        n_each: Passages a heading, at most.
        filters: Restrictions on the passages; roles are the headings' own business.
        progress: Is told (headings done, headings in all).

    Raises:
        QuestionError: The topic is empty or long.

    """
    topic = check_topic(topic)
    wanted: list[list[Hit]] = []
    standings: list[Standing] = []
    same = [_first_same(headings, at) for at in range(len(headings))]
    for at, heading in enumerate(headings):
        if progress:
            progress(at, len(headings))
        found: list[Hit] = []
        standing = Standing.REPEATED
        if same[at] is None:
            found, standing = _find(engine, topic, heading, 3 * n_each, filters or Filters())
        wanted.append(found)
        standings.append(standing)
    chosen = _share_out(wanted, n_each)
    materials = []
    for at, heading in enumerate(headings):
        role = role_of_heading(heading.text)
        if wanted[at] and not chosen[at]:
            standings[at] = Standing.TAKEN
        passages = _by_role(chosen[at], role)
        materials.append(Material(heading, role, passages, standings[at], same[at]))
    return materials


def check_topic(topic: str) -> str:
    """The topic without blanks around it.

    Raises:
        QuestionError: It is empty or long.

    """
    topic = " ".join(topic.split())
    if not any(char.isalnum() for char in topic):
        raise QuestionError("还没有写讲话的题目。", "请写上题目或主题，如：科技成果转化。")
    if len(topic) > MAX_TOPIC_CHARS:
        raise QuestionError(
            f"题目有 {len(topic)} 字，最多 {MAX_TOPIC_CHARS} 字。",
            "请只写题目；提纲每行一个标题，写在提纲框里。",
        )
    return topic


def _first_same(headings: Sequence[Heading], at: int) -> int | None:
    return next((n for n in range(at) if is_same(headings[n], headings[at])), None)


def _find(
    engine: Engine, topic: str, heading: Heading, k: int, filters: Filters
) -> tuple[list[Hit], Standing]:
    """What speaks to a heading, those of its role first; nothing where the library is silent."""
    words = heading.text
    if len(words) <= SHORT and heading.parent:
        words = f"{heading.parent} {words}"
    asked = f"{topic} {words}"
    role = role_of_heading(heading.text)
    hits = engine.search(asked, k=k, filters=filters).hits
    standing = _standing(engine, asked, heading.text, hits, filters)
    if standing is Standing.SILENT:
        return [], standing
    of_role: tuple[Hit, ...] = ()
    if role is not None:
        only = replace(filters, roles=frozenset({role.value}))
        of_role = engine.search(asked, k=k, filters=only).hits
    least = LEAST * max(hit.score for hit in hits)
    found = {hit.passage.id: hit for hit in (*of_role, *hits) if hit.score >= least}
    return list(found.values()), standing


def _standing(
    engine: Engine, asked: str, heading: str, hits: Sequence[Hit], filters: Filters
) -> Standing:
    """Whether the library speaks to topic and heading together, and to the heading by itself."""
    together = alone = confidence(engine.analyse(asked), hits, engine)
    with suppress(QuestionError):  # a heading of question words alone says nothing by itself
        own = engine.search(heading, k=len(hits) or None, filters=filters).hits
        alone = confidence(engine.analyse(heading), own, engine)
    if together < THRESHOLD or alone < HARDLY:
        return Standing.SILENT
    return Standing.SPOKEN if alone >= THRESHOLD else Standing.LOOSE


def _share_out(wanted: Sequence[Sequence[Hit]], n_each: int) -> list[list[Hit]]:
    """Each passage to one heading: where it ranks higher, then where it scores higher."""
    claims = [
        (rank, -hit.score, at, hit)
        for at, hits in enumerate(wanted)
        for rank, hit in enumerate(hits)
    ]
    claims.sort(key=lambda claim: (*claim[:3], claim[3].passage.id))
    chosen: list[list[Hit]] = [[] for _ in wanted]
    used: set[str] = set()
    for _rank, _score, at, hit in claims:
        if hit.passage.id not in used and len(chosen[at]) < n_each:
            used.add(hit.passage.id)
            chosen[at].append(hit)
    return chosen


def _by_role(hits: Sequence[Hit], role: Role | None) -> tuple[Hit, ...]:
    """Grouped by what they do, the role asked for first, then as the groups first come."""
    order = [role, *(hit.passage.role for hit in hits if hit.passage.role), None]
    return tuple(sorted(hits, key=lambda hit: order.index(hit.passage.role)))
