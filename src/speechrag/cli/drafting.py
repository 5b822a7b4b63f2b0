"""Commands about a draft: compare and quotes."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from speechrag.cli.library import ProgressLine, print_json
from speechrag.cli.streams import read_text
from speechrag.cli.text import Text
from speechrag.config import Settings
from speechrag.errors import SettingsError

if TYPE_CHECKING:
    from speechrag.draft.quotes import QuoteFinding
    from speechrag.draft.records import Draft, Finding
    from speechrag.draft.report import Report

FORMATS = (".docx", ".md", ".html", ".json")


def run_compare(args: argparse.Namespace, settings: Settings, text: Text) -> int:
    """Each paragraph of a draft beside the passages most like it."""
    from speechrag.draft.compare import Comparer
    from speechrag.draft.quotes import check_quotes
    from speechrag.draft.report import Report, render_comparison
    from speechrag.search.engine import Engine

    _check_out(args.out, args.draft)
    draft = _read_draft(args.draft)  # first: it is the quickest thing to fail
    engine = Engine.open(settings)
    progress = ProgressLine(text, quiet=False)
    comparer = Comparer(
        engine, k=args.k, per_speech=args.per_speech, exclude=frozenset(args.exclude)
    )
    comparison = comparer.compare(draft, progress.update)
    quotes = check_quotes(draft.document, engine, progress.update)
    progress.close()
    report = Report(comparison, tuple(quotes), text.lang)
    if args.out:
        _write(report, args.out, args.draft)
    if args.json:
        print_json(render_comparison(report))
    elif args.out:
        print(text("written", file=args.out))
    else:
        _print_comparison(report, text)
    return 0


def run_quotes(args: argparse.Namespace, settings: Settings, text: Text) -> int:
    """Look up every quotation of a draft; 1 when something is amiss."""
    from speechrag.draft.quotes import check_quotes
    from speechrag.draft.report import render_quotes
    from speechrag.search.engine import Engine

    draft = _read_draft(args.draft)
    engine = Engine.open(settings)
    progress = ProgressLine(text, quiet=False)
    findings = check_quotes(draft.document, engine, progress.update)
    progress.close()
    if args.json:
        print_json(render_quotes(findings))
    else:
        _print_quotes(findings, draft, text)
    return 1 if any(finding.verdict.is_amiss for finding in findings) else 0


def _read_draft(path: Path) -> Draft:
    from speechrag.draft.reading import draft_from_text, load_draft

    if str(path) == "-":
        return draft_from_text(read_text())
    return load_draft(path, str(path))


def _check_out(out: Path | None, draft: Path) -> None:
    """Refuse what cannot be written before anything is computed."""
    if out is None:
        return
    if out.suffix.lower() not in FORMATS:
        raise SettingsError(
            f"不会写 {out.suffix or '没有扩展名的'} 文件：{out}", f"可用的有：{' '.join(FORMATS)}。"
        )
    if not out.parent.is_dir():
        raise SettingsError(f"没有这个文件夹：{out.parent}", "请先建好文件夹，或换一个位置。")
    if out.exists() and draft.exists() and out.samefile(draft):
        raise SettingsError(f"{out} 就是草稿本身，不会覆盖它。", "请换一个文件名。")


def _write(report: Report, out: Path, draft: Path) -> None:
    import json

    from speechrag.draft.docx_report import write_docx
    from speechrag.draft.html_report import write_html
    from speechrag.draft.report import render_comparison, write_markdown

    kind = out.suffix.lower()
    if kind == ".docx":
        is_word = report.comparison.draft.document.format == "docx"
        data = write_docx(report, draft.read_bytes() if is_word else None)
    elif kind == ".html":
        data = write_html(report).encode()
    elif kind == ".md":
        data = write_markdown(report).encode()
    else:
        data = json.dumps(render_comparison(report), ensure_ascii=False, indent=2).encode()
    part = out.with_name(f".{out.name}.part")
    try:
        part.write_bytes(data)
        os.replace(part, out)
    except OSError as exc:
        part.unlink(missing_ok=True)
        raise SettingsError(
            f"写不了 {out}({exc.strerror})", "请检查权限，或关掉正打开着它的程序。"
        ) from exc


def _print_comparison(report: Report, text: Text) -> None:
    from speechrag.draft.report import describe_counts, describe_hit
    from speechrag.draft.wording import Wording

    comparison, say = report.comparison, Wording(text.lang)
    print(text("compared", n=len(comparison.findings), share=comparison.verbatim_share))
    print(describe_counts(comparison, say))
    for number, finding in enumerate(comparison.findings, 1):
        if finding.is_formulaic:
            continue
        print(f"\n{number:>3} [{say.label(finding.label)}] {_start_of(finding)}")
        for found in finding.hits:
            print(f"      {describe_hit(found, say)}")
            print(f"        {found.hit.text.replace(chr(10), ' ')}")
    amiss = sum(quote.verdict.is_amiss for quote in report.quotes)
    if amiss:
        print("\n" + text("quotes_amiss", n=amiss))


def _start_of(finding: Finding) -> str:
    words = " ".join(finding.paragraph.text.split())
    return words[:60] + ("…" if len(words) > 60 else "")


def _print_quotes(findings: list[QuoteFinding], draft: Draft, text: Text) -> None:
    from speechrag.draft.report import describe_quote
    from speechrag.draft.wording import Wording

    if not findings:
        print(text("no_quotes"))
    for finding in findings:
        line = draft.document.text.count("\n", 0, finding.start) + 1
        first, *rest = describe_quote(finding, Wording(text.lang)).splitlines()
        print(f"{text('line', n=line)} {first} {' '.join(finding.text.split())}")
        for more in rest:
            print(f"      {more}")
