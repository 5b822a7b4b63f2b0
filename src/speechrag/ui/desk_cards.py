"""A comparison as HTML for the tab 对稿. Everything that comes from a text is escaped here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape

from speechrag.draft.quotes import QuoteFinding
from speechrag.draft.records import Comparison, DraftHit, Finding, Label, Span, Verdict
from speechrag.draft.report import (
    Report,
    describe_quote,
    draft_marks,
    passage_marks,
    split_marked,
)
from speechrag.draft.wording import Wording
from speechrag.ui.cards import cite_attributes, render_file
from speechrag.ui.strings import Strings

N_SOURCES = 8
FORMULAIC = len(Label)  # a kind of its own here: 同志们 is not without precedent
MANY = 150  # paragraphs; beyond, the cells of the strip are small


def render_desk(report: Report, token: str, t: Strings) -> str:
    """The whole desk: summary, strip, the draft on the left, room for matches on the right."""
    comparison = report.comparison
    return (
        f'<div class="sd-desk" data-report="{escape(token)}">{_summary(comparison, t)}'
        f"{_filters(comparison, t)}{_strip(comparison, t)}"
        f'<div class="sd-columns"><div class="sd-draft" role="listbox" tabindex="0" '
        f'aria-label="{escape(t("desk_draft"))}">{_draft(comparison, t)}</div>'
        f'<div class="sd-matches" role="region" tabindex="-1" aria-live="polite" '
        f'aria-label="{escape(t("desk_matches"))}"></div></div>'
        f"{_quotes(report, t)}{_sources(comparison, t)}</div>"
    )


def kind_of(finding: Finding) -> int:
    """What a paragraph is coloured and filtered by: its label's rank, or `FORMULAIC`."""
    return FORMULAIC if finding.is_formulaic else finding.label.rank


def kind_name(kind: int, t: Strings) -> str:
    """The name of a kind in the page's language."""
    if kind == FORMULAIC:
        return t("desk_formulaic")
    return Wording(t.lang).label(list(Label)[kind])


def _summary(comparison: Comparison, t: Strings) -> str:
    text = t("desk_summary", n=len(comparison.findings), share=f"{comparison.verbatim_share:.1%}")
    buttons = "".join(
        f'<button type="button" data-desk="export" data-kind="{kind}">{escape(name)}</button>'
        for kind, name in (
            ("docx", t("desk_export_docx")), ("md", "Markdown"), ("html", "HTML"), ("json", "JSON"),
        )
    )  # fmt: skip
    return (
        f'<div class="sd-summary"><h2><strong role="status">{escape(text)}</strong></h2>'
        f'<div class="sd-exports sr-actions" role="group" aria-label="{escape(t("desk_export"))}">'
        f"<span>{escape(t('desk_export'))}</span>{buttons}</div></div>"
    )


def _filters(comparison: Comparison, t: Strings) -> str:
    counts = Counter(kind_of(finding) for finding in comparison.findings)
    kinds = [*range(FORMULAIC), *([FORMULAIC] if counts[FORMULAIC] else [])]
    buttons = "".join(
        f'<button type="button" data-desk="filter" data-label="{kind}" aria-pressed="false">'
        f'<i class="sd-l{kind}"></i>{escape(kind_name(kind, t))} {counts[kind]}</button>'
        for kind in kinds
    )
    legend = "".join(
        f'<mark class="sd-{kind}">{escape(t(f"legend_{kind}"))}</mark>'
        for kind in ("verbatim", "reworded", "meaning")
    )
    return (
        f'<div class="sd-filters"><div role="group" aria-label="{escape(t("desk_filter"))}">'
        f"<span>{escape(t('desk_filter'))}</span>{buttons}</div>"
        f'<p class="sd-legend">{legend}</p></div>'
    )


def _strip(comparison: Comparison, t: Strings) -> str:
    """One cell a paragraph; one of them is in the order of the tab key, arrows reach the rest."""
    cells = "".join(_cell(n, kind_of(f), t) for n, f in enumerate(comparison.findings, 1))
    dense = " sd-dense" if len(comparison.findings) > MANY else ""
    return f'<nav class="sd-strip{dense}" aria-label="{escape(t("desk_strip"))}">{cells}</nav>'


def _cell(n: int, kind: int, t: Strings) -> str:
    name = escape(t("desk_cell", n=n, label=kind_name(kind, t)))
    return (
        f'<button type="button" data-desk="jump" data-n="{n}" class="sd-l{kind}" title="{name}" '
        f'aria-label="{name}" data-label="{kind}" tabindex="-1"></button>'
    )


def _draft(comparison: Comparison, t: Strings) -> str:
    html: list[str] = []
    path: tuple[str, ...] = ()
    for n, finding in enumerate(comparison.findings, 1):
        here = finding.paragraph.section_path
        for depth, step in enumerate(here):
            if here[: depth + 1] != path[: depth + 1]:
                html.append(f'<p class="sd-heading" role="presentation">{escape(step)}</p>')
        path = here
        kind = kind_of(finding)
        text = render_marked(finding.paragraph.text, draft_marks(finding))
        html.append(
            f'<div class="sd-p" role="option" aria-selected="false" id="sd-p{n}" data-n="{n}" '
            f'data-desk="choose" data-label="{kind}">'
            f'<span class="sd-badge sd-l{kind}">{escape(kind_name(kind, t))}</span>{text}</div>'
        )
    return "".join(html)


