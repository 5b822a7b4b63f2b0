"""Commands about the library: index, inspect, status, doctor, rollback, models, serve."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from typing import Any

from speechrag.cli.text import Text
from speechrag.config import Settings
from speechrag.index.progress import BuildReport
from speechrag.search.render import render_speech_summary
from speechrag.types import ParsedFile, Speech


def print_json(document: Any) -> None:
    """One JSON document on stdout, UTF-8, readable."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def run_index(args: argparse.Namespace, settings: Settings, text: Text) -> int:
    """Build or update the index, and follow the folders if asked to."""
    from speechrag.index.plan import Redo
    from speechrag.search.library import build_library

    if args.watch:
        from speechrag.cli.watching import watch_library

        return watch_library(args, settings, text)
    progress = ProgressLine(text, quiet=False)
    report = build_library(
        args.sources or None,
        settings,
        redo=[mode for mode in Redo if getattr(args, mode)],
        progress=progress.update,
    )
    progress.close()
    show_build(report, text, as_json=args.json)
    return 0


def show_build(report: BuildReport, text: Text, *, as_json: bool) -> None:
    """The reasons on stderr; on stdout what was done, as JSON or in words."""
    for reason in report.reasons:
        print(f"{text('reason')}{text('colon')}{reason.describe(text.lang)}", file=sys.stderr)
    document = report.as_json(text.lang)
    if as_json:
        print_json(document)
        return
    print(
        text(
            "built",
            generation=document["generation"],
            n_files=document["n_files"],
            n_speeches=document["n_speeches"],
            n_passages=document["n_passages"],
            seconds=document["seconds"]["total"],
        )
    )
    print(text("done", **document["done"]))
    reused = document["reused"]
    if reused["files"] or reused["passages"]:
        print(text("reused", **reused))
    if document["skipped"]:
        print(text("skipped", n=len(document["skipped"])))
        for skipped in document["skipped"]:
            print(f"  {skipped['file']}: {skipped['reason']} {skipped['hint']}")


class ProgressLine:
    """Progress on stderr: a line that is rewritten on a terminal, lines now and then elsewhere."""

    def __init__(self, text: Text, *, quiet: bool) -> None:
        self._text = text
        self._quiet = quiet
        self._started = time.monotonic()
        self._shown = self._started
        self._width = 0

    def update(self, progress: Any) -> None:
        """Show a step of a build; silent during its first second."""
        now = time.monotonic()
        terminal = sys.stderr.isatty()
        if self._quiet or now - self._started < 1 or now - self._shown < (0.1 if terminal else 5):
            return
        self._shown = now
        line = progress.describe(self._text.lang)
        if terminal:
            sys.stderr.write("\r" + line.ljust(self._width))
            self._width = len(line)
        else:
            sys.stderr.write(line + "\n")
        sys.stderr.flush()

    def close(self) -> None:
        """Leave the line."""
        if self._width:
            sys.stderr.write("\n")


def run_inspect(args: argparse.Namespace, _settings: Settings, text: Text) -> int:
    """Show what becomes of one file."""
    from speechrag.search.library import inspect_file

    parsed = inspect_file(args.file)
    if args.json:
        print_json(render_parsed(parsed))
    else:
        _print_parsed(parsed, text)
    return 0


def render_parsed(parsed: ParsedFile) -> dict[str, Any]:
    """The JSON document of `speechrag inspect`."""
    source = parsed.document.text
    return {
        "file": parsed.document.file,
        "format": parsed.document.format,
        "encoding": parsed.document.encoding,
        "undecodable": [
            {"byte_offset": u.byte_offset, "bytes": u.raw.hex(" ")}
            for u in parsed.document.undecodable
        ],
        "coverage": parsed.coverage,
        "speeches": [_render_speech(speech) for speech in parsed.speeches],
        "removed": [
            {
                "text": source[span.start : span.end],
                "reason": span.reason.value,
                "start": span.start,
                "end": span.end,
            }
            for span in parsed.removed
        ],
    }


