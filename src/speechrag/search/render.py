"""Hits as the plain data that the command line, the page and programs share (see docs/cli.md)."""

from __future__ import annotations

import functools
from dataclasses import asdict
from typing import Any

from speechrag.types import Hit, SearchResult, Speech


def render_result(result: SearchResult) -> dict[str, Any]:
    """The JSON document of `speechrag search`."""
    return {
        "question": result.question,
        "took_ms": round(result.took_ms, 2),
        "relaxed": result.relaxed,
        "speakers": list(result.speakers),
        "period": result.period and asdict(result.period),
        "elsewhere": result.elsewhere and render_speech_summary(result.elsewhere.speech),
        "hits": [render_hit(hit) for hit in result.hits],
        "suggestions": [render_hit(hit) for hit in result.suggestions],
    }


def render_hit(hit: Hit) -> dict[str, Any]:
    """One hit; offsets index the text of its speech."""
    passage = hit.passage
    return {
        "rank": hit.rank,
        "score": round(hit.score, 4),
        "parts": {name: round(value, 4) for name, value in hit.parts.items()},
        "text": hit.text,
        "text_simplified": simplify(hit.text),
        "role": passage.role.value if passage.role else None,
        "section": list(passage.section_path),
        "start": passage.start,
        "end": passage.end,
        "id": passage.id,
        "matched": [list(span) for span in hit.matched],
        "speech": render_speech_summary(hit.speech),
        "also_in": [{"title": p.title, "source": p.source} for p in hit.also_in],
    }


def render_speech_summary(speech: Speech) -> dict[str, Any]:
    """What a hit says of its speech."""
    truncated = speech.truncated
    return {
        "id": speech.id,
        "title": speech.title,
        "date": speech.date,
        "speaker": speech.speaker,
        "occasion": speech.occasion,
        "place": speech.place,
        "kind": speech.kind,
        "source": speech.source,
        "truncated": {"shown": truncated.shown, "total": truncated.total} if truncated else None,
    }


@functools.cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def simplify(text: str) -> str:
    """The text in Simplified characters, for display (phrase-aware; may change its length)."""
    return str(_converter().convert(text))
