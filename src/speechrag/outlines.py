"""How past speeches on a topic were built: their outlines, those most about it first.

A speech is about a topic when its title is, its headings are, and its passages answer it: what the
engine finds for the topic is added up by speech, and the outline comes from the speech as read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from speechrag.errors import QuestionError
from speechrag.index.tokens import fold_key
from speechrag.search.engine import Engine
from speechrag.types import Filters, Hit, Section, Speech, Vectors

N_HITS = 200  # passages that speeches are judged by
N_BEST = 5  # of a speech's passages; a long speech is not more about a topic for its length
TITLE_WEIGHT, HEADING_WEIGHT, NAMED_BONUS = 0.6, 0.5, 0.3
DEFAULT_K = 5
MAX_K = 100


@dataclass(frozen=True, slots=True)
class Outline:
    """One speech's outline. `items` are its headings in order, as `inspect` gives them."""

    speech: Speech
    score: float  # higher is better
    items: tuple[Section, ...]
    best: Hit  # the passage that is most about the topic


def find_outlines(
    engine: Engine, topic: str, *, k: int = DEFAULT_K, filters: Filters | None = None
) -> tuple[Outline, ...]:
    """The outlines of the speeches most about a topic, best first; ties by speech id.

    A speech without headings has no outline to show and is left out; of further copies of a speech
    only the first is kept.

    Raises:
        QuestionError: The topic is empty.
    """
    check_topic(topic)
    result = engine.search(topic, k=N_HITS, per_speech=N_BEST, filters=filters)
    hits: defaultdict[str, list[Hit]] = defaultdict(list)
    for hit in result.hits:
        hits[hit.speech.id].append(hit)
    vector = engine.encoder.encode_queries([topic])[0]
    found = []
    for mine in hits.values():
        speech = mine[0].speech
        items = speech.sections
        if any(item.level > 0 for item in items):
            found.append(
                Outline(speech, _score(engine, topic, vector, mine, items), items, mine[0])
            )
    found.sort(key=lambda outline: (-outline.score, outline.speech.id))
    return _without_copies(found)[:k]


def check_topic(topic: str) -> None:
    """Refuse a topic that holds nothing to look for.

    Raises:
        QuestionError: It is empty.
    """
    if not fold_key(topic, ignore_punctuation=True):
        raise QuestionError("主题是空的。", "请写一个主题，如：speechrag outline 科技成果转化")


def _score(
    engine: Engine,
    topic: str,
    vector: Vectors,
    hits: Sequence[Hit],
    items: Sequence[Section],
) -> float:
    speech = hits[0].speech
    texts = [speech.title, *(item.heading for item in items if item.level > 0)]
    near = engine.encoder.encode_passages(texts) @ vector
    headings = np.sort(near[1:])[::-1][:3]
    weights = 1 / np.arange(1, len(hits) + 1)
    passages = float(np.dot([hit.score for hit in hits], weights) / weights.sum())
    key = fold_key(topic, ignore_punctuation=True)
    named = key in fold_key(speech.title, ignore_punctuation=True)
    return (
        passages
        + TITLE_WEIGHT * max(0.0, float(near[0]))
        + HEADING_WEIGHT * max(0.0, float(headings.mean()))
        + NAMED_BONUS * named
    )


def _without_copies(outlines: Sequence[Outline]) -> tuple[Outline, ...]:
    seen: set[tuple[str, ...]] = set()
    kept = []
    for outline in outlines:
        key = tuple(fold_key(s.label + s.heading) for s in outline.items)
        if key not in seen:
            seen.add(key)
            kept.append(outline)
    return tuple(kept)


def render_outlines(topic: str, outlines: Sequence[Outline]) -> dict[str, Any]:
    """The JSON document of `speechrag outline`."""
    return {"topic": topic, "outlines": [_render(outline) for outline in outlines]}


def _render(outline: Outline) -> dict[str, Any]:
    speech, truncated = outline.speech, outline.speech.truncated
    return {
        "title": speech.title,
        "date": speech.date,
        "source": speech.source,
        "truncated": {"shown": truncated.shown, "total": truncated.total} if truncated else None,
        "items": [
            {"level": s.level, "label": s.label, "heading": s.heading} for s in outline.items
        ],
        "contents": [
            {"level": s.level, "label": s.label, "heading": s.heading} for s in speech.contents
        ],
        "speech_id": speech.id,
        "kind": speech.kind,
        "score": round(outline.score, 4),
        "passage": {"id": outline.best.passage.id, "text": outline.best.text},
    }


def depths(items: Sequence[Section]) -> list[int]:
    """How deep each item stands, from 0: under how many of the items before it."""
    above: list[int] = []
    found = []
    for item in items:
        while above and above[-1] >= item.level:
            above.pop()
        found.append(len(above))
        if item.level > 0:  # under the speech's own title line stands everything
            above.append(item.level)
    return found
