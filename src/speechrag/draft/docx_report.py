"""The draft as a Word document with the findings as comments, and a closing table of sources."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from speechrag.draft.quotes import QuoteFinding
from speechrag.draft.records import Comparison, Finding, Verdict
from speechrag.draft.report import (
    N_SOURCES,
    Report,
    describe_counts,
    describe_hit,
    describe_quote,
    source_columns,
)
from speechrag.draft.word_anchor import WordPlaces, runs_of
from speechrag.draft.word_package import clean_package
from speechrag.draft.word_style import BODY, new_document
from speechrag.draft.wording import Wording

AUTHOR, INITIALS = "speechrag", "对稿"
N_HITS = 3  # passages a comment names
N_QUOTED_CHARS = 160  # of each


def write_docx(report: Report, original: bytes | None = None) -> bytes:
    """The report as a .docx.

    Args:
        report: What was found.
        original: The draft's own .docx or .docm, kept as it is but for the comments, the table and
            what `clean_package` takes out; None, or one that python-docx cannot open, gives the
            draft's text in the layout of public documents.
    """
    say = Wording(report.lang)
    opened = _open(original, say) if original else None
    document, removed = opened or (_from_text(report), "")
    places = WordPlaces(document)
    for finding in report.comparison.findings:
        if finding.hits:
            _comment(document, places, finding.paragraph.text, _about(finding, say), whole=True)
    places = WordPlaces(document)  # comments have split runs: their texts are unchanged
    for quote in report.quotes:
        if quote.verdict is not Verdict.NOT_A_QUOTE:
            _comment(document, places, quote.text, _about_quote(quote, say), whole=False)
    _add_sources(document, report.comparison, say)
    if removed:
        document.add_paragraph(removed)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _open(original: bytes, say: Wording) -> tuple[Any, str] | None:
    """The draft's own document, with a word on what was taken out of it."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from lxml.etree import LxmlError

    try:
        package = clean_package(original)
        return docx.Document(io.BytesIO(package.data)), package.describe(say)
    except (PackageNotFoundError, zipfile.BadZipFile, LxmlError, ValueError, KeyError):
        return None


def _from_text(report: Report) -> Any:
    document = new_document()
    for line in report.comparison.draft.document.text.splitlines():
        if line.strip():
            document.add_paragraph(_printable(line.strip()), style=BODY)
    return document


def _comment(document: Any, places: WordPlaces, text: str, words: str, *, whole: bool) -> None:
    """Anchor a comment at a paragraph, or at just the words of it; left out where not found."""
    found = places.find(text)
    if found is None:
        return
    paragraph, span = found
    runs = runs_of(paragraph, None if whole else span)
    document.add_comment(runs, _printable(words), author=AUTHOR, initials=INITIALS)


def _about(finding: Finding, say: Wording) -> str:
    lines = []
    for found in finding.hits[:N_HITS]:
        text = " ".join(found.hit.text.split())
        cut = text[:N_QUOTED_CHARS] + ("…" if len(text) > N_QUOTED_CHARS else "")
        lines += [describe_hit(found, say), say("original", text=cut)]
    return "\n".join(lines)


def _about_quote(quote: QuoteFinding, say: Wording) -> str:
    return f"{say('quotes')} {describe_quote(quote, say)}"


def _add_sources(document: Any, comparison: Comparison, say: Wording) -> None:
    share = say("share", share=comparison.verbatim_share)
    told = f"{share}{say('semicolon')}{describe_counts(comparison, say)}{say('stop')}"
    document.add_paragraph()
    document.add_paragraph().add_run(say("results")).bold = True
    document.add_paragraph(told)
    rows = comparison.sources[:N_SOURCES]
    if not rows:
        document.add_paragraph(say("no_sources"))
        return
    table = document.add_table(rows=1, cols=5)
    if "Table Grid" in [style.name for style in document.styles]:
        table.style = "Table Grid"
    for cell, text in zip(table.rows[0].cells, source_columns(say), strict=True):
        cell.text = text
    for use in rows:
        texts = (use.title, use.date or "", use.source, use.n_paragraphs, use.n_verbatim)
        for cell, value in zip(table.add_row().cells, texts, strict=True):
            cell.text = _printable(str(value))


def _printable(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(c for c in text if c in "\n\t" or (c >= " " and not "\ud800" <= c <= "\udfff"))
