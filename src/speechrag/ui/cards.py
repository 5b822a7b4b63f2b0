"""Result cards as HTML. Everything that comes from a speech, a file or a person is escaped here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import Any

from speechrag.draft.runs import merge_spans
from speechrag.errors import SpeechragError
from speechrag.search.render import simplify
from speechrag.types import Hit, Passage, SearchResult, Speech, Truncation
from speechrag.ui.strings import Strings

Span = tuple[int, int]


def render_results(
    result: SearchResult, request: dict[str, Any], t: Strings, doubt: str | None = None
) -> str:
    """All hits of a question.

    Args:
        result: What was found.
        request: What would repeat the search.
        t: The page's language.
        doubt: What is said above hits that may not be on the question.
    """
    head = _results_head(result, _filter_note(request, t), doubt, t)
    body = "".join(render_card(hit, t) for hit in result.hits)
    if not result.hits:
        body = _notice(t("nothing"), t("nothing_hint"), t)
        if result.suggestions:
            cards = "".join(render_card(hit, t) for hit in result.suggestions)
            body += (
                f'<section class="sr-suggestions"><h3>{escape(t("nearest"))}</h3>{cards}</section>'
            )
    data = escape(json.dumps(request, ensure_ascii=False))
    return f'<div class="sr-results" data-request="{data}">{head}{body}</div>'


def _filter_note(request: dict[str, Any], t: Strings) -> str:
    """The filters in force, in words: they may be folded away."""
    notes = [t("since", date=request["date_from"])] if request.get("date_from") else []
    notes += [t("until", date=request["date_to"])] if request.get("date_to") else []
    notes += [t.role(role) for role in request.get("roles", ())]
    notes += [t.kind(kind) for kind in request.get("kinds", ())]
    notes += request.get("sources", ())
    return t("filtered", filters=" · ".join(notes)) if notes else ""


def _results_head(result: SearchResult, filters: str, doubt: str | None, t: Strings) -> str:
    n = len(result.hits)
    found = t("found", n=n) if n else t("nothing")
    question = result.question if len(result.question) <= 60 else result.question[:58] + "……"
    notes = [t("said_by", who="、".join(result.speakers))] if result.speakers else []
    if result.period is not None:
        key = "of_period" if result.period.has_speeches else "no_speech_of"
        notes.append(t(key, words=result.period.words))
    if result.elsewhere is not None:
        speech = result.elsewhere.speech
        notes.append(t("elsewhere", title=speech.title.strip("《》"), date=speech.date or ""))
    notes += [t("relaxed")] if result.relaxed else []
    notes += [doubt] if doubt else []
    told = "".join(f'<p class="sr-relaxed">{escape(note)}</p>' for note in notes)
    buttons = "".join(
        f'<button type="button" data-do="script" data-script="{name}">{escape(t(label))}</button>'
        for name, label in (("original", "as_original"), ("simplified", "as_simplified"))
    )
    switch = (
        f'<div class="sr-switch" role="group" aria-label="{escape(t("script"))}">'
        f"<span>{escape(t('script'))}</span>{buttons}</div>"
    )
    return (
        f'<div class="sr-head"><div><h2><strong>{escape(found)}</strong></h2> '
        f'<span class="sr-asked">{escape(t("for_question", question=question))}</span>'
        f'<p class="sr-asked">{escape(filters)}</p></div>'
        f"{switch if n or result.suggestions else ''}</div>{told}"
    )


def render_card(hit: Hit, t: Strings, *, with_score: bool = True) -> str:
    """One hit, with how near it is and why where that is asked for."""
    speech, passage = hit.speech, hit.passage
    cite = cite_attributes(speech, passage)
    also = ""
    if hit.also_in:
        places = "、".join(f"{_quoted(p.title)}（{escape(p.source)}）" for p in hit.also_in)
        also = f'<p class="sr-also">{escape(t("also_in") + t("colon"))}{places}</p>'
    return (
        f'<article class="sr-card" data-passage="{escape(passage.id)}" '
        f'data-speech="{escape(passage.speech_id)}" {cite}>'
        f'<header><span class="sr-rank" aria-hidden="true">{hit.rank}</span>'
        f'<div><h3 class="sr-title">{_quoted(speech.title)}</h3>'
        f'<p class="sr-meta">{_meta(speech, t)}{_role_badge(passage, t)}</p></div></header>'
        f"{_path(passage.section_path)}"
        f'<div class="sr-text">{mark_text(hit.text, _spans_within(hit))}</div>'
        f"{render_truncated(speech.truncated, t)}{also}{_actions(hit, t, with_score=with_score)}"
        f'<div class="sr-panel" aria-live="polite" hidden></div></article>'
    )


def _actions(hit: Hit, t: Strings, *, with_score: bool) -> str:
    return (
        '<div class="sr-actions">'
        f'<button type="button" data-do="context" aria-expanded="false">'
        f"{escape(t('show_context'))}</button>"
        f'<button type="button" data-do="copy">{escape(t("copy"))}</button>'
        f'<button type="button" data-do="speech">{escape(t("read_all"))}</button>'
        f'<button type="button" data-desk="basket">{escape(t("basket_add"))}</button>'
        f"{_score(hit, t) if with_score else ''}</div>"
    )


def _score(hit: Hit, t: Strings) -> str:
    score = f"{min(max(hit.score, 0.0), 1.0):.2f}"
    parts = "".join(
        f'<li><span>{escape(t.part(name))}</span><meter min="0" max="1" '
        f'value="{min(max(value, 0.0), 1.0):.3f}"></meter><span>{value:.2f}</span></li>'
        for name, value in hit.parts.items()
    )
    return (
        f'<details class="sr-score"><summary>{escape(t("score", score=score))}</summary>'
        f'<div class="sr-parts"><ul>{parts}</ul><div class="sr-why" aria-live="polite"></div>'
        "</div></details>"
    )


def _spans_within(hit: Hit) -> list[Span]:
    start, end = hit.passage.start, hit.passage.end
    clipped = (
        (max(a, start) - start, min(b, end) - start)
        for a, b in hit.matched
        if b > start and a < end
    )
    return merge_spans([span for span in clipped if span[0] < span[1]])


def mark_text(text: str, spans: Sequence[Span] = ()) -> str:
    """The text, escaped, with the spans marked, in its own script and in Simplified.

    Both stand in the page when they differ; style.css shows one of them. Conversion may change a
    text's length; then the words are marked in the original only.
    """
    simplified = simplify(text)
    if simplified == text:
        return _marked(text, spans)
    kept = spans if len(simplified) == len(text) else ()
    return (
        f'<span class="sr-o">{_marked(text, spans)}</span>'
        f'<span class="sr-s">{_marked(simplified, kept)}</span>'
    )


def _marked(text: str, spans: Sequence[Span]) -> str:
    pieces, done = [], 0
    for start, end in spans:
        pieces += [escape(text[done:start]), f"<mark>{escape(text[start:end])}</mark>"]
        done = end
    return "".join(pieces) + escape(text[done:])


def _quoted(title: str) -> str:
    return f"《{mark_text(title.removeprefix('《').removesuffix('》'))}》"


def _meta(speech: Speech, t: Strings) -> str:
    facts = [speech.date, t.kind(speech.kind) if speech.kind else None, speech.speaker]
    told = "".join(f"<span>{mark_text(fact)}</span>" for fact in facts if fact)
    return told + render_file(speech)


def render_file(speech: Speech) -> str:
    """The file a speech stands in, within a card's facts."""
    return f'<span class="sr-file">{escape(speech.source)}</span>' if speech.source else ""


