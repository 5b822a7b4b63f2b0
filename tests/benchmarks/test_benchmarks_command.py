"""`python -m benchmarks`: every benchmark there is, in order, within the minutes given."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import __main__ as command

FOLDER = Path(command.__file__).parent


def test_every_name_is_a_module():
    for name in command.BENCHMARKS:
        path = FOLDER.joinpath(*name.split("."))
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), name


def test_a_million_comes_last_and_by_itself():
    assert command.plan(["scale.peers", "scale"], million=True) == [
        ("scale",),
        ("scale.peers",),
        ("scale", "--sizes", "1000000"),
    ]
    assert command.plan(["scale"], million=False) == [("scale",)]


@pytest.fixture
def started(monkeypatch):
    commands = []

    def run(given, check):
        commands.append(given[2:])
        return subprocess.CompletedProcess(given, 1 if "benchmarks.answers" in given else 0)

    monkeypatch.setattr(command.subprocess, "run", run)
    return commands


def test_what_fails_does_not_keep_the_others_from_running(started, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--only", "answers", "milvus"])
    assert command.main() == 1
    assert started == [["benchmarks.answers"], ["benchmarks.milvus"]]
    assert "failed: answers" in capsys.readouterr().err


def test_those_that_can_be_ended_are_given_what_is_left(started, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--only", "milvus", "scale", "--minutes", "2"])
    assert command.main() == 0
    assert started[0] == ["benchmarks.milvus"]
    name, option, seconds = started[1]
    assert (name, option) == ("benchmarks.scale", "--budget")
    assert 100 < int(seconds) <= 120
    started.clear()
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--only", "scale", "--minutes", "0"])
    assert command.main() == 0
    assert started == []
    assert "left out, time being up: scale" in capsys.readouterr().err
