"""Builds that run in processes of their own, to be killed, starved or shut out.

The processes are forked from a server that has everything imported and has run no build, so that
one costs some 20 ms and no thread is lost in the fork.
"""

import contextlib
import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import types
from pathlib import Path

import bm25s  # noqa: F401 - imported once, by the server
import faiss  # noqa: F401
import numpy as np  # noqa: F401

from index_fakes import TokenHashEncoder, parse_plain, write_library
from speechrag.corpus.clean import parse_document, parse_file
from speechrag.errors import SpeechragError
from speechrag.index.build import build_index
from speechrag.index.encoders import load_encoder
from speechrag.index.tokens import Tokenizer
from speechrag.search.roles import assign_roles

TOKENIZER = Tokenizer(["成果转化"])
TOKENIZER.warm_up()

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["fault_children"])
# The server does not look where pytest does (CPython gh-126631).
_HERE = Path(__file__).parent
os.environ["PYTHONPATH"] = os.pathsep.join([str(_HERE), str(_HERE.parent)])

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_EVENTS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "sqlite3.connect", "os.truncate"}


def build(sources, index_dir, **given):
    """A build in this process, with the fakes."""
    encoder = TokenHashEncoder()  # all the files that a generation can have
    return build_index([sources], index_dir, encoder, TOKENIZER, parse=parse_plain, **given)


def start(function, *arguments):
    process = CONTEXT.Process(target=function, args=arguments)
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")  # or each child would import pytest
    try:
        process.start()
    finally:
        sys.modules["__main__"] = main
    return process


def run(function, *arguments):
    """Run to the end; the exit code (negative: the signal)."""
    process = start(function, *arguments)
    process.join()
    return process.exitcode


def build_until(sources, index_dir, n_operations, count_file=None):
    """Kill this process just before its n-th file operation below the index."""
    below = str(index_dir)
    seen = 0

    def count(event, arguments):
        nonlocal seen
        if event == "open":
            path, _mode, flags = arguments
            if not (isinstance(flags, int) and flags & _WRITING and str(path).startswith(below)):
                return
        elif event not in _EVENTS or below not in str(arguments[0]):
            return
        step()

    def step():
        nonlocal seen
        seen += 1
        if seen == n_operations:
            os.kill(os.getpid(), signal.SIGKILL)

    fsync = os.fsync

    def counted_fsync(descriptor):
        step()
        fsync(descriptor)

    os.fsync = counted_fsync
    sys.addaudithook(count)
    build(sources, index_dir)
    sys.stdout.flush()
    if count_file is not None:
        Path(count_file).write_text(str(seen), encoding="utf-8")


def build_plainly(sources, index_dir):
    build(sources, index_dir)


def build_or_be_refused(sources, index_dir, outcome_file):
    try:
        outcome = build(sources, index_dir, full=True).generation
    except SpeechragError as error:
        outcome = f"{type(error).__name__}: {error.message}"
    Path(outcome_file).write_text(outcome, encoding="utf-8")


def build_starved(sources, index_dir, n_bytes, outcome_file):
    """No file may grow beyond so many bytes: writing fails as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, resource.RLIM_INFINITY))
    try:
        outcome = build(sources, index_dir).generation
    except SpeechragError as error:
        outcome = f"{type(error).__name__}: {error.message}"
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    Path(outcome_file).write_text(outcome, encoding="utf-8")


def build_as_nobody(sources, index_dir, outcome_file):
    """As a user who may not write there."""
    with tempfile.TemporaryDirectory() as folder:  # import whatever a build imports late
        write_library(Path(folder) / "s", 1)
        build(Path(folder) / "s", Path(folder) / "i")
    with open(outcome_file, "w", encoding="utf-8") as file:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        try:
            outcome = build(sources, index_dir).generation
        except SpeechragError as error:
            outcome = f"{type(error).__name__}: {error.message}"
        file.write(outcome)


def build_again_and_again(folders, index_dir, stop_file):
    """Rebuild from one folder after another until told to stop."""
    number = 0
    while not Path(stop_file).exists():
        with contextlib.suppress(FileNotFoundError):
            build(folders[number % len(folders)], index_dir)
        number += 1


def build_library_once(folder, index_dir):
    """A build as the command line makes it, files read in this process."""
    _build_library(folder, index_dir)


def build_library_again_and_again(folders, index_dir, stop_file):
    """The same from one folder after another, until told to stop."""
    number = 1
    while not Path(stop_file).exists():
        _build_library(folders[number % len(folders)], index_dir)
        number += 1


def _build_library(folder, index_dir):
    build_index(
        [folder],
        index_dir,
        load_encoder("builtin"),
        Tokenizer(),
        parse=parse_file,
        split=parse_document,
        assign_roles=assign_roles,
    )