def _role_badge(passage: Passage, t: Strings) -> str:
    if not passage.role:
        return ""
    return f'<span class="sr-role">{escape(t.role(passage.role.value))}</span>'


def _path(section_path: Sequence[str]) -> str:
    if not section_path:
        return ""
    steps = "".join(f"<li>{mark_text(step)}</li>" for step in section_path)
    return f'<ol class="sr-path">{steps}</ol>'


def render_truncated(truncated: Truncation | None, t: Strings) -> str:
    """The notice that a source does not show the whole speech."""
    if not truncated:
        return ""
    if truncated.shown is None or truncated.total is None:
        text = t("truncated_unknown")
    else:
        text = t("truncated", shown=truncated.shown, total=truncated.total)
    return f'<p class="sr-truncated">{escape(text)}</p>'


def render_citation(speech: Speech, passage: Passage) -> str:
    """The line under a copied passage: ——《title》（date），headings."""
    title = speech.title.removeprefix("《").removesuffix("》")
    date = f"（{speech.date}）" if speech.date else ""
    path = "，" + " › ".join(passage.section_path) if passage.section_path else ""
    return f"——《{title}》{date}{path}"


def cite_attributes(speech: Speech, passage: Passage) -> str:
    """The citation as attributes of a card: as it stands, and in Simplified where that differs."""
    cite = render_citation(speech, passage)
    simplified = simplify(cite)
    also = f' data-cite-simplified="{escape(simplified)}"' if simplified != cite else ""
    return f'data-cite="{escape(cite)}"{also}'


