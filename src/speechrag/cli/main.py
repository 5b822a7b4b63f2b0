"""The command line: the parser, and the border at which errors become exit codes.

Exit codes: 0 done; 1 done, with a negative finding; 2 refused, with reason and remedy on stderr.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence

from speechrag.cli.parser import build_parser
from speechrag.cli.streams import as_text, give_up_output, prepare_output
from speechrag.cli.text import Text, choose_language
from speechrag.config import Settings, load_settings
from speechrag.errors import SpeechragError

_WORDS = ("question", "after", "topic", "phrase", "phrases")
"""Arguments that are words, not paths: these must be valid text."""

Command = Callable[[argparse.Namespace, Settings, Text], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    arguments = list(sys.argv[1:] if argv is None else argv)
    text = Text(choose_language(arguments, os.environ))
    parser = build_parser(text)
    args = parser.parse_args(arguments)
    if args.command is None:
        parser.print_help()
        return 0
    for name in _WORDS:
        if given := getattr(args, name, None):
            is_one = isinstance(given, str)
            setattr(args, name, as_text(given) if is_one else [as_text(word) for word in given])
    prepare_output(is_json=getattr(args, "json", False) is True)
    try:
        settings = load_settings(args.config, overrides=_overrides(args))
        if not settings.allow_download:
            # No library may look for a model on the network unless the person allows it.
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        code = _find_command(args.run)(args, settings, text)
        sys.stdout.flush()  # here, where a reader that went away is no error
        return code
    except SpeechragError as error:
        print(f"{text('error')}{text('colon')}{error.message}", file=sys.stderr)
        if error.hint:
            print(f"{text('remedy')}{text('colon')}{error.hint}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(text("interrupted"), file=sys.stderr)
        return 130
    except BrokenPipeError:
        # the reader of our output went away (`| head`): nothing is wrong
        give_up_output()
        return 0
    except OSError as error:  # a full disk under stdout, or a file that no reader of ours names
        where = error.filename or text("output")
        print(
            f"{text('error')}{text('colon')}{where}{text('colon')}{error.strerror}", file=sys.stderr
        )
        print(f"{text('remedy')}{text('colon')}{text('check_disk')}", file=sys.stderr)
        give_up_output()
        return 2


def _overrides(args: argparse.Namespace) -> dict[str, object]:
    names = ("index", "lang", "host", "port", "share", "per_speech", "reranker")
    given = {name: getattr(args, name, None) for name in names}
    if isinstance(getattr(args, "encoder", None), str):
        given["encoder"] = args.encoder
    return given


def _find_command(name: str) -> Command:
    """Import the module of one command: a search must not wait for what an evaluation needs."""
    module, function = name.split(":")
    command: Command = getattr(importlib.import_module(f"speechrag.cli.{module}"), function)
    return command
