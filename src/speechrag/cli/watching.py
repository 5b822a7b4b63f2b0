"""`speechrag index --watch`: build, then follow the folders until Ctrl-C."""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from typing import Any

from speechrag.cli.library import ProgressLine, show_build
from speechrag.cli.text import Text
from speechrag.config import Settings
from speechrag.errors import SpeechragError
from speechrag.index.progress import BuildReport


def watch_library(args: argparse.Namespace, settings: Settings, text: Text) -> int:
    """Build once, which may fail as without `--watch`; then rebuild whenever files change."""
    from speechrag.index.encoders import load_encoder
    from speechrag.index.plan import Redo
    from speechrag.index.watch import SCAN_S, SourceWatch, read_state
    from speechrag.search.library import build_library, sources_of

    encoder = load_encoder(settings.encoder, allow_download=settings.allow_download)
    sources = [source.absolute() for source in args.sources or sources_of(settings)]
    state = read_state(sources)
    progress = ProgressLine(text, quiet=False)
    redo = [mode for mode in Redo if getattr(args, mode)]
    report = build_library(sources, settings, redo=redo, encoder=encoder, progress=progress.update)
    progress.close()
    if args.json:
        _print_line(report.as_json(text.lang))
    else:
        show_build(report, text, as_json=False)
    _say(text("watching", sources="、".join(map(str, sources))))

    def without_events(error: str) -> None:
        _say(text("watch_without_events", error=error, seconds=SCAN_S))

    watch = SourceWatch(sources, state, threading.Event(), without_events)
    last_failure = ("", "")
    try:
        for _change in watch.changes():
            try:
                before, report = report, build_library(sources, settings, encoder=encoder)
            except Exception as error:  # noqa: BLE001 - whatever went wrong, the next may go well
                watch.tell_again()
                failure = _describe(error)
                if failure != last_failure:
                    _say(text("watch_failed", time=_now(), error=failure[0], hint=failure[1]))
                last_failure = failure
                continue
            last_failure = ("", "")
            if report.generation != before.generation:
                _show(report, text, as_json=args.json)
    except KeyboardInterrupt:
        _say(text("watch_ended"))
    return 0


def _show(report: BuildReport, text: Text, *, as_json: bool) -> None:
    """One line a rebuild."""
    if as_json:
        _print_line(report.as_json(text.lang))
        return
    reasons = (" " if text.lang == "en" else "").join(
        reason.describe(text.lang) for reason in report.reasons
    )
    line = text(
        "watched",
        time=_now(),
        generation=report.generation,
        reasons=reasons,
        n_files=report.n_files,
        n_passages=report.n_passages,
        n_skipped=len(report.skipped),
        seconds=report.seconds["total"],
    )
    print(line, flush=True)


def _describe(error: Exception) -> tuple[str, str]:
    """What went wrong, and what to do about it."""
    if isinstance(error, SpeechragError):
        return error.message, error.hint
    return f"{type(error).__name__}: {error}", ""


def _print_line(document: dict[str, Any]) -> None:
    print(json.dumps(document, ensure_ascii=False), flush=True)


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _now() -> str:
    return time.strftime("%H:%M:%S")