def _render_speech(speech: Speech) -> dict[str, Any]:
    return {
        **render_speech_summary(speech),
        "outline": [asdict(section) for section in speech.sections],
        "contents": [
            {"level": s.level, "label": s.label, "heading": s.heading} for s in speech.contents
        ],
        "passages": [
            {
                "id": p.id,
                "text": speech.text[p.start : p.end],
                "section": list(p.section_path),
                "role": p.role.value if p.role else None,
                "start": p.start,
                "end": p.end,
            }
            for p in speech.passages
        ],
        "doubtful": [{"start": start, "end": end} for start, end in speech.doubtful],
        "text": speech.text,
    }


def _print_parsed(parsed: ParsedFile, text: Text) -> None:
    document = parsed.document
    print(f"{document.file}  [{document.encoding}]")
    print(text("coverage", share=parsed.coverage))
    if document.undecodable:
        first = document.undecodable[0].byte_offset
        print(text("undecodable", n=len(document.undecodable), at=first))
    for speech in parsed.speeches:
        about = (speech.date, speech.speaker, speech.place, speech.occasion, speech.kind)
        print(f"\n《{speech.title}》 {' · '.join(part for part in about if part)}")
        if speech.truncated:
            print("  ! " + text("truncated", **asdict(speech.truncated)))
        for start, end in speech.doubtful:
            print(f"  ! {text('repaired')}: {speech.text[start:end]}")
        print(f"  {text('outline')}")
        for section in speech.sections:
            print(f"    {'  ' * section.level}{section.label}{section.heading}")
        print(f"  {text('passages')}: {len(speech.passages)}")
        for passage in speech.passages:
            role = f"[{passage.role}] " if passage.role else ""
            body = speech.text[passage.start : passage.end].replace("\n", " ")
            print(f"    {passage.id[-4:]} {role}{' > '.join(passage.section_path)}")
            print(f"         {body}")
    print(f"\n{text('removed')}")
    for span in parsed.removed:
        cut = " ".join(document.text[span.start : span.end].split())
        if cut:
            print(f"  [{span.reason}] {span.start}-{span.end} {cut[:100]}")


def run_status(args: argparse.Namespace, settings: Settings, _text: Text) -> int:
    """What the index holds."""
    from speechrag.index.milvus.vectors import open_remote
    from speechrag.index.upkeep import status

    document = status(settings.index, open_remote(settings), settings.recall)
    if args.json:
        print_json(document)
    else:
        for key, value in document.items():
            print(f"{key:12} {value}")
    return 0


def run_doctor(args: argparse.Namespace, settings: Settings, text: Text) -> int:
    """Name each fault with its remedy; 1 when there is one."""
    from speechrag.index.milvus.vectors import open_remote
    from speechrag.index.upkeep import diagnose

    faults = diagnose(settings.index, remote=open_remote(settings))
    if args.json:
        print_json({"healthy": not faults, "faults": [asdict(fault) for fault in faults]})
    elif not faults:
        print(text("healthy"))
    else:
        for fault in faults:
            print(f"{fault.name}: {fault.message}\n  {text('remedy')}{text('colon')}{fault.remedy}")
    return 1 if faults else 0


def run_rollback(args: argparse.Namespace, settings: Settings, text: Text) -> int:
    """Make the previous generation the live one."""
    from speechrag.index.milvus.vectors import open_remote
    from speechrag.index.upkeep import rollback, status

    remote = open_remote(settings)
    generation = rollback(settings.index, remote)
    if args.json:
        print_json(status(settings.index, remote, settings.recall))
    else:
        print(text("rolled_back", generation=generation))
    return 0


def run_models(args: argparse.Namespace, _settings: Settings, _text: Text) -> int:
    """Which encoders there are."""
    from speechrag.index.encoders import list_models

    models = [asdict(model) for model in list_models(measure=True)]
    if args.json:
        print_json({"models": models})
    else:
        for model in models:
            print("  ".join(f"{key}={value}" for key, value in model.items()))
    return 0


def run_serve(_args: argparse.Namespace, settings: Settings, text: Text) -> int:
    """Open the web page and stay until interrupted."""
    from speechrag.ui.app import launch_page

    print(text("opening"), file=sys.stderr)
    launch_page(settings)
    return 0
