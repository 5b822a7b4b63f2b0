"""What the make targets would run."""

import os
import shlex
import subprocess

import pytest

from tests_paths import REPO


def planned(*arguments):
    """The words of the commands that make would run, a list for each line."""
    env = {name: value for name, value in os.environ.items() if name not in {"SEEDS", "INDEX"}}
    done = subprocess.run(
        ["make", "-n", *arguments], cwd=REPO, env=env, capture_output=True, text=True, check=True,
        timeout=60,
    )  # fmt: skip
    return [shlex.split(line) for line in done.stdout.splitlines() if "speechrag index" in line]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["index"], ["index", "--index", "index"]),
        (["index", "INDEX=我的 索引"], ["index", "--index", "我的 索引"]),
        (["index", "SEEDS=历年 讲话"], ["index", "历年 讲话", "--index", "index"]),
    ],
)
def test_an_index_is_made_anew_from_its_own_folders_unless_another_is_named(arguments, words):
    (command,) = planned(*arguments)
    assert command[0].endswith("bin/speechrag")
    assert command[1:] == words
