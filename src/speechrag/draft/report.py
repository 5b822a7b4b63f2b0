"""A comparison and the quotation findings as plain data and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from speechrag.draft.quotes import QuoteFinding
from speechrag.draft.records import Comparison, DraftHit, Finding, Label, Span, Verdict
from speechrag.draft.runs import merge_spans
from speechrag.draft.wording import CHINESE, Wording
from speechrag.search.render import render_hit
from speechrag.types import Hit

N_SOURCES = 20  # in the closing table


@dataclass(frozen=True, slots=True)
class Report:
    """What was found about a draft, and the language it is told in ("zh" or "en")."""

    comparison: Comparison
    quotes: tuple[QuoteFinding, ...] = ()
    lang: str = "zh"


def render_comparison(report: Report) -> dict[str, Any]:
    """The JSON document of `speechrag compare`."""
    comparison = report.comparison
    draft = comparison.draft
    return {
        "draft": {
            "file": draft.document.file,
            "title": draft.title,
            "encoding": draft.document.encoding,
            "outline": [
                {"level": s.level, "label": s.label, "heading": s.heading} for s in draft.outline
            ],
        },
        "summary": {
            "n_paragraphs": len(comparison.findings),
            "verbatim_share": round(comparison.verbatim_share, 4),
            "labels": dict(comparison.label_counts),
            "strip": [finding.label.value for finding in comparison.findings],
            "sources": [
                {
                    "title": use.title,
                    "date": use.date,
                    "source": use.source,
                    "n_paragraphs": use.n_paragraphs,
                    "n_verbatim": use.n_verbatim,
                }
                for use in comparison.sources
            ],
            "took_ms": round(comparison.took_ms, 1),
        },
        "paragraphs": [_render_finding(finding) for finding in comparison.findings],
        "quotes": [render_quote(quote) for quote in report.quotes],
    }


def _render_finding(finding: Finding) -> dict[str, Any]:
    paragraph = finding.paragraph
    share = finding.n_verbatim / finding.n_letters if finding.n_letters else 0.0
    return {
        "text": paragraph.text,
        "start": paragraph.start,
        "end": paragraph.end,
        "section": list(paragraph.section_path),
        "label": finding.label.value,
        "formulaic": finding.is_formulaic,
        "verbatim_share": round(share, 4),
        "precedent": [list(span) for span in finding.precedent],
        "hits": [_render_draft_hit(found) for found in finding.hits],
    }


def _render_draft_hit(found: DraftHit) -> dict[str, Any]:
    return {
        **render_hit(found.hit),
        "label": found.label.value,
        "verbatim_share": round(found.evidence.verbatim_share, 4),
        "longest_run": found.evidence.longest_run,
        "runs": [{"draft": list(r.draft), "passage": list(r.passage)} for r in found.runs],
        "pairs": [
            {
                "draft": list(pair.draft),
                "passage": list(pair.passage),
                "kind": pair.kind,
                "similarity": pair.similarity,
            }
            for pair in found.pairs
        ],
    }


def render_quotes(findings: Sequence[QuoteFinding]) -> dict[str, Any]:
    """The JSON document of `speechrag quotes`."""
    counts = {verdict.value: 0 for verdict in Verdict}
    for finding in findings:
        counts[finding.verdict.value] += 1
    return {
        "summary": {"n_quotes": len(findings), "verdicts": counts},
        "quotes": [render_quote(finding) for finding in findings],
    }


def render_quote(finding: QuoteFinding) -> dict[str, Any]:
    """One quotation; differences' spans index `text` and `source_text`."""
    return {
        "text": finding.text,
        "start": finding.start,
        "end": finding.end,
        "kind": finding.kind,
        "verdict": finding.verdict.value,
        "claimed": {"speaker": finding.claim.speaker, "title": finding.claim.title},
        "differences": [
            {
                "draft": d.draft,
                "source": d.source,
                "kind": d.kind,
                "draft_span": list(d.draft_span),
                "source_span": list(d.source_span),
            }
            for d in finding.differences
        ],
        "source": render_hit(finding.source) if finding.source else None,
        "source_text": finding.source_text,
        "stitched": finding.is_stitched,
    }


def describe_source(hit: Hit) -> str:
    """《title》, date, speaker, file: on one line."""
    speech = hit.speech
    parts = (f"《{speech.title}》", speech.date, speech.speaker, speech.source)
    return "  ".join(part for part in parts if part)


def describe_hit(found: DraftHit, say: Wording = CHINESE) -> str:
    """What a paragraph shares with a passage, in a line."""
    line = f"【{say.label(found.label)}】{describe_source(found.hit)}"
    if found.runs:
        evidence = found.evidence
        line += "  " + say("shared", share=evidence.verbatim_share, n=evidence.longest_run)
    return line


