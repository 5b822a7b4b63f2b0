"""A comparison as one HTML file that needs nothing else: no script, no font, no network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from speechrag.draft.quotes import QuoteFinding
from speechrag.draft.records import DraftHit, Finding, Label, Span
from speechrag.draft.report import (
    N_SOURCES,
    Report,
    describe_counts,
    describe_quote,
    describe_source,
    draft_marks,
    passage_marks,
    source_columns,
    split_marked,
)
from speechrag.draft.wording import Wording

COLOURS = {
    Label.VERBATIM: "#b3261e",
    Label.REWORDED: "#a15c00",
    Label.SAME_MEANING: "#1a5fa8",
    Label.SAME_TOPIC: "#5b6b7a",
    Label.UNPRECEDENTED: "#2e7d32",
}
_STYLE = """
body{font:16px/1.75 "Noto Serif CJK SC","Songti SC",SimSun,serif;margin:0 auto;max-width:76rem;
padding:1rem;color:#1c1b1a;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.15rem}.strip{display:flex;flex-wrap:wrap;gap:3px;margin:.75rem 0}
.strip a{width:1.6rem;height:1.6rem;border-radius:3px;color:#fff;text-decoration:none;
font:600 .75rem/1.6rem sans-serif;text-align:center}
.row{display:grid;grid-template-columns:1fr 1fr;gap:1.5rem;border-top:1px solid #ddd;
padding:.9rem 0}
.label{font:600 .8rem sans-serif;color:#fff;border-radius:3px;padding:.1rem .45rem;
margin-right:.4rem}
.hit{margin:0 0 .9rem}.src{font-size:.85rem;color:#555}
mark{background:none;color:inherit;text-decoration:underline;text-underline-offset:3px}
mark.verbatim{background:#ffd7d2;text-decoration:none;border-bottom:2px solid #b3261e}
mark.reworded{text-decoration-color:#a15c00;text-decoration-thickness:2px}
mark.meaning{text-decoration:underline dotted #1a5fa8 2px}
table{border-collapse:collapse;width:100%}
td,th{border:1px solid #ccc;padding:.3rem .5rem;text-align:left}
pre{font:inherit;white-space:pre-wrap;margin:.2rem 0}
@media(max-width:48rem){.row{grid-template-columns:1fr}}
@media print{.row{break-inside:avoid}}
"""


def write_html(report: Report) -> str:
    """The whole report."""
    say = Wording(report.lang)
    title = escape(say("report", title=report.comparison.draft.title))
    body = "\n".join(_body(report, say))
    lang = "en" if report.lang == "en" else "zh-CN"
    return (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head>\n"
        f"<body><h1>{title}</h1>\n{body}\n</body></html>\n"
    )


def _body(report: Report, say: Wording) -> Iterator[str]:
    comparison = report.comparison
    share = say("share", share=comparison.verbatim_share)
    counts = describe_counts(comparison, say)
    yield f"<p>{share}{say('semicolon')}{counts}{say('stop')}</p>"
    legend = " ".join(
        f'<mark class="{kind}">{say(kind)}</mark>' for kind in ("verbatim", "reworded", "meaning")
    )
    yield f'<p class="src">{say("legend")}{legend}</p>'
    yield render_strip(comparison.findings, say)
    for number, finding in enumerate(comparison.findings, 1):
        yield _row(number, finding, say)
    if report.quotes:
        yield f"<h2>{say('quotes')}</h2>"
        yield from (_quote(quote, say) for quote in report.quotes)
    heads = "".join(f"<th>{head}" for head in source_columns(say))
    yield f"<h2>{say('sources')}</h2><table><tr>{heads}</tr>"
    for use in comparison.sources[:N_SOURCES]:
        cells = (use.title, use.date or "", use.source, use.n_paragraphs, use.n_verbatim)
        yield "<tr>" + "".join(f"<td>{escape(str(cell))}" for cell in cells) + "</tr>"
    yield "</table>"


def render_strip(findings: Sequence[Finding], say: Wording) -> str:
    """One cell a paragraph, coloured by label; each leads to its paragraph."""
    cells = (
        f'<a href="#p{n}" style="background:{COLOURS[f.label]}" '
        f'title="{say("paragraph", n=n)} {say.label(f.label)}">{n}</a>'
        for n, f in enumerate(findings, 1)
    )
    return f'<nav class="strip" aria-label="{say("strip")}">{"".join(cells)}</nav>'


def render_marked(text: str, marks: Sequence[tuple[Span, str]]) -> str:
    """A text with its marks, as HTML."""
    return "".join(
        f'<mark class="{name}">{escape(piece)}</mark>' if name else escape(piece)
        for piece, name in split_marked(text, marks)
    ).replace("\n", "<br>")


def _row(number: int, finding: Finding, say: Wording) -> str:
    text = render_marked(finding.paragraph.text, draft_marks(finding))
    hits = "".join(_hit(found, say) for found in finding.hits)
    if not hits:
        why = say("why_formulaic" if finding.is_formulaic else "why_none")
        hits = f'<p class="src">{why}</p>'
    return (
        f'<section class="row" id="p{number}"><div>{_badge(finding.label, say)}{text}</div>'
        f"<div>{hits}</div></section>"
    )


def _badge(label: Label, say: Wording) -> str:
    return f'<span class="label" style="background:{COLOURS[label]}">{say.label(label)}</span>'


def _hit(found: DraftHit, say: Wording) -> str:
    text = render_marked(found.hit.text, passage_marks(found))
    return (
        f'<div class="hit">{_badge(found.label, say)}{text}'
        f'<div class="src">{escape(describe_source(found.hit))}</div></div>'
    )


def _quote(quote: QuoteFinding, say: Wording) -> str:
    told = escape(describe_quote(quote, say))
    return f'<p>“{escape(quote.text)}”</p><pre class="src">{told}</pre>'
