"""The whole command line as a parser; which function runs a command is only named here."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from speechrag import __version__
from speechrag.cli.text import Text

Add = Callable[[str, str], argparse.ArgumentParser]  # a command, "module:function" of this room


def build_parser(text: Text) -> argparse.ArgumentParser:
    """The whole command line, in the person's language."""
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    group = common.add_argument_group(text("common_options"))
    group.add_argument("--index", type=Path, metavar="DIR", help=text("opt_index"))
    group.add_argument("--config", type=Path, metavar="FILE", help=text("opt_config"))
    group.add_argument("--lang", choices=("zh", "en"), help=text("opt_lang"))
    group.add_argument("-v", "--verbose", action="store_true", help=text("opt_verbose"))

    parser = argparse.ArgumentParser(
        prog="speechrag", description=text("about"), parents=[common], allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"speechrag {__version__}")
    parser.set_defaults(config=None, verbose=False)
    commands = parser.add_subparsers(dest="command", metavar=text("command"))

    def add(name: str, run: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(
            name,
            help=text(f"help_{name}"),
            description=text(f"help_{name}"),
            parents=[common],
            allow_abbrev=False,
        )
        sub.set_defaults(run=run)
        return sub

    _add_library_commands(add, text)
    _add_search_commands(add, text)
    _add_draft_commands(add, text)
    _add_answer_commands(add, text)
    _add_following_commands(add, text)
    return parser


def _add_library_commands(add: Add, text: Text) -> None:

    index = add("index", "library:run_index")
    index.add_argument("sources", nargs="*", type=Path, metavar="SOURCE", help=text("arg_sources"))
    modes = index.add_mutually_exclusive_group()
    for mode in ("full", "resplit", "reencode"):
        modes.add_argument(f"--{mode}", action="store_true", help=text(f"opt_{mode}"))
    index.add_argument("--watch", action="store_true", help=text("opt_watch"))
    index.add_argument("--encoder", metavar="NAME", help=text("opt_encoder"))
    _add_json(index, text)

    inspect = add("inspect", "library:run_inspect")
    inspect.add_argument("file", type=Path, metavar="FILE", help=text("arg_file"))
    _add_json(inspect, text)

    for name, run in (
        ("status", "library:run_status"),
        ("doctor", "library:run_doctor"),
        ("rollback", "library:run_rollback"),
        ("models", "library:run_models"),
    ):
        _add_json(add(name, run), text)

    serve = add("serve", "library:run_serve")
    serve.add_argument("--host", metavar="ADDRESS", help=text("opt_host"))
    serve.add_argument("--port", type=int, metavar="N", help=text("opt_port"))
    serve.add_argument("--share", choices=("on", "off"), help=text("opt_share"))


def _add_search_commands(add: Add, text: Text) -> None:

    search = add("search", "searching:run_search")
    search.add_argument("question", metavar="QUESTION", help=text("arg_question"))
    search.add_argument("-k", type=int, metavar="N", help=text("opt_k"))
    search.add_argument("--from", dest="date_from", metavar="DATE", help=text("opt_from"))
    search.add_argument("--to", dest="date_to", metavar="DATE", help=text("opt_to"))
    search.add_argument("--kind", action="append", default=[], metavar="K", help=text("opt_kind"))
    search.add_argument(
        "--speaker", action="append", default=[], metavar="NAME", help=text("opt_speaker")
    )
    search.add_argument("--role", action="append", default=[], metavar="R", help=text("opt_role"))
    search.add_argument(
        "--source", action="append", default=[], metavar="FILE", help=text("opt_source")
    )
    search.add_argument("--per-speech", type=int, metavar="N", help=text("opt_per_speech"))
    search.add_argument("--explain", action="store_true", help=text("opt_explain"))
    _add_json(search, text)

    evaluate = add("eval", "evaluating:run_eval")
    evaluate.add_argument("questions", type=Path, metavar="QUESTIONS.yaml", help=text("arg_eval"))
    evaluate.add_argument(
        "--encoder", action="append", default=[], metavar="NAME", help=text("opt_eval_encoder")
    )
    evaluate.add_argument("--min", type=float, metavar="NDCG", help=text("opt_min"))
    evaluate.add_argument("--plot", type=Path, metavar="FILE.png", help=text("opt_plot"))
    _add_json(evaluate, text)


def _add_draft_commands(add: Add, text: Text) -> None:

    compare = add("compare", "drafting:run_compare")
    compare.add_argument("draft", type=Path, metavar="DRAFT", help=text("arg_draft"))
    compare.add_argument("--out", type=Path, metavar="FILE", help=text("opt_out"))
    compare.add_argument("-k", type=int, default=5, metavar="N", help=text("opt_k_draft"))
    compare.add_argument(
        "--per-speech", type=int, default=2, metavar="N", help=text("opt_per_speech_draft")
    )
    compare.add_argument(
        "--exclude", action="append", default=[], metavar="FILE", help=text("opt_exclude")
    )
    _add_json(compare, text)

    quotes = add("quotes", "drafting:run_quotes")
    quotes.add_argument("draft", type=Path, metavar="DRAFT", help=text("arg_draft"))
    _add_json(quotes, text)


def _add_answer_commands(add: Add, text: Text) -> None:

    answer = add("answer", "answering:run_answer")
    answer.add_argument("question", metavar="QUESTION", help=text("arg_answer"))
    answer.add_argument("--model", action="store_true", help=text("opt_model"))
    answer.add_argument("--preview", action="store_true", help=text("opt_preview"))
    answer.add_argument(
        "--after", action="append", default=[], metavar="QUESTION", help=text("opt_after")
    )
    answer.add_argument("--out", type=Path, metavar="FILE", help=text("opt_answer_out"))
    _add_json(answer, text)

    material = add("material", "answering:run_material")
    material.add_argument("topic", metavar="TOPIC", help=text("arg_topic"))
    material.add_argument(
        "--outline", type=Path, required=True, metavar="FILE", help=text("opt_outline")
    )
    material.add_argument("--from", dest="date_from", metavar="DATE", help=text("opt_from"))
    material.add_argument("--to", dest="date_to", metavar="DATE", help=text("opt_to"))
    material.add_argument("--kind", action="append", default=[], metavar="K", help=text("opt_kind"))
    material.add_argument(
        "--speaker", action="append", default=[], metavar="NAME", help=text("opt_speaker")
    )
    material.add_argument("--out", type=Path, metavar="FILE", help=text("opt_material_out"))
    material.add_argument("--model", action="store_true", help=text("opt_material_model"))
    material.add_argument("--preview", action="store_true", help=text("opt_preview"))
    _add_json(material, text)


def _add_following_commands(add: Add, text: Text) -> None:

    timeline = add("timeline", "following:run_timeline")
    timeline.add_argument("phrases", nargs="+", metavar="PHRASE", help=text("arg_phrase"))
    timeline.add_argument("--plot", type=Path, metavar="FILE.png", help=text("opt_plot_years"))
    _add_json(timeline, text)

    outline = add("outline", "following:run_outline")
    outline.add_argument("topic", metavar="TOPIC", help=text("arg_outline_topic"))
    outline.add_argument("-k", type=int, default=5, metavar="N", help=text("opt_k_outline"))
    outline.add_argument("--from", dest="date_from", metavar="DATE", help=text("opt_from"))
    outline.add_argument("--to", dest="date_to", metavar="DATE", help=text("opt_to"))
    outline.add_argument("--kind", action="append", default=[], metavar="K", help=text("opt_kind"))
    outline.add_argument(
        "--speaker", action="append", default=[], metavar="NAME", help=text("opt_speaker")
    )
    _add_json(outline, text)


def _add_json(parser: argparse.ArgumentParser, text: Text) -> None:
    parser.add_argument("--json", action="store_true", help=text("opt_json"))
