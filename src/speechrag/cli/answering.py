"""Commands that answer: answer (with citations) and material (起草参考)."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from speechrag.cli.library import print_json
from speechrag.cli.text import Text
from speechrag.config import Settings
from speechrag.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speechrag.answer.endpoint import Endpoint
    from speechrag.answer.outline_draft import Draft
    from speechrag.answer.outline_help import Material
    from speechrag.answer.records import Answer
    from speechrag.search.engine import Engine


def run_answer(args: argparse.Namespace, settings: Settings, text: Text) -> int:
    """Answer one question from the library, every sentence with its source."""
    from speechrag.answer.render import render_answer
    from speechrag.search.engine import Engine

    engine = Engine.open(settings)
    if args.preview:
        return _preview(args, settings, engine)
    answer = _ask(args, settings, engine)
    if args.out:
        _export(answer, args.out)
    if args.json:
        print_json(render_answer(answer))
    else:
        _print_answer(answer, text)
    return 0


def _ask(args: argparse.Namespace, settings: Settings, engine: Engine) -> Answer:
    from speechrag.answer.endpoint import Endpoint
    from speechrag.answer.extract import compose_answer
    from speechrag.answer.generate import prepare_request, stream_answer

    asked = _resolve(args, engine)
    if not (args.model or settings.llm):
        return compose_answer(engine, args.question, asked=asked)
    endpoint = Endpoint.from_settings(settings)
    if endpoint is None:
        from speechrag.answer.records import Note

        return replace(
            compose_answer(engine, args.question, asked=asked), note=Note.NO_ENDPOINT.value
        )
    fallback, request = prepare_request(engine, args.question, endpoint, asked=asked)
    answer = fallback
    for part in stream_answer(engine, fallback, request, endpoint):
        if not isinstance(part, str):
            answer = part
        elif sys.stderr.isatty():
            print(part, end="", file=sys.stderr, flush=True)
    return answer


def _resolve(args: argparse.Namespace, engine: Engine) -> str:
    """The question as it is searched: with the subject of those it follows."""
    from speechrag.answer.extract import compose_answer
    from speechrag.answer.followup import Conversation

    talk = Conversation()
    for question in args.after:
        asked = talk.resolve(question, engine)
        talk.add(compose_answer(engine, question, asked=asked), engine)
    return talk.resolve(args.question, engine)


def _preview(args: argparse.Namespace, settings: Settings, engine: Engine) -> int:
    """Show what would be sent, and send nothing."""
    from speechrag.answer.endpoint import Endpoint
    from speechrag.answer.generate import prepare_request

    endpoint = Endpoint.from_settings(settings) or Endpoint("", settings.llm_model)
    asked = _resolve(args, engine)
    _answer, request = prepare_request(engine, args.question, endpoint, asked=asked)
    print_json(
        {
            "url": endpoint.base_url or None,
            "n_tokens": request.n_tokens if request else 0,
            "body": request.body() if request else None,
        }
    )
    return 0


def _export(answer: Answer, file: Path) -> None:
    from speechrag.answer.export import render_markdown, write_docx

    _check_out(file)
    try:
        if file.suffix.lower() == ".docx":
            write_docx([answer], file)
        else:
            file.write_text(render_markdown([answer]), encoding="utf-8")
    except OSError as exc:
        raise SettingsError(f"写不了 {file}（{exc.strerror}）。", "请检查路径和写权限。") from exc


def _check_out(file: Path | None) -> None:
    if file and file.suffix.lower() not in {".md", ".docx"}:
        raise SettingsError(f"--out 的文件应是 .md 或 .docx：{file}", "例如 --out 问答.docx。")


def _print_answer(answer: Answer, text: Text) -> None:
    from speechrag.answer.render import render_lines, render_sources

    if answer.note:
        print(f"（{answer.note}）")
    if answer.asked and answer.asked != answer.question:
        print(text("searched_as", asked=answer.asked))
    if answer.refused:
        print(text("no_answer"))
        for hit in answer.suggestions:
            print(f"  《{hit.speech.title}》 {hit.text[:60].replace(chr(10), ' ')}…")
        return
    for line in render_lines(answer):
        print(line)
    print(f"\n{text('sources')}")
    for line in render_sources(answer):
        print(line)


def run_material(args: argparse.Namespace, settings: Settings, text: Text) -> int:
    """Passages for each heading of an outline."""
    from speechrag.answer.endpoint import Endpoint
    from speechrag.answer.outline import load_outline
    from speechrag.answer.outline_draft import render_material
    from speechrag.answer.outline_help import check_topic, gather_material
    from speechrag.cli.searching import check_filters, read_filters
    from speechrag.search.engine import Engine

    topic = check_topic(args.topic)
    filters = read_filters(args)
    headings = load_outline(args.outline, str(args.outline))
    _check_out(args.out)
    engine = Engine.open(settings)
    check_filters(filters, engine)
    materials = gather_material(engine, topic, headings, filters=filters)
    endpoint = Endpoint.from_settings(settings)
    if args.preview:
        _preview_material(topic, materials, endpoint or Endpoint("", settings.llm_model))
        return 0
    drafts = _draft(topic, materials, engine, endpoint) if args.model else []
    if args.out:
        _export_material(topic, materials, drafts, args.out, text)
    if args.json:
        print_json(render_material(topic, materials, drafts))
        return 0
    for number, material in enumerate(materials):
        _print_material(materials, number, drafts, text)
        for at, hit in enumerate(material.passages, 1):
            print(f"  [{at}] {hit.text.replace(chr(10), ' ')}")
            print(f"    ——《{hit.speech.title}》 {hit.speech.date or ''}  {hit.speech.source}")
    return 0


def _preview_material(topic: str, materials: Sequence[Material], endpoint: Endpoint) -> None:
    """Show what would be sent for each heading, and send nothing."""
    from speechrag.answer.outline_draft import draft_request

    requests = [draft_request(topic, material, endpoint) for material in materials]
    bodies = [request.body() if request else None for request in requests]
    print_json({"url": endpoint.base_url or None, "bodies": bodies})


def _draft(
    topic: str, materials: Sequence[Material], engine: Engine, endpoint: Endpoint | None
) -> list[Draft]:
    """A paragraph for each heading; without an endpoint a note that says so."""
    from speechrag.answer.outline_draft import Draft, DraftNote, draft_paragraph, draft_request

    if endpoint is None:
        return [Draft((), DraftNote.NO_ENDPOINT)] * len(materials)
    return [
        draft_paragraph(engine, draft_request(topic, material, endpoint), endpoint)
        for material in materials
    ]


def _export_material(
    topic: str, materials: Sequence[Material], drafts: Sequence[Draft], file: Path, text: Text
) -> None:
    from speechrag.ui.strings import Strings
    from speechrag.ui.writing_export import export_material

    data = export_material(
        topic, materials, dict(enumerate(drafts)), file.suffix.lower()[1:], Strings(text.lang)
    )
    try:
        file.write_bytes(data)
    except OSError as exc:
        raise SettingsError(f"写不了 {file}（{exc.strerror}）。", "请检查路径和写权限。") from exc


def _print_material(
    materials: Sequence[Material], number: int, drafts: Sequence[Draft], text: Text
) -> None:
    """The heading, how far the library speaks to it, and its draft: sentences with citations."""
    from speechrag.answer.outline_help import Standing

    material = materials[number]
    role = f"  [{material.role}]" if material.role else ""
    print(f"\n## {material.heading.title}{role}")
    if material.same_as is not None:
        same = materials[material.same_as].heading.title
        print(f"  {text('material_repeated', heading=same)}")
    elif material.standing is not Standing.SPOKEN:
        print(f"  {text(f'material_{material.standing.value}')}")
    if not drafts:
        return
    draft = drafts[number]
    if draft.note and material.passages:
        print(f"  （{draft.note}）")
    for sentence in draft.sentences:
        cited = "".join(f"[{cited}]" for cited in sentence.citations)
        print(f"  {sentence.text}{cited}" + (f" ⚠ {sentence.problem}" if sentence.problem else ""))
