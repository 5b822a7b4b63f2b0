"""The demo library, indexed once through the command line."""

import json
from pathlib import Path

import pytest

from speechrag.cli.main import main

REPO = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def index(tmp_path_factory):
    """An index of seeds/ with the shipped settings."""
    folder = tmp_path_factory.mktemp("cli") / "index"
    config = REPO / "speechrag.yaml"
    arguments = ["index", str(REPO / "seeds"), "--index", str(folder), "--config", str(config)]
    assert main(arguments) == 0
    return folder


@pytest.fixture
def run(index, capsys):
    """Run a command on that index: (exit code, stdout as JSON or text, stderr)."""

    def command(*arguments):
        config = ["--index", str(index), "--config", str(REPO / "speechrag.yaml")]
        code = main([*map(str, arguments), *config])
        captured = capsys.readouterr()
        out = json.loads(captured.out) if "--json" in arguments else captured.out
        return code, out, captured.err

    return command
