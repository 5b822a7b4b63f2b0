"""Answers as plain data, as text for a terminal, and as Markdown."""

from __future__ import annotations

from typing import Any

from speechrag.answer.records import Answer, Layout, Sentence
from speechrag.search.render import render_hit


def render_answer(answer: Answer) -> dict[str, Any]:
    """The JSON document of `speechrag answer`."""
    return {
        "question": answer.question,
        "asked": answer.asked or answer.question,
        "refused": answer.refused,
        "mode": answer.mode.value,
        "layout": answer.layout.value,
        "confidence": round(answer.confidence, 4),
        "note": str(answer.note) if answer.note else None,
        "sentences": [render_sentence(sentence) for sentence in answer.sentences],
        "passages": [render_hit(hit) for hit in answer.passages],
        "suggestions": [render_hit(hit) for hit in answer.suggestions],
    }


def render_sentence(sentence: Sentence) -> dict[str, Any]:
    """One sentence as plain data."""
    return {
        "text": sentence.text,
        "citations": list(sentence.citations),
        "checked": sentence.checked,
        "problem": sentence.problem,
        "group": sentence.group,
        "start": sentence.start,
        "end": sentence.end,
        "spans": [
            {
                "start": span.start,
                "end": span.end,
                "kind": span.kind.value,
                "text": sentence.text[span.start : span.end],
            }
            for span in sentence.spans
        ],
        "support": None if sentence.support is None else round(sentence.support, 4),
    }


def mark_spans(sentence: Sentence, before: str, after: str) -> str:
    """The sentence with its answer spans between two marks."""
    parts, at = [], 0
    for span in sentence.spans:
        parts += [
            sentence.text[at : span.start],
            before,
            sentence.text[span.start : span.end],
            after,
        ]
        at = span.end
    return "".join((*parts, sentence.text[at:]))


def render_lines(answer: Answer, before: str = "【", after: str = "】") -> list[str]:
    """The sentences as a person reads them: grouped or numbered, with citations and problems."""
    lines: list[str] = []
    group = None
    for number, sentence in enumerate(answer.sentences, 1):
        if answer.layout is Layout.GROUPED and sentence.group != group:
            group = sentence.group
            lines.append(f"{group}：")
        mark = {Layout.NUMBERED: f"{number}. ", Layout.GROUPED: "- "}.get(answer.layout, "")
        cited = "".join(f"[{n}]" for n in sentence.citations)
        problem = f" ⚠ {sentence.problem}" if sentence.problem else ""
        text = mark_spans(sentence, before, after).replace("\n", " ")
        lines.append(f"{mark}{text}{cited}{problem}")
    return lines


def render_sources(answer: Answer) -> list[str]:
    """The cited passages, one a line: number, speech, date, place in the speech, file."""
    lines = []
    for number, hit in enumerate(answer.passages, 1):
        speech = hit.speech
        about = [f"《{speech.title}》", speech.date or "", " > ".join(hit.passage.section_path)]
        lines.append(f"[{number}] {' '.join(part for part in about if part)}（{speech.source}）")
    return lines
