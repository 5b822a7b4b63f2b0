"""Answers as HTML: sentences with citations, what is wrong with them, and their sources."""

from __future__ import annotations

import json
from dataclasses import replace
from html import escape

from speechrag.answer.records import Answer, Layout, Mode, Note, Problem, Sentence
from speechrag.search.rescore import N_RESCORED
from speechrag.ui.cards import render_card
from speechrag.ui.strings import Strings

_NOTES = {note.value: f"note_{note.name.lower()}" for note in Note}
_PROBLEMS = {problem.value: f"problem_{problem.name.lower()}" for problem in Problem}


def render_turn(answer: Answer, t: Strings) -> str:
    """One question with its answer and the passages that it cites."""
    head = f'<h2 class="sr-title">{escape(answer.question)}</h2>'
    if answer.asked and answer.asked != answer.question:
        head += f'<p class="sr-asked">{escape(t("answer_searched", asked=answer.asked))}</p>'
    if answer.note:
        key = _NOTES.get(str(answer.note))
        note = t(key) if key else str(answer.note)
        head += f'<p class="sr-relaxed" role="status">{escape(note)}</p>'
    if answer.refused:
        numbered = (replace(hit, rank=n) for n, hit in enumerate(answer.suggestions, 1))
        cards = "".join(render_card(hit, t) for hit in numbered)
        body = f'<p class="sr-nothing">{escape(t("answer_refused"))}</p>{cards}'
        return f'<section class="sr-answer"{_request(answer)}>{head}{body}</section>'
    mode = t("answer_by_model" if answer.mode is Mode.MODEL else "answer_extractive")
    cards = "".join(_source(n, answer, t) for n in range(1, len(answer.passages) + 1))
    return (
        f'<section class="sr-answer"{_request(answer)}>{head}<p class="sr-asked">{escape(mode)}</p>'
        f"{_body(answer, t)}<h3>{escape(t('answer_sources'))}</h3>{cards}</section>"
    )


def _request(answer: Answer) -> str:
    """What page.js needs to explain a score: the question as it was searched."""
    request = {"question": answer.asked or answer.question, "k": N_RESCORED}
    return f' data-request="{escape(json.dumps(request, ensure_ascii=False))}"'


def _source(number: int, answer: Answer, t: Strings) -> str:
    """A cited passage, where a citation leads; the sentences taken from it are marked."""
    hit = answer.passages[number - 1]
    spans = tuple(
        (s.start, s.end)
        for s in answer.sentences
        if s.citations[:1] == (number,) and s.start is not None and s.end is not None
    )
    card = render_card(replace(hit, matched=spans) if spans else hit, t)
    return f'<div class="sr-source" id="sr-source-{number}" tabindex="-1">{card}</div>'


def _body(answer: Answer, t: Strings) -> str:
    lines = [(s.group, render_sentence(s, t)) for s in answer.sentences]
    if answer.layout is Layout.NUMBERED:
        return "<ol>" + "".join(f"<li>{line}</li>" for _, line in lines) + "</ol>"
    if answer.layout is not Layout.GROUPED:
        return "".join(f"<p>{line}</p>" for _, line in lines)
    parts, group = [], None
    for name, line in lines:
        if name != group:
            group = name
            parts.append(f"<h3>{escape(_group(name, t))}</h3>")
        parts.append(f"<p>{line}</p>")
    return "".join(parts)


def _group(name: str | None, t: Strings) -> str:
    return t("answer_other") if name in {None, "其他"} else t.role(str(name))


def render_sentence(sentence: Sentence, t: Strings, anchor: str = "sr-source-") -> str:
    """A sentence with its marks, its citations as links to `anchor` + number, and its problem."""
    parts, at = [], 0
    for span in sentence.spans:
        parts.append(escape(sentence.text[at : span.start]))
        parts.append(f"<mark>{escape(sentence.text[span.start : span.end])}</mark>")
        at = span.end
    parts.append(escape(sentence.text[at:]))
    cited = "".join(
        f'<sup><a class="sr-cite" href="#{anchor}{number}" '
        f'aria-label="{escape(t("answer_cited", n=number))}">[{number}]</a></sup>'
        for number in sentence.citations
    )
    return "".join(parts) + cited + _problem(sentence.problem, t)


def _problem(problem: str | None, t: Strings) -> str:
    if not problem:
        return ""
    reason, _, what = problem.partition(":")
    said = t(_PROBLEMS[reason]) if reason in _PROBLEMS else reason
    text = f"{said}{t('colon')}{what}" if what else said
    return f' <strong class="sr-problem">⚠ {escape(text)}</strong>'


def render_writing(question: str, text: str, t: Strings) -> str:
    """A model's words while they come, before the gate."""
    return (
        f'<section class="sr-answer" aria-busy="true"><h2 class="sr-title">{escape(question)}</h2>'
        f'<p class="sr-asked">{escape(t("answer_writing"))}</p>'
        f'<p class="sr-unchecked">{escape(text)}</p></section>'
    )