def render_marked(text: str, marks: Sequence[tuple[Span, str]]) -> str:
    """A text with verbatim runs and paraphrase marked, as HTML."""
    return "".join(
        f'<mark class="sd-{name}">{escape(piece)}</mark>' if name else escape(piece)
        for piece, name in split_marked(text, marks)
    )


def render_matches(finding: Finding, number: int, t: Strings) -> str:
    """The passages like one paragraph."""
    if finding.is_formulaic:
        return f'<p class="sr-notice">{escape(t("desk_formula"))}</p>'
    ask = (
        f'<div class="sr-actions"><button type="button" data-desk="ask" data-n="{number}">'
        f"{escape(t('desk_ask'))}</button></div>"
    )
    if not finding.hits:
        return f'<div class="sr-notice"><p>{escape(t("desk_no_hits"))}</p>{ask}</div>'
    return "".join(_match(found, number, t) for found in finding.hits) + ask


def _match(found: DraftHit, number: int, t: Strings) -> str:
    speech, passage = found.hit.speech, found.hit.passage
    facts = "".join(f"<span>{escape(f)}</span>" for f in (speech.date, speech.speaker) if f)
    facts += render_file(speech)
    path = "".join(f"<li>{escape(step)}</li>" for step in passage.section_path)
    shared = ""
    if found.runs:
        share = f"{found.evidence.verbatim_share:.0%}"
        told = t("desk_shared", share=share, n=found.evidence.longest_run)
        shared = f'<p class="sd-shared">{escape(told)}</p>'
    buttons = "".join(
        f'<button type="button" {attributes}>{escape(t(key))}</button>'
        for attributes, key in (
            (
                f'data-desk="comment" data-n="{number}" aria-pressed="false" '
                f'title="{escape(t("desk_comment_hint"))}"',
                "desk_comment",
            ),
            ('data-desk="basket"', "basket_add"),
            ('data-do="context" aria-expanded="false"', "show_context"),
            ('data-do="copy"', "copy"),
            ('data-do="speech"', "read_all"),
        )
    )
    return (
        f'<article class="sr-card" data-passage="{escape(passage.id)}" '
        f'data-speech="{escape(passage.speech_id)}" '
        f"{cite_attributes(speech, passage)}><header><div>"
        f'<h3 class="sr-title"><span class="sd-badge sd-l{found.label.rank}">'
        f"{escape(kind_name(found.label.rank, t))}</span>《{escape(speech.title)}》</h3>"
        f'<p class="sr-meta">{facts}</p></div></header><ol class="sr-path">{path}</ol>{shared}'
        f'<div class="sr-text">{render_marked(found.hit.text, passage_marks(found))}</div>'
        f'<div class="sr-actions">{buttons}</div>'
        '<div class="sr-panel" aria-live="polite" hidden></div></article>'
    )


def _quotes(report: Report, t: Strings) -> str:
    quotes = [quote for quote in report.quotes if quote.verdict is not Verdict.NOT_A_QUOTE]
    if not quotes:
        return ""
    amiss = sum(quote.verdict.is_amiss for quote in quotes)
    rows = "".join(_quote(quote, report.comparison, t) for quote in quotes)
    opened = " open" if amiss else ""
    return (
        f'<details class="sd-quotes"{opened}><summary>'
        f"{escape(t('desk_quotes', n=len(quotes), amiss=amiss))}</summary><ul>{rows}</ul></details>"
    )


def _quote(quote: QuoteFinding, comparison: Comparison, t: Strings) -> str:
    say = Wording(t.lang)
    _, _, reasons = describe_quote(quote, say).partition("\n")
    return (
        f'<li class="{"sd-amiss" if quote.verdict.is_amiss else ""}">'
        f"<strong>{escape(say.verdict(quote.verdict))}</strong> “{escape(quote.text)}”"
        f"{_place(quote, comparison, t)}<pre>{escape(reasons)}</pre></li>"
    )


def _place(quote: QuoteFinding, comparison: Comparison, t: Strings) -> str:
    """A button that leads to the paragraph of a quotation."""
    for n, finding in enumerate(comparison.findings, 1):
        if finding.paragraph.start <= quote.start < finding.paragraph.end:
            name = escape(t("desk_paragraph", n=n))
            return f'<button type="button" data-desk="jump" data-n="{n}">{name}</button>'
    return ""  # in a heading


def _sources(comparison: Comparison, t: Strings) -> str:
    rows = "".join(
        f"<li>《{escape(use.title)}》 <span>{escape(use.date or '')} "
        f"{escape(t('desk_source_line', n=use.n_paragraphs, chars=use.n_verbatim))}</span></li>"
        for use in comparison.sources[:N_SOURCES]
    )
    if not rows:
        return ""
    title = escape(t("desk_sources"))
    return f'<details class="sd-sources"><summary>{title}</summary><ol>{rows}</ol></details>'
