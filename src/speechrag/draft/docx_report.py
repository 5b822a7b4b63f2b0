"""The draft as a Word document with the findings as comments, and a closing table of sources."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
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
from speechrag.draft.word_anchor import WordPlaces
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
    unplaced: list[tuple[str, str]] = []
    for finding in report.comparison.findings:
        text, words = finding.paragraph.text, _about(finding, say)
        if finding.hits and not _comment(document, places, text, words, whole=True):
            unplaced.append((text, words))
    places = WordPlaces(document)  # comments have split runs: their texts are unchanged
    for quote in report.quotes:
        words = _about_quote(quote, say)
        is_quote = quote.verdict is not Verdict.NOT_A_QUOTE
        if is_quote and not _comment(document, places, quote.text, words, whole=False):
            unplaced.append((quote.text, words))
    _add_sources(document, report.comparison, say)
    _add_unplaced(document, unplaced, say)
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


def _comment(document: Any, places: WordPlaces, text: str, words: str, *, whole: bool) -> bool:
    """Anchor a comment at a paragraph, or at just the words of it; whether they were found."""
    found = places.find(text)
    if found is None:
        return False
    paragraph, span = found
    runs = paragraph.runs_of(None if whole else span)
    document.add_comment(runs, _printable(words), author=AUTHOR, initials=INITIALS)
    return True


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
    _draw_borders(table)
    for cell, text in zip(table.rows[0].cells, source_columns(say), strict=True):
        cell.paragraphs[0].add_run(text).bold = True
    for use in rows:
        texts = (use.title, use.date or "", use.source, use.n_paragraphs, use.n_verbatim)
        for cell, value in zip(table.add_row().cells, texts, strict=True):
            cell.text = _printable(str(value))


def _draw_borders(table: Any) -> None:
    """Lines around all cells: a draft's own styles may know no table with lines."""
    from docx.oxml.ns import qn

    properties = table._tbl.tblPr
    borders = properties.makeelement(qn("w:tblBorders"), {})
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = {"val": "single", "sz": "4", "space": "0", "color": "auto"}
        borders.append(
            borders.makeelement(qn(f"w:{side}"), {qn(f"w:{k}"): v for k, v in line.items()})
        )
    after = [properties.find(qn(f"w:{name}")) for name in ("shd", "tblLayout", "tblLook")]
    behind = next((element for element in after if element is not None), None)
    if behind is None:
        properties.append(borders)
    else:
        behind.addprevious(borders)


def _add_unplaced(document: Any, unplaced: Sequence[tuple[str, str]], say: Wording) -> None:
    """Findings in what cannot bear a comment, such as a footnote, in words."""
    if unplaced:
        document.add_paragraph().add_run(say("unplaced")).bold = True
    for text, words in unplaced:
        cut = text[:N_QUOTED_CHARS] + ("…" if len(text) > N_QUOTED_CHARS else "")
        document.add_paragraph(_printable(f"“{cut}”"))
        for line in words.splitlines():
            document.add_paragraph(_printable(line))


def _printable(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(c for c in text if c in "\n\t" or (c >= " " and not "\ud800" <= c <= "\udfff"))