def describe_quote(finding: QuoteFinding, say: Wording = CHINESE) -> str:
    """The verdict on a quotation with its reasons, in a few lines."""
    lines = [f"【{say.verdict(finding.verdict)}】"]
    for kind in ("words", "punctuation", "script"):
        pairs = [
            say("pair", draft=d.draft or say("nothing"), source=d.source or say("nothing"))
            for d in finding.differences if d.kind == kind
        ]  # fmt: skip
        if pairs:
            lines.append(say(kind) + say("semicolon").join(pairs))
    if finding.is_stitched:
        lines.append(say("stitched"))
    if finding.verdict is Verdict.MISATTRIBUTED:
        claimed = [part for part in (finding.claim.speaker, finding.claim.title) if part]
        lines.append(say("claimed", claimed=say("and").join(claimed)))
    if finding.source:
        lines.append(say("original", text=finding.source_text))
        lines.append(say("found_in", source=describe_source(finding.source)))
    elif finding.verdict is Verdict.NOT_FOUND:
        lines.append(say("not_found"))
    return "\n".join(lines)


def describe_counts(comparison: Comparison, say: Wording = CHINESE) -> str:
    """How many paragraphs have each label, in a line; labels that none has are left out."""
    counts = comparison.label_counts
    told = [say("count", label=say.label(label), n=counts[label.value]) for label in Label]
    there = [text for text, label in zip(told, Label, strict=True) if counts[label.value]]
    return say("comma").join(there)


def source_columns(say: Wording) -> tuple[str, ...]:
    """The heads of the table of sources."""
    names = ("col_speech", "col_date", "col_file", "col_paragraphs", "col_characters")
    return tuple(say(name) for name in names)


def split_marked(text: str, marks: Sequence[tuple[Span, str]]) -> Iterator[tuple[str, str]]:
    """The text in pieces, each with its mark ("" for none); an earlier mark covers a later one."""
    names = [""] * len(text)
    for (start, end), name in reversed(marks):
        names[start:end] = [name] * (min(end, len(text)) - start)
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or names[at] != names[start]:
            yield text[start:at], names[start]
            start = at


def draft_marks(finding: Finding) -> list[tuple[Span, str]]:
    """What is to be marked in a paragraph: "verbatim" runs before "reworded" and "meaning"."""
    marks = [(span, "verbatim") for span in merge_spans(finding.precedent)]
    if finding.hits:
        pairs = [p for p in finding.hits[0].pairs if p.kind != "verbatim"]
        marks += [(pair.draft, pair.kind) for pair in pairs]
    return marks


def passage_marks(found: DraftHit) -> list[tuple[Span, str]]:
    """The same in a passage."""
    marks = [(span, "verbatim") for span in merge_spans([run.passage for run in found.runs])]
    return marks + [(pair.passage, pair.kind) for pair in found.pairs if pair.kind != "verbatim"]


def write_markdown(report: Report) -> str:
    """The whole report as Markdown; verbatim runs are bold."""
    return "\n".join(_markdown_lines(report)) + "\n"


def _markdown_lines(report: Report) -> Iterator[str]:
    comparison, say = report.comparison, Wording(report.lang)
    yield f"# {say('report', title=comparison.draft.title)}\n"
    yield f"- {say('share', share=comparison.verbatim_share)}"
    yield f"- {describe_counts(comparison, say)}\n"
    for number, finding in enumerate(comparison.findings, 1):
        name = say("formulaic") if finding.is_formulaic else say.label(finding.label)
        yield f"## {say('paragraph', n=number)} {name}\n"
        yield _bold(finding.paragraph.text, draft_marks(finding)) + "\n"
        for found in finding.hits:
            yield f"- {describe_hit(found, say)}\n"
            yield "  > " + _bold(found.hit.text.replace("\n", " "), passage_marks(found)) + "\n"
    if report.quotes:
        yield f"## {say('quotes')}\n"
        for quote in report.quotes:
            yield f"- “{_one_line(quote.text)}”"
            yield from (f"  {line}  " for line in describe_quote(quote, say).splitlines())
        yield ""
    yield f"## {say('sources')}\n"
    yield "| " + " | ".join(source_columns(say)) + " |\n|---|---|---|---|---|"
    for use in comparison.sources[:N_SOURCES]:
        cells = (use.title, use.date or "", use.source, use.n_paragraphs, use.n_verbatim)
        yield "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def _bold(text: str, marks: Sequence[tuple[Span, str]]) -> str:
    return "".join(
        f"**{piece}**" if name == "verbatim" else piece for piece, name in split_marked(text, marks)
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