def render_context(
    speech: Speech, passages: Sequence[Passage], passage_id: str, reach: int, t: Strings
) -> str:
    """The paragraphs around a passage, the passage itself marked."""
    first = bool(passages) and passages[0].id == speech.passages[0].id
    last = bool(passages) and passages[-1].id == speech.passages[-1].id
    more = ""
    if not (first and last):
        more = (
            f'<button type="button" data-do="more" data-reach="{reach + 3}">'
            f"{escape(t('more_context'))}</button>"
        )
    return (
        f'<div class="sr-context" role="region" aria-label="{escape(t("context_of"))}">'
        f"{_edge(t('speech_start')) if first else ''}"
        f"{render_passages(speech, passages, t, current=passage_id)}"
        f"{_edge(t('speech_end')) if last else ''}{more}</div>"
    )


def render_passages(
    speech: Speech, passages: Sequence[Passage], t: Strings, current: str = ""
) -> str:
    """Passages in order, each heading once, where it begins."""
    html, path = [], ()  # type: list[str], tuple[str, ...]
    for passage in passages:
        for depth, step in enumerate(passage.section_path):
            if passage.section_path[: depth + 1] != path[: depth + 1]:
                html.append(f'<p class="sr-heading sr-level-{min(depth, 3)}">{mark_text(step)}</p>')
        path = passage.section_path
        here = passage.id == current
        attributes = f' class="sr-here" aria-label="{escape(t("this_passage"))}"' if here else ""
        text = mark_text(speech.text[passage.start : passage.end])
        html.append(f'<p data-passage="{escape(passage.id)}"{attributes}>{text}</p>')
    return "".join(html)


def _edge(text: str) -> str:
    return f'<p class="sr-edge">{escape(text)}</p>'


def render_explanation(lines: Sequence[str]) -> str:
    """Why a hit was found; the parts of its score stand beside it as bars."""
    lines = [line for line in lines if not line.startswith(("得分构成", "parts:"))]
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def render_error(error: SpeechragError, t: Strings) -> str:
    """What was refused, and what to do about it."""
    return _notice(error.message, error.hint, t, kind="sr-error")


def _notice(message: str, hint: str, t: Strings, kind: str = "sr-nothing") -> str:
    remedy = (
        f'<p class="sr-hint"><span>{escape(t("remedy") + t("colon"))}</span>{escape(hint)}</p>'
        if hint
        else ""
    )
    return f'<div class="sr-notice {kind}" role="alert"><p>{escape(message)}</p>{remedy}</div>'


def render_notice(message: str, hint: str, t: Strings) -> str:
    """A message that is no fault."""
    return _notice(message, hint, t, kind="sr-good").replace('role="alert"', 'role="status"', 1)
